package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
    @TempDir
    Path folder;

    private ModelConfig read(String fields) {
        return ModelConfig.read(TestBytes.write(folder.resolve("config.json"), "{" + fields.replace('\'', '"') + "}"));
    }

    @Test
    void absentFieldsOfLlamaAreTransformersDefaults() {
        ModelConfig llama = read("'model_type':'llama'");
        assertEquals(32000, llama.vocabularySize());
        assertEquals(4096, llama.hiddenSize());
        assertEquals(11008, llama.feedForward().size());
        assertEquals(32, llama.layers());
        assertEquals(2048, llama.contextLength());
        assertEquals(1e-6, llama.normEpsilon());
        assertEquals(
                new AttentionConfig(32, 32, 128, false, false, false, Collections.nCopies(32, 0)), llama.attention());
        assertFalse(llama.feedForward().bias());
        assertEquals(new Rope(10000, new RopeScaling.None()), llama.rope());
        assertFalse(llama.tiedEmbeddings());
        assertEquals(new SpecialTokens(OptionalInt.of(1), List.of(2), OptionalInt.empty()), llama.tokens());
        assertEquals("", llama.dtype());
    }

    @Test
    void absentFieldsOfTheOtherTypesAreTheirs() {
        ModelConfig mistral = read("'model_type':'mistral'");
        assertEquals(
                new AttentionConfig(32, 8, 128, false, false, false, Collections.nCopies(32, 4096)),
                mistral.attention());
        assertEquals(14336, mistral.feedForward().size());
        assertEquals(131072, mistral.contextLength());

        ModelConfig qwen2 = read("'model_type':'qwen2'");
        assertEquals(151936, qwen2.vocabularySize());
        assertEquals(
                new AttentionConfig(32, 32, 128, true, false, false, Collections.nCopies(32, 0)), qwen2.attention());
        assertEquals(List.of(), qwen2.tokens().ends());
        assertEquals(OptionalInt.empty(), qwen2.tokens().begin());

        ModelConfig qwen3 =
                read("'model_type':'qwen3','hidden_size':64,'num_attention_heads':2,'num_key_value_heads':null");
        assertEquals(128, qwen3.attention().headDim());
        assertTrue(qwen3.attention().headNorms());
        assertFalse(qwen3.attention().inputBias());
        assertFalse(read("'model_type':'qwen3'").tiedEmbeddings());
    }

    @Test
    void nullKeyValueHeadsAreAllHeadsButAbsentOnesTheTypesDefault() {
        assertEquals(
                16,
                read("'model_type':'mistral','num_attention_heads':16,'num_key_value_heads':null")
                        .attention()
                        .keyValueHeads());
        assertEquals(
                8,
                read("'model_type':'mistral','num_attention_heads':16")
                        .attention()
                        .keyValueHeads());
    }

    @Test
    void biasesFollowTheType() {
        AttentionConfig llama = read("'model_type':'llama','attention_bias':true,'mlp_bias':true")
                .attention();
        assertTrue(llama.inputBias() && llama.outputBias());
        AttentionConfig qwen2 =
                read("'model_type':'qwen2','attention_bias':true").attention();
        assertTrue(qwen2.inputBias() && !qwen2.outputBias());
        AttentionConfig qwen3 =
                read("'model_type':'qwen3','attention_bias':true").attention();
        assertTrue(qwen3.inputBias() && qwen3.outputBias());
        assertFalse(read("'model_type':'mistral','mlp_bias':true").feedForward().bias());
    }

    @Test
    void windowsOfQwenNeedTheSwitchAndStartAtTheirLayer() {
        String base = "'model_type':'qwen2','num_hidden_layers':4,'sliding_window':16,'max_window_layers':2";
        assertEquals(List.of(0, 0, 0, 0), read(base).attention().windows());
        assertEquals(
                List.of(0, 0, 16, 16),
                read(base + ",'use_sliding_window':true").attention().windows());
        assertEquals(
                List.of(16, 0, 16, 0),
                read(base + ",'use_sliding_window':true,'layer_types':['sliding_attention','full_attention',"
                                + "'sliding_attention','full_attention']")
                        .attention()
                        .windows());
    }

    @Test
    void windowsOfMistralAreInAllLayers() {
        String base = "'model_type':'mistral','num_hidden_layers':2";
        assertEquals(
                List.of(7, 7), read(base + ",'sliding_window':7").attention().windows());
        assertEquals(
                List.of(0, 0), read(base + ",'sliding_window':null").attention().windows());
    }

    @Test
    void ropeIsReadInBothForms() {
        Rope wanted = new Rope(5e5, new RopeScaling.Llama3(8, 1, 4, 8192));
        String rule = "'factor':8.0,'low_freq_factor':1.0,'high_freq_factor':4.0,"
                + "'original_max_position_embeddings':8192,'rope_type':'llama3'";
        assertEquals(
                wanted,
                read("'model_type':'llama','rope_theta':500000.0,'rope_scaling':{" + rule + "}")
                        .rope());
        assertEquals(
                wanted,
                read("'model_type':'llama','rope_parameters':{'rope_theta':500000.0," + rule + "}")
                        .rope());
        assertEquals(
                new Rope(10000, new RopeScaling.Linear(2)),
                read("'model_type':'llama','rope_scaling':{'type':'linear','factor':2}")
                        .rope());
        assertEquals(
                new Rope(7, new RopeScaling.None()),
                read("'model_type':'llama','rope_theta':7,'rope_scaling':null").rope());
    }

    @Test
    void severalEndsAreKept() {
        assertEquals(
                List.of(2, 5),
                read("'model_type':'llama','eos_token_id':[2,5]").tokens().ends());
        assertEquals(
                List.of(),
                read("'model_type':'llama','eos_token_id':null").tokens().ends());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'model_type':'gemma9' | model_type | gemma9",
                "'x':1 | model_type | missing",
                "'model_type':'llama','hidden_act':'gelu' | hidden_act | gelu",
                "'model_type':'llama','quantization_config':{'bits':4} | quantization_config | not supported",
                "'model_type':'llama','partial_rotary_factor':0.5 | partial_rotary_factor | 0.5",
                "'model_type':'llama','rope_scaling':{'type':'yarn','factor':2} | rope_scaling.rope_type | yarn",
                "'model_type':'llama','rope_scaling':{'type':'dynamic','factor':2} | rope_scaling.rope_type | dynamic",
                "'model_type':'llama','rope_parameters':{'rope_type':'linear'} | rope_parameters.factor | missing",
                "'model_type':'llama','rope_scaling':{'type':'linear','factor':0.5} | rope_scaling.rope_type | 0.5",
                "'model_type':'llama','rope_scaling':{'type':'linear','factor':2},"
                        + "'rope_parameters':{'rope_type':'default'} | rope_scaling | disagrees",
                "'model_type':'llama','rope_parameters':{'full_attention':{'rope_theta':1}} "
                        + "| rope_parameters.full_attention | not supported",
                "'model_type':'llama','rope_parameters':{'partial_rotary_factor':0.25} "
                        + "| rope_parameters.partial_rotary_factor | 1",
                "'model_type':'llama','num_attention_heads':0 | num_attention_heads | 0",
                "'model_type':'llama','num_attention_heads':'4' | num_attention_heads | 4",
                "'model_type':'llama','hidden_size':99999999999 | hidden_size | 99999999999",
                "'model_type':'llama','hidden_size':33 | hidden_size | 33",
                "'model_type':'llama','head_dim':5 | head_dim | odd",
                "'model_type':'llama','num_key_value_heads':5 | num_key_value_heads | 5",
                "'model_type':'llama','rms_norm_eps':-1 | rms_norm_eps | -1",
                "'model_type':'llama','eos_token_id':[-4] | eos_token_id | -4",
                "'model_type':'llama','layer_types':['full_attention'] | layer_types | 1 entries",
                "'model_type':'llama','num_hidden_layers':1,'layer_types':['chunked_attention'] | layer_types | chunked",
                "'model_type':'qwen3','num_hidden_layers':1,'layer_types':['sliding_attention'] | layer_types | sliding",
                "'model_type':'llama','num_hidden_layers':2000000000 | num_hidden_layers | 2000000000",
                "'model_type':'llama','is_encoder_decoder':true | is_encoder_decoder | true",
                "'model_type':'llama','rope_theta':0 | rope_theta | 0",
                "'model_type':'llama','model_type':'llama' | JSON | model_type",
            })
    void whatIsNotSupportedIsRefusedByName(String fields, String field, String value) {
        CheckpointException refused = assertThrows(CheckpointException.class, () -> read(fields));
        assertEquals(field, refused.field());
        assertTrue(refused.getMessage().contains("config.json"), refused.getMessage());
        assertTrue(refused.getMessage().contains(value), refused.getMessage());
    }

    @Test
    void anUnknownTypeNamesTheKnownOnes() {
        String message = assertThrows(CheckpointException.class, () -> read("'model_type':'mamba'"))
                .getMessage();
        assertTrue(message.contains("[gpt2, llama, mistral, olmo2, opt, qwen2, qwen3]"), message);
    }

    @Test
    void deepJsonIsRefused() {
        String deep = "'model_type':'llama','x':" + "[".repeat(100_000) + "]".repeat(100_000);
        assertTrue(assertThrows(CheckpointException.class, () -> read(deep))
                .getMessage()
                .contains("depth"));
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        byte[] latin = new TestBytes()
                .ascii("{\"model_type\":\"")
                .u8(0xe4)
                .ascii("\"}")
                .bytes();
        Path file = TestBytes.write(folder.resolve("config.json"), latin);
        assertTrue(assertThrows(CheckpointException.class, () -> ModelConfig.read(file))
                .getMessage()
                .contains("UTF-8"));
    }

    @Test
    void writingKeepsUnknownFieldsAndReadsTheSame() {
        ModelConfig config = read("'model_type':'llama','hidden_size':64,'num_attention_heads':4,'own':{'a':[1,null]},"
                + "'torch_dtype':'bfloat16','rope_theta':20000.0,'architectures':['LlamaForCausalLM']");
        TestBytes.write(folder.resolve("config.json"), config.toJson("float32"));
        ModelConfig again = ModelConfig.read(folder);
        assertEquals(config.fields().get("own"), again.fields().get("own"));
        assertEquals("float32", again.dtype());
        assertEquals(20000.0, again.fields().get("rope_theta"));
        assertFalse(again.fields().containsKey("dtype"));
        assertEquals(config.attention(), again.attention());
        assertEquals(config.rope(), again.rope());
    }

    @Test
    void aChangedRecordReplacesTheFieldsItDisagreesWith() {
        ModelConfig old = read("'model_type':'qwen2','rope_theta':20000.0,'own':1");
        ModelConfig changed = new ModelConfig(
                "qwen2",
                100,
                64,
                2,
                32,
                1e-5,
                new AttentionConfig(4, 2, 16, true, false, false, List.of(0, 8)),
                new FeedForwardConfig(96, Activation.SILU, false),
                new Rope(500, new RopeScaling.Llama3(8, 1, 4, 16)),
                true,
                new SpecialTokens(OptionalInt.empty(), List.of(3, 4), OptionalInt.of(0)),
                "float32",
                old.fields());
        TestBytes.write(folder.resolve("config.json"), changed.toJson("bfloat16"));
        ModelConfig again = ModelConfig.read(folder);
        assertEquals("bfloat16", again.dtype());
        assertEquals(1, again.fields().get("own"));
        assertEquals(changed.attention(), again.attention());
        assertEquals(changed.rope(), again.rope());
        assertEquals(changed.tokens(), again.tokens());
        assertEquals(100, again.vocabularySize());
        assertEquals(32, again.contextLength());
        assertTrue(again.tiedEmbeddings());
    }

    @Test
    void aRecordThatTheTypeCannotSayIsNotWritten() {
        ModelConfig mistral = read("'model_type':'mistral','num_hidden_layers':2");
        ModelConfig biased = new ModelConfig(
                "mistral",
                100,
                64,
                2,
                32,
                1e-5,
                new AttentionConfig(4, 2, 16, true, true, false, List.of(8, 8)),
                mistral.feedForward(),
                mistral.rope(),
                false,
                mistral.tokens(),
                "",
                mistral.fields());
        assertThrows(IllegalArgumentException.class, () -> biased.toJson("float32"));
    }

    @Test
    void llama3StretchesLowFrequenciesOnly() {
        double[] plain = new Rope(5e5, new RopeScaling.None()).inverseFrequencies(128);
        double[] stretched = new Rope(5e5, new RopeScaling.Llama3(8, 1, 4, 8192)).inverseFrequencies(128);
        assertEquals(plain[0], stretched[0]);
        assertEquals(plain[63] / 8, stretched[63], 1e-20);
        for (int i = 1; i < 64; i++) {
            double ratio = plain[i] / stretched[i];
            double before = plain[i - 1] / stretched[i - 1];
            assertTrue(ratio >= before - 1e-12 && ratio <= 8 + 1e-12, "at " + i + ": " + ratio);
        }
    }

    @Test
    void generationSettingsWinWhereTheyNameEnds() {
        ModelConfig config = read("'model_type':'llama','eos_token_id':2");
        assertEquals(GenerationConfig.NONE, GenerationConfig.read(folder));
        Path file = folder.resolve("generation_config.json");
        TestBytes.write(file, "{\"eos_token_id\": [7, 8], \"temperature\": 0.6}");
        GenerationConfig several = GenerationConfig.read(folder);
        assertEquals(List.of(7, 8), several.endIds(config));
        assertEquals(0.6, several.fields().get("temperature"));
        TestBytes.write(file, "{\"temperature\": 0.6}");
        assertEquals(List.of(2), GenerationConfig.read(folder).endIds(config));
        TestBytes.write(file, several.toJson());
        assertEquals(several, GenerationConfig.read(folder));
    }
}
