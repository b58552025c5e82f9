package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.tokenizer.ChatFormat;
import dev.reft.checkpoint.tokenizer.HfTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each format under random damage: every mutant is read as a valid file or refused by {@link CheckpointException}, soon and
 * without much memory.
 */
class MutationTest {
    private static final int MUTANTS = 500;
    private static final long[] LENGTHS = {
        0, 1, -1, 7, 255, 1L << 31, (1L << 31) - 1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, 99_999_999
    };

    @TempDir
    Path folder;

    @Test
    void safetensors() throws IOException {
        byte[] good = TestBytes.safetensors(
                "{\"__metadata__\":{\"format\":\"pt\"},\"model.embed_tokens.weight\":{\"dtype\":\"F32\",\"shape\":[4,6],"
                        + "\"data_offsets\":[0,96]},\"lm_head.weight\":{\"dtype\":\"BF16\",\"shape\":[6,1],"
                        + "\"data_offsets\":[96,108]},\"x\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[108,116]}}",
                116);
        TestBytes.write(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
        mutate("model.safetensors", good, good.length);
    }

    @Test
    void gguf() throws IOException {
        byte[] good = GgufBuilder.llama()
                .tensor("output.weight", 8, new byte[34 * 5], 32, 5)
                .u32("tokenizer.ggml.eos_token_id", 2)
                .bytes();
        mutate("x.gguf", good, good.length - 1400);
    }

    @Test
    void config() throws IOException {
        byte[] good = ("{\"model_type\":\"llama\",\"hidden_size\":8,\"num_attention_heads\":2,\"head_dim\":4,"
                        + "\"num_key_value_heads\":1,\"num_hidden_layers\":1,\"rms_norm_eps\":1e-05,\"rope_scaling\":"
                        + "{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,"
                        + "\"original_max_position_embeddings\":16},\"eos_token_id\":[2,5],\"layer_types\":"
                        + "[\"full_attention\"],\"torch_dtype\":\"float32\",\"tie_word_embeddings\":true}")
                .getBytes(StandardCharsets.UTF_8);
        TestBytes.write(
                folder.resolve("model.safetensors"),
                TestBytes.safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
        mutate("config.json", good, good.length);
    }

    @Test
    void generationConfig() throws IOException {
        TestBytes.write(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
        TestBytes.write(
                folder.resolve("model.safetensors"),
                TestBytes.safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
        byte[] good = "{\"_from_model_config\":true,\"bos_token_id\":1,\"eos_token_id\":[2,5],\"temperature\":0.6}"
                .getBytes(StandardCharsets.UTF_8);
        mutate("generation_config.json", good, good.length);
    }

    @Test
    void tokenizerConfig() throws IOException {
        byte[] good = ("{\"bos_token\":\"<s>\",\"eos_token\":{\"content\":\"</s>\",\"special\":true},\"chat_template\":"
                        + "[{\"name\":\"default\",\"template\":\"{% for m in messages %}{{ m.content }}{% endfor %}\"},"
                        + "{\"name\":\"tool_use\",\"template\":\"{{ bos_token }}{{ tools | length }}\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        mutate("tokenizer_config.json", good, good.length, MutationTest::readTemplate);
    }

    private static boolean readTemplate(Path folder) {
        try {
            ChatFormat.ofDirectory(folder);
            return true;
        } catch (CheckpointException e) {
            assertTrue(e.getMessage().length() < 1500, e.getMessage());
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void index() throws IOException {
        TestBytes.write(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
        for (String name : new String[] {"a", "b"}) {
            TestBytes.write(
                    folder.resolve(name + ".safetensors"),
                    TestBytes.safetensors(
                            "{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
        }
        byte[] good =
                "{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"a.safetensors\",\"b\":\"b.safetensors\"}}"
                        .getBytes(StandardCharsets.UTF_8);
        mutate("model.safetensors.index.json", good, good.length);
    }

    /** The reference files too, where they are there: longer heads, real vocabularies. */
    @Test
    @Tag("slow")
    void referenceGguf() throws IOException {
        byte[] good = Files.readAllBytes(Shared.folder("golden/models/gguf/tiny-llama.Q4_1.gguf"));
        mutate("x.gguf", good, 5773);
    }

    @Test
    @Tag("slow")
    void referenceSafetensors() throws IOException {
        Path model = Shared.folder("golden/models/tiny/qwen2");
        Files.copy(model.resolve("config.json"), folder.resolve("config.json"));
        byte[] good = Files.readAllBytes(model.resolve("model.safetensors"));
        mutate(
                "model.safetensors",
                good,
                (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong() + 8);
    }

    @Test
    void configOfGpt2() throws IOException {
        whole("{\"model_type\":\"gpt2\",\"n_embd\":8,\"n_head\":2,\"n_layer\":1,\"n_positions\":16,\"n_inner\":null,"
                + "\"activation_function\":\"gelu_new\",\"layer_norm_epsilon\":1e-05,\"scale_attn_weights\":true,"
                + "\"scale_attn_by_inverse_layer_idx\":false,\"vocab_size\":9,\"eos_token_id\":2}");
    }

    @Test
    void configOfOpt() throws IOException {
        whole(
                "{\"model_type\":\"opt\",\"hidden_size\":8,\"num_attention_heads\":2,\"num_hidden_layers\":1,\"ffn_dim\":12,"
                        + "\"max_position_embeddings\":16,\"activation_function\":\"relu\",\"do_layer_norm_before\":false,"
                        + "\"enable_bias\":true,\"word_embed_proj_dim\":4,\"layer_norm_elementwise_affine\":true,"
                        + "\"vocab_size\":9,\"_remove_final_layer_norm\":false,\"tie_word_embeddings\":true}");
    }

    private void whole(String config) throws IOException {
        TestBytes.write(
                folder.resolve("model.safetensors"),
                TestBytes.safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
        byte[] good = config.getBytes(StandardCharsets.UTF_8);
        mutate("config.json", good, good.length);
    }

    /** A file of another architecture, whose matrices are turned when they are read. */
    @Test
    @Tag("slow")
    void ggufOfGpt2() throws IOException {
        Path model = Shared.folder("golden/models/tiny/gpt2");
        Path file = folder.resolve("x.gguf");
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            GgufWriter.write(
                    file,
                    checkpoint.config(),
                    "x",
                    Map.of(),
                    checkpoint.tensors().stream()
                            .map(info ->
                                    new SafetensorsWriter.Tensor(info, sink -> sink.write(checkpoint.raw(info.name()))))
                            .toList(),
                    GgufWriter.Format.Q8_0);
        }
        mutate("x.gguf", Files.readAllBytes(file), 2000);
    }

    @Test
    void adapterConfig() throws IOException {
        byte[] good = adapter();
        mutate("adapter_config.json", good, good.length, MutationTest::readAdapter);
    }

    @Test
    void adapterWeights() throws IOException {
        adapter();
        byte[] good = Files.readAllBytes(folder.resolve("adapter_model.safetensors"));
        int head = (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong() + 8;
        mutate("adapter_model.safetensors", good, head, MutationTest::readAdapter);
    }

    private byte[] adapter() throws IOException {
        Path golden = Shared.folder("golden/models/peft/rank_pattern");
        Files.copy(golden.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.safetensors"));
        byte[] good = ("{\"peft_type\":\"LORA\",\"task_type\":\"CAUSAL_LM\",\"r\":2,\"lora_alpha\":4,\"bias\":\"none\","
                        + "\"rank_pattern\":{\"^.*down_proj\":5},\"alpha_pattern\":{\"(a|b|.)*down_proj\":20},"
                        + "\"target_modules\":[\"down_proj\",\"q_proj\"],\"use_dora\":false,\"use_rslora\":false,"
                        + "\"modules_to_save\":null,\"base_model_name_or_path\":\"../x\",\"init_lora_weights\":true}")
                .getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve("adapter_config.json"), good);
        return good;
    }

    private static boolean readAdapter(Path folder) {
        try (PeftAdapter adapter = PeftAdapter.open(folder)) {
            adapter.checkAgainst(ModelConfig.read(Shared.folder("golden/models/tiny/llama")));
            for (String layer : adapter.layers()) {
                adapter.a(layer);
                adapter.b(layer);
                adapter.lora().scaleOf(layer);
            }
            adapter.saved().forEach(adapter::saved);
            adapter.base();
            return true;
        } catch (CheckpointException e) {
            assertTrue(e.getMessage().length() < 1500, e.getMessage());
            return false;
        }
    }

    @Test
    void tokenizer() throws IOException {
        byte[] good = ("{\"version\":\"1.0\",\"added_tokens\":[{\"id\":0,\"content\":\"<e>\",\"special\":true,"
                        + "\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false}],"
                        + "\"normalizer\":{\"type\":\"NFC\"},\"pre_tokenizer\":{\"type\":\"ByteLevel\","
                        + "\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true},"
                        + "\"post_processor\":null,\"decoder\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true,"
                        + "\"trim_offsets\":true,\"use_regex\":true},\"model\":{\"type\":\"BPE\",\"dropout\":null,"
                        + "\"unk_token\":null,\"fuse_unk\":false,\"byte_fallback\":false,\"ignore_merges\":false,"
                        + "\"vocab\":{\"<e>\":0,\"a\":1,\"b\":2,\"ab\":3,\"Ġ\":4},\"merges\":[[\"a\",\"b\"]]}}")
                .getBytes(StandardCharsets.UTF_8);
        mutate("tokenizer.json", good, good.length, MutationTest::readTokenizer);
    }

    private static boolean readTokenizer(Path folder) {
        try (HfTokenizer tokenizer = HfTokenizer.of(folder.resolve("tokenizer.json"), Set.of(0), 5)) {
            tokenizer.decode(tokenizer.encode("ab a<e>b"));
            tokenizer.encodePrompt("ab");
            return true;
        } catch (CheckpointException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void mutate(String name, byte[] good, int head) throws IOException {
        mutate(name, good, head, MutationTest::read);
    }

    private void mutate(String name, byte[] good, int head, Predicate<Path> reader) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, good);
        assertTrue(reader.test(folder), "the good one is read");
        Random random = new Random(20260101);
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            Files.write(file, mutant(good, head, random));
            boolean[] wasRefused = new boolean[1];
            String which = name + " mutant " + i;
            long allocated = assertTimeoutPreemptively(
                    Duration.ofSeconds(10), () -> Allocation.of(() -> wasRefused[0] = !reader.test(folder)), which);
            assertTrue(allocated < 16 << 20, which + " allocated " + allocated);
            refused += wasRefused[0] ? 1 : 0;
        }
        // otherwise the damage does not reach what is checked
        assertTrue(refused > MUTANTS / 4, name + ": only " + refused + " refused");
    }

    /** Whether the model is read; anything but the one exception ends the test. */
    private static boolean read(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            for (TensorInfo tensor : checkpoint.tensors()) {
                if (tensor.type().decodable()) {
                    checkpoint.read(tensor.name());
                }
                if (tensor.type().isRaw()) {
                    checkpoint.raw(tensor.name());
                }
            }
            checkpoint.ggufMetadata().ifPresent(metadata -> metadata.strings("tokenizer.ggml.tokens"));
            if (checkpoint.ggufMetadata().isEmpty()) {
                checkpoint.config().toJson("float32");
            }
            return true;
        } catch (CheckpointException e) {
            assertTrue(e.getMessage().length() < 1500, e.getMessage());
            return false;
        }
    }

    private static byte[] mutant(byte[] good, int head, Random random) {
        byte[] bytes = good.clone();
        int at = random.nextInt(head);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 3 -> put(bytes, Math.min(at, bytes.length - 8), random);
            case 4 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(16));
                int moved = longer.length - bytes.length;
                System.arraycopy(bytes, at, longer, at + moved, bytes.length - at);
                bytes = longer;
            }
            default -> {
                for (int i = 0; i < 8; i++) {
                    bytes[random.nextInt(head)] = bytes[random.nextInt(head)];
                }
            }
        }
        return bytes;
    }

    private static void put(byte[] bytes, int at, Random random) {
        // binary lengths are little-endian; in JSON this is damage like any other
        long length = LENGTHS[random.nextInt(LENGTHS.length)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, length);
    }
}
