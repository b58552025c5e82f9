package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
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
    void referenceGguf() throws IOException {
        byte[] good = Files.readAllBytes(Shared.folder("golden/models/gguf/tiny-llama.Q4_1.gguf"));
        mutate("x.gguf", good, 5773);
    }

    @Test
    void referenceSafetensors() throws IOException {
        Path model = Shared.folder("golden/models/tiny/qwen2");
        Files.copy(model.resolve("config.json"), folder.resolve("config.json"));
        byte[] good = Files.readAllBytes(model.resolve("model.safetensors"));
        mutate(
                "model.safetensors",
                good,
                (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong() + 8);
    }

    private void mutate(String name, byte[] good, int head) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, good);
        read(folder);
        Random random = new Random(20260101);
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            Files.write(file, mutant(good, head, random));
            boolean[] wasRefused = new boolean[1];
            String which = name + " mutant " + i;
            long allocated = assertTimeoutPreemptively(
                    Duration.ofSeconds(10), () -> Allocation.of(() -> wasRefused[0] = !read(folder)), which);
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
