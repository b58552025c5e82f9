package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Malformed, hostile and unsupported GGUF files: each refused by one exception that names file and field. */
class GgufAttackTest {
    @TempDir
    Path folder;

    private Checkpoint open(byte[] bytes) {
        return Checkpoint.open(TestBytes.write(folder.resolve("x.gguf"), bytes));
    }

    private void refused(byte[] bytes, String field, String problem) {
        CheckpointException[] refused = new CheckpointException[1];
        long allocated = Allocation.of(() -> refused[0] =
                assertThrows(CheckpointException.class, () -> open(bytes).close()));
        assertEquals(folder.resolve("x.gguf").toString(), refused[0].file());
        assertTrue(refused[0].field().contains(field), refused[0].getMessage());
        assertTrue(refused[0].getMessage().contains(problem), refused[0].getMessage());
        assertTrue(allocated < 4 << 20, "allocated " + allocated);
    }

    private void refused(Consumer<GgufBuilder> change, String field, String problem) {
        GgufBuilder builder = GgufBuilder.llama();
        change.accept(builder);
        refused(builder.bytes(), field, problem);
    }

    @Test
    void theModelByHandIsReadInVersions2And3() {
        for (int version : new int[] {2, 3}) {
            GgufBuilder builder = GgufBuilder.llama();
            builder.version = version;
            try (Checkpoint model = open(builder.bytes())) {
                assertEquals(4, model.config().attention().headDim());
                assertEquals(2, model.config().attention().keyValueHeads());
                assertTrue(model.config().attention().inputBias());
                assertTrue(model.config().tiedEmbeddings());
                assertEquals(5, model.config().vocabularySize());
                // rows of a head of 4: 0 2 1 3, each bias likewise
                float[] bias = model.read("model.layers.0.self_attn.q_proj.bias");
                assertArrayEquals(new float[] {0, 2, 1, 3, 4, 6, 5, 7}, bias);
                assertEquals(
                        2f, model.raw("model.layers.0.self_attn.q_proj.bias").getFloat(4));
                assertEquals(16f, model.read("model.layers.0.self_attn.q_proj.weight")[8]);
                assertEquals(8f, model.read("model.layers.0.self_attn.v_proj.weight")[8]);
            }
        }
    }

    @Test
    void headsThatLieAreRefused() {
        byte[] good = GgufBuilder.llama().bytes();
        refused(new byte[0], "magic", "end of the file");
        refused("GGML".repeat(10).getBytes(StandardCharsets.US_ASCII), "magic", "GGUF");
        refused(head(1, 0, 0), "version", "1");
        refused(head(0x03000000, 0, 0), "version", "big-endian");
        refused(head(3, -1, 0), "tensor count", "18446744073709551615");
        refused(head(3, 0, Long.MAX_VALUE), "metadata count", "9223372036854775807");
        refused(head(3, 1 << 20, 0), "tensor count", "pass the end");
        refused(head(3, 0, 1 << 20), "metadata count", "pass the end");
        refused(head(3, 0, 0), "general.architecture", "missing");
        for (int length = 0; length < good.length; length += 7) {
            byte[] part = Arrays.copyOf(good, length);
            assertThrows(CheckpointException.class, () -> open(part).close());
        }
    }

    private static byte[] head(int version, long tensors, long values) {
        return new TestBytes()
                .ascii("GGUF")
                .i32(version)
                .i64(tensors)
                .i64(values)
                .zeros(64)
                .bytes();
    }

    @Test
    void lengthsOfStringsAndArraysAreChecked() {
        refused(b -> b.metadata.put("x", out -> out.i32(8).i64(1L << 62)), "x length", "pass the end");
        refused(b -> b.metadata.put("x", out -> out.i32(8).i64(-5)), "x length", "pass the end");
        refused(b -> b.metadata.put("x", out -> out.i32(9).i32(0).i64(1L << 40)), "x count", "pass the end");
        refused(b -> b.metadata.put("x", out -> out.i32(9).i32(8).i64(1L << 40)), "x count", "pass the end");
        refused(b -> b.metadata.put("x", out -> out.i32(9).i32(9).i64(1)), "x element type", "9");
        refused(b -> b.metadata.put("x", out -> out.i32(9).i32(77).i64(1)), "x element type", "77");
        refused(b -> b.metadata.put("x", out -> out.i32(13)), "x type", "13");
        refused(b -> b.metadata.put("x", out -> out.i32(7).u8(2)), "x", "boolean");
        refused(b -> b.metadata.put("x", out -> out.i32(10).i64(-1)), "x", "too large");
        refused(b -> b.metadata.put("x", out -> out.i32(8).i64(2).u8(0xc3).u8(0x28)), "x", "UTF-8");
        refused(b -> b.metadata.put("", out -> out.i32(4).i32(0)), "metadata key", "0 bytes long");
    }

