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
