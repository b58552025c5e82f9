package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Adapter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeftAdapterTest {
    @TempDir
    Path folder;

    private void weights(String... shaped) throws IOException {
        List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
        for (String one : shaped) {
            String[] parts = one.split(" ");
            List<Long> shape = List.of(Long.valueOf(parts[1]), Long.valueOf(parts[2]));
            TensorInfo info = new TensorInfo("base_model.model." + parts[0], TensorType.F32, shape);
            tensors.add(
                    new SafetensorsWriter.Tensor(info, sink -> sink.write(ByteBuffer.allocate((int) info.bytes()))));
        }
        SafetensorsWriter.writeFile(folder.resolve("adapter_model.safetensors"), tensors, Map.of());
    }

    private PeftAdapter open(String fields) {
        TestBytes.write(folder.resolve("adapter_config.json"), "{" + fields.replace('\'', '"') + "}");
        return PeftAdapter.open(folder);
    }

    private void twoLayers() throws IOException {
        weights(
                "model.layers.0.self_attn.q_proj.lora_A.weight 4 8",
                "model.layers.0.self_attn.q_proj.lora_B.weight 8 4",
                "model.layers.1.mlp.down_proj.lora_A.weight 2 6",
                "model.layers.1.mlp.down_proj.lora_B.weight 8 2",
                "lm_head.weight 10 8");
    }

    private static final String PLAIN =
            "'peft_type':'LORA','r':4,'lora_alpha':8,'target_modules':['q_proj','down_proj'],"
                    + "'modules_to_save':['lm_head']";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "down_proj",
                "layers.1.mlp.down_proj",
                "^model.layers.1.*",
                "model\\\\.layers\\\\.[1-9]+\\\\..*",
                ".*down.*",
            })
    void patternsMeanWhatPeftMeans(String key) throws IOException {
        twoLayers();
        try (PeftAdapter adapter =
                open(PLAIN + ",'rank_pattern':{'" + key + "':2},'alpha_pattern':{'" + key + "':3}")) {
            Adapter.Lora lora = adapter.lora();
            assertEquals(2, lora.rankOf("model.layers.1.mlp.down_proj"));
            assertEquals(1.5, lora.scaleOf("model.layers.1.mlp.down_proj"));
            assertEquals(4, lora.rankOf("model.layers.0.self_attn.q_proj"));
            assertEquals(2, lora.scaleOf("model.layers.0.self_attn.q_proj"));
            assertEquals(List.of("lm_head"), lora.saved());
            assertEquals(10 * 8, adapter.saved("lm_head.weight").length);
        }
    }

    @Test
    void stabilisedScalesDivideByTheRoot() throws IOException {
        twoLayers();
        try (PeftAdapter adapter = open(PLAIN + ",'use_rslora':true,'rank_pattern':{'down_proj':2}")) {
            assertEquals(4, adapter.lora().scaleOf("model.layers.0.self_attn.q_proj"));
            assertEquals(8 / Math.sqrt(2), adapter.lora().scaleOf("model.layers.1.mlp.down_proj"));
        }
    }

    @Test
    void aRegularExpressionOfTargetsBecomesTheLayersThatAreThere() throws IOException {
        twoLayers();
        String fields =
                PLAIN.replace("['q_proj','down_proj']", "'.*(q_proj|down_proj)'") + ",'rank_pattern':{'down_proj':2}";
        try (PeftAdapter adapter = open(fields)) {
            assertEquals(
                    List.of("model.layers.0.self_attn.q_proj", "model.layers.1.mlp.down_proj"),
                    adapter.lora().targets());
        }
    }

    @Test
    void aPatternThatRunsAwayIsRefused() throws IOException {
        twoLayers();
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThrows(
                        CheckpointException.class, () -> open(PLAIN + ",'rank_pattern':{'((\\\\w|.)*)*[$]':2}")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'use_dora':true | use_dora | not supported",
                "'peft_type':'LOHA' | peft_type | LOHA",
                "'task_type':'SEQ_CLS' | task_type | SEQ_CLS",
                "'bias':'all' | bias | all",
                "'lora_bias':true | lora_bias | not supported",
                "'init_lora_weights':'pissa_niter_4' | init_lora_weights | pissa",
                "'trainable_token_indices':[1] | trainable_token_indices | not supported",
                "'target_parameters':['x'] | target_parameters | not supported",
                "'layer_replication':[[0,1]] | layer_replication | not supported",
                "'use_qalora':true | use_qalora | not supported",
                "'newer_kind_config':{'a':1} | newer_kind_config | not supported",
                "'target_modules':['q_proj','k_proj'] | target_modules | k_proj",
                "'target_modules':['q_proj'] | tensor | target_modules",
                "'r':3 | tensor | rank 3",
                "'r':0 | r | 0",
                "'lora_alpha':-1 | lora_alpha | -1",
                "'rank_pattern':{'down_proj':'x'} | rank_pattern.down_proj | x",
                "'alpha_pattern':{'down_proj':0} | alpha_pattern.down_proj | 0",
                "'rank_pattern':{'[':2} | rank_pattern | regular",
                "'modules_to_save':['wte'] | tensor | modules_to_save",
            })
    void whatIsNotSupportedIsRefusedByName(String field, String where, String what) throws IOException {
        twoLayers();
        String name = field.substring(0, field.indexOf(':'));
        StringBuilder fields = new StringBuilder(field);
        for (String one : (PLAIN + ",'rank_pattern':{'down_proj':2}").split(",(?='[a-z_]+':)")) {
            if (!one.startsWith(name + ":")) {
                fields.append(',').append(one);
            }
        }
        CheckpointException refused = assertThrows(
                CheckpointException.class, () -> open(fields.toString()).close());
        assertTrue(refused.field().startsWith(where), refused.field());
        assertTrue(String.valueOf(refused.getMessage()).contains(what), refused.getMessage());
    }

    @Test
    void tensorsThatAreNoLorasAreRefused() throws IOException {
        for (String odd : List.of(
                "model.embed_tokens.lora_embedding_A 4 10",
                "model.layers.0.self_attn.q_proj.lora_magnitude_vector 1 8",
                "model.layers.0.self_attn.k_proj.lora_A.weight 4 8")) {
            weights(
                    "model.layers.0.self_attn.q_proj.lora_A.weight 4 8",
                    "model.layers.0.self_attn.q_proj.lora_B.weight 8 4",
                    odd);
            assertThrows(
                    CheckpointException.class, () -> open("'r':4,'lora_alpha':8,'target_modules':['q_proj']"), odd);
        }
    }

    private static final String LLAMA = "'model_type':'llama','vocab_size':10,'hidden_size':8,'intermediate_size':6,"
            + "'num_hidden_layers':2,'num_attention_heads':2,'num_key_value_heads':1,'head_dim':4";

    private ModelConfig model(boolean tied) {
        TestBytes.write(
                folder.resolve("config.json"),
                "{" + (LLAMA + ",'tie_word_embeddings':" + tied).replace('\'', '"') + "}");
        return ModelConfig.read(folder);
    }

    private static String[] adapted(String... layers) {
        return Stream.of(layers)
                .flatMap(layer -> {
                    int in = layer.endsWith("down_proj") ? 6 : 8;
                    int out = layer.endsWith("k_proj") ? 4 : 8;
                    String name = "model.layers." + layer;
                    return Stream.of(name + ".lora_A.weight 2 " + in, name + ".lora_B.weight " + out + " 2");
                })
                .toArray(String[]::new);
    }

    private void fits(boolean fits, boolean tied, String fields, String what) {
        ModelConfig config = model(tied);
        try (PeftAdapter adapter = open("'peft_type':'LORA','r':2,'lora_alpha':8," + fields)) {
            if (fits) {
                adapter.checkAgainst(config);
                return;
            }
            CheckpointException refused =
                    assertThrows(CheckpointException.class, () -> adapter.checkAgainst(config), fields);
            assertTrue(String.valueOf(refused.getMessage()).contains(what), refused.getMessage());
        }
    }

    /** PEFT replaces one of two that are one, and leaves the other; here both would be replaced. */
    @Test
    void savedEmbeddingsOfTiedModelsAreRefused() throws IOException {
        for (String saved : List.of("lm_head", "model.embed_tokens")) {
            List<String> tensors = new ArrayList<>(List.of(adapted("0.self_attn.q_proj", "1.self_attn.q_proj")));
            tensors.add(saved + ".weight 10 8");
            weights(tensors.toArray(String[]::new));
            String name = saved.substring(saved.lastIndexOf('.') + 1);
            String fields = "'target_modules':['q_proj'],'modules_to_save':['" + name + "']";
            fits(false, true, fields, saved + ".weight");
            fits(false, true, fields, "head too");
            fits(true, false, fields, "");
        }
    }

    /** What the configuration names and the file lacks would be scored as if it were never trained. */
    @Test
    void filesThatAreNotWholeAreRefused() throws IOException {
        weights(adapted("0.self_attn.q_proj", "1.self_attn.q_proj", "1.mlp.down_proj"));
        fits(false, false, "'target_modules':['q_proj','down_proj']", "layers.0.mlp.down_proj");
        fits(false, false, "'target_modules':'.*(q|down)_proj'", "layers.0.mlp.down_proj");
        fits(false, false, "'target_modules':'all-linear'", "layers.0.self_attn.k_proj");
        fits(true, false, "'target_modules':'model.layers.(0.self_attn|1.*).(q|down)_proj'", "");
        fits(true, false, "'target_modules':['q_proj','down_proj'],'exclude_modules':['layers.0.mlp.down_proj']", "");
        fits(true, false, "'target_modules':['q_proj','down_proj'],'exclude_modules':'.*0.mlp.*'", "");
        weights(adapted("1.self_attn.q_proj", "1.mlp.down_proj"));
        fits(true, false, "'target_modules':['q_proj','down_proj'],'layers_to_transform':1", "");
        fits(true, false, "'target_modules':['q_proj','down_proj'],'layers_to_transform':[1]", "");
        fits(
                false,
                false,
                "'target_modules':['q_proj','down_proj'],'layers_to_transform':[0,1]",
                "layers.0.self_attn.q_proj");
        fits(
                false,
                false,
                "'target_modules':['q_proj','down_proj'],'layers_to_transform':[1],'modules_to_save':['lm_head']",
                "lm_head.weight");
    }

    @Test
    void aLayerIsEitherAdaptedOrSaved() throws IOException {
        List<String> tensors = new ArrayList<>(List.of(adapted("0.self_attn.q_proj", "1.self_attn.q_proj")));
        tensors.add("model.layers.0.self_attn.q_proj.weight 8 8");
        weights(tensors.toArray(String[]::new));
        CheckpointException refused = assertThrows(
                CheckpointException.class,
                () -> open("'r':2,'target_modules':['q_proj'],'modules_to_save':['layers.0.self_attn.q_proj']"));
        assertTrue(String.valueOf(refused.getMessage()).contains("adapted too"), refused.getMessage());
    }

    @Test
    void numbersOfOtherKindsAreRefused() throws IOException {
        String layer = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
        for (String kind : List.of("I64", "F8_E4M3", "BOOL")) {
            int width = kind.equals("I64") ? 8 : 1;
            String header = ("{'" + layer + "A.weight':{'dtype':'F32','shape':[2,8],'data_offsets':[0,64]},'" + layer
                            + "B.weight':{'dtype':'" + kind + "','shape':[8,2],'data_offsets':[64," + (64 + 16 * width)
                            + "]}}")
                    .replace('\'', '"');
            TestBytes.write(
                    folder.resolve("adapter_model.safetensors"), TestBytes.safetensors(header, 64 + 16 * width));
            CheckpointException refused =
                    assertThrows(CheckpointException.class, () -> open("'r':2,'target_modules':['q_proj']"));
            assertTrue(String.valueOf(refused.getMessage()).contains(kind), refused.getMessage());
        }
    }

    @Test
    void theBaseIsFoundWhereItIs() throws IOException {
        twoLayers();
        String rank = ",'rank_pattern':{'down_proj':2}";
        try (PeftAdapter elsewhere = open(PLAIN + rank + ",'base_model_name_or_path':'nobody/has-this'")) {
            assertEquals(Optional.empty(), elsewhere.base());
            assertEquals("nobody/has-this", elsewhere.baseName());
        }
        assertTrue(folder.resolve("near").toFile().mkdir());
        try (PeftAdapter near = open(PLAIN + rank + ",'base_model_name_or_path':'near'")) {
            assertEquals(Optional.of(folder.resolve("near")), near.base());
        }
        assertTrue(PeftAdapter.isIn(folder));
        assertFalse(PeftAdapter.isIn(folder.resolve("near")));
    }
}