    @Test
    void namesThatAreNotUtf8OrTwiceThereAreRefused() {
        byte[] good = GgufBuilder.llama().bytes();
        byte[] bad = good.clone();
        bad[indexOf(bad, "token_embd")] = (byte) 0xff;
        refused(bad, "tensor name 0", "UTF-8");
        byte[] twice = good.clone();
        int context = indexOf(twice, "llama.block_count");
        System.arraycopy("llama.block_counu".getBytes(StandardCharsets.US_ASCII), 0, twice, context, 17);
        refused(twice, "llama.block_counu", "not supported");
        refused(b -> b.f32Tensor("output_norm.weight", 8), "output_norm.weight", "twice");
        byte[] sameKeys = GgufBuilder.llama().u32("key.a", 1).u32("key.b", 1).bytes();
        sameKeys[indexOf(sameKeys, "key.b") + 4] = 'a';
        refused(sameKeys, "key.a", "twice");
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    @Test
    void shapesAndOffsetsAreChecked() {
        refused(b -> b.tensor("x", 0, new byte[4], 1, 1, 1, 1, 1), "'x' dimension count", "5");
        refused(b -> b.tensor("x", 0, new byte[4]), "'x' dimension count", "0");
        refused(b -> b.tensor("x", 0, new byte[4], 0), "'x' dimension 0", "0");
        refused(b -> b.tensor("x", 0, new byte[4], -1), "'x' dimension 0", "18446744073709551615");
        refused(b -> b.tensor("x", 0, new byte[4], 1L << 40, 1L << 40), "'x' shape", "too many");
        refused(b -> b.tensor("x", 0, new byte[4], 1L << 50), "'x'", "pass the end");
        refused(b -> b.tensor("x", 8, new byte[34], 33), "'x' shape", "blocks");
        refused(b -> b.tensor("x", 4, new byte[34], 32), "'x' type", "4 is not supported");
        refused(b -> b.tensor("x", -1, new byte[34], 32), "'x' type", "4294967295");
        refused(b -> b.extraOffset = -32, "offset", "where the tensor before it ends");
        refused(b -> b.extraOffset = 32, "offset", "where the tensor before it ends");
        refused(b -> b.extraOffset = Long.MIN_VALUE, "offset", "where the tensor before it ends");
        for (int alignment : new int[] {0, 1, 33, -1, 1 << 30}) {
            refused(b -> b.u32("general.alignment", alignment), "general.alignment", "power of two");
        }
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        refused(b -> b.metadata.put("general.architecture", out -> out.i32(8).text("mamba")), "general.arch", "mamba");
        refused(b -> b.metadata.put("general.type", out -> out.i32(8).text("adapter")), "general.type", "adapter");
        refused(b -> b.u32("split.count", 3), "split.count", "several files");
        refused(b -> b.f32("llama.attention.scale", 2), "llama.attention.scale", "not supported");
        refused(b -> b.u32("llama.expert_count", 8), "llama.expert_count", "mixture");
        refused(b -> b.u32("llama.rope.dimension_count", 2), "llama.rope.dimension_count", "4");
        refused(b -> b.f32("llama.block_count", 1), "llama.block_count", "integer");
        refused(b -> b.u32("llama.block_count", -1), "llama.block_count", "4294967295");
        refused(b -> b.u32("llama.block_count", 1 << 30), "llama.block_count", "65536");
        refused(b -> b.u32("llama.attention.head_count", 3), "llama.embedding_length", "multiple");
        refused(b -> b.u32("llama.attention.head_count_kv", 7), "llama.attention.head_count_kv", "7");
        refused(b -> b.f32("llama.rope.freq_base", 0), "llama.rope.freq_base", "0.0");
        refused(b -> b.f32("llama.rope.freq_base", Float.NaN), "llama.rope.freq_base", "NaN");
        refused(b -> b.u32("llama.vocab_size", 6), "llama.vocab_size", "5");
        refused(b -> b.u32("tokenizer.ggml.eos_token_id", -2), "tokenizer.ggml.eos_token_id", "4294967294");
        refused(
                b -> b.metadata.put("llama.rope.scaling.type", out -> out.i32(8).text("yarn")),
                "llama.rope.scaling.type",
                "yarn");
        refused(b -> b.f32Tensor("blk.1.attn_q.weight", 8, 8), "blk.1.attn_q.weight", "not one of");
        refused(b -> b.f32Tensor("blk.0.attn_q_norm.weight", 4), "attn_q_norm", "not one of");
        refused(b -> b.without("blk.0.attn_k.bias").f32Tensor("blk.0.attn_k.bias", 4), "attn_k.bias", "2 heads");
    }

    @Test
    void ropeScalingsAreRead() {
        GgufBuilder linear = GgufBuilder.llama().f32("llama.rope.scaling.factor", 4);
        linear.metadata.put("llama.rope.scaling.type", out -> out.i32(8).text("linear"));
        try (Checkpoint model = open(linear.bytes())) {
            assertEquals(
                    new Rope(10000, new RopeScaling.Linear(4)), model.config().rope());
        }
        Rope llama3 = new Rope(500000, new RopeScaling.Llama3(32, 1, 4, 8192));
        GgufBuilder wide = GgufBuilder.llama().u32("llama.attention.key_length", 64);
        // heads no longer fit the tensors, so only the configuration is looked at
        double[] plain64 = new Rope(500000, new RopeScaling.None()).inverseFrequencies(64);
        double[] stretched64 = llama3.inverseFrequencies(64);
        float[] divisors64 = new float[32];
        for (int i = 0; i < 32; i++) {
            divisors64[i] = (float) (plain64[i] / stretched64[i]);
        }
        wide.f32("llama.rope.freq_base", 500000).f32Tensor("rope_freqs.weight", divisors64, 32);
        assertEquals(llama3, config(wide.bytes()).rope());
        divisors64[20] *= 1.01f;
        GgufBuilder other = GgufBuilder.llama().u32("llama.attention.key_length", 64);
        other.f32("llama.rope.freq_base", 500000).f32Tensor("rope_freqs.weight", divisors64, 32);
        refused(other.bytes(), "rope_freqs.weight", "not the scaling of Llama 3");
    }

    private ModelConfig config(byte[] bytes) {
        Path file = TestBytes.write(folder.resolve("c.gguf"), bytes);
        try (FileChannel channel = FileChannel.open(file)) {
            return GgufConfig.read(GgufFile.read(file, channel));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void metadataOfAnotherTypeIsNamed() {
        GgufBuilder builder = GgufBuilder.llama();
        builder.metadata.put("x.flags", out -> out.i32(9).i32(7).i64(2).u8(1).u8(0));
        builder.metadata.put("x.ints", out -> out.i32(9).i32(5).i64(1).i32(7));
        try (Checkpoint model = open(builder.bytes())) {
            GgufMetadata metadata = model.ggufMetadata().orElseThrow();
            assertEquals(
                    List.of("a", "b", "c", "d", "e"),
                    metadata.strings("tokenizer.ggml.tokens").orElseThrow());
            assertTrue(metadata.strings("absent").isEmpty());
            assertEquals(
                    List.of("a", "b", "c", "d", "e"),
                    metadata.asMap("tokenizer.").get("tokenizer.ggml.tokens"));
            assertEquals(1L, metadata.asMap("").get("llama.block_count"));
            assertEquals(List.of(true, false), metadata.asMap("x.").get("x.flags"));
            assertArrayEquals(new int[] {7}, (int[]) metadata.asMap("x.").get("x.ints"));
            assertThrows(CheckpointException.class, () -> metadata.integers("tokenizer.ggml.tokens"));
            assertThrows(CheckpointException.class, () -> metadata.string("llama.block_count"));
            assertThrows(CheckpointException.class, () -> metadata.bool("llama.block_count"));
            assertThrows(CheckpointException.class, () -> metadata.number("llama.block_count"));
            assertThrows(CheckpointException.class, () -> metadata.strings("llama.block_count"));
        }
    }
}
