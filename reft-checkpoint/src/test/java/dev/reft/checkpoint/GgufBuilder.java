package dev.reft.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Puts a small GGUF model together, with any part replaced. */
final class GgufBuilder {
    private record Tensor(String name, long[] dimensions, int type, byte[] data) {}

    final Map<String, Consumer<TestBytes>> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();
    int version = 3;
    long extraOffset;

    /** One layer, width 8, two heads, vocabulary 5, biases in attention. */
    static GgufBuilder llama() {
        GgufBuilder builder = new GgufBuilder();
        builder.metadata.put("general.architecture", out -> out.i32(8).text("llama"));
        builder.u32("llama.context_length", 16);
        builder.u32("llama.embedding_length", 8);
        builder.u32("llama.block_count", 1);
        builder.u32("llama.feed_forward_length", 12);
        builder.u32("llama.attention.head_count", 2);
        builder.f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        builder.metadata.put(
                "tokenizer.ggml.tokens",
                out -> out.i32(9)
                        .i32(8)
                        .i64(5)
                        .text("a")
                        .text("b")
                        .text("c")
                        .text("d")
                        .text("e"));
        builder.f32Tensor("token_embd.weight", 8, 5);
        builder.f32Tensor("output_norm.weight", 8);
        for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
            builder.f32Tensor("blk.0." + name + ".weight", 8, 8);
            builder.f32Tensor("blk.0." + name + ".bias", 8);
        }
        return builder;
    }

    GgufBuilder u32(String key, int value) {
        metadata.put(key, out -> out.i32(4).i32(value));
        return this;
    }

    GgufBuilder f32(String key, float value) {
        metadata.put(key, out -> out.i32(6).i32(Float.floatToIntBits(value)));
        return this;
    }

    /** Elements count up from 0. */
    GgufBuilder f32Tensor(String name, long... dimensions) {
        int count = 1;
        for (long dimension : dimensions) {
            count *= (int) dimension;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return f32Tensor(name, values, dimensions);
    }

    GgufBuilder f32Tensor(String name, float[] values, long... dimensions) {
        TestBytes data = new TestBytes();
        for (float value : values) {
            data.i32(Float.floatToIntBits(value));
        }
        return tensor(name, 0, data.bytes(), dimensions);
    }

    GgufBuilder tensor(String name, int type, byte[] data, long... dimensions) {
        tensors.add(new Tensor(name, dimensions, type, data));
        return this;
    }

    GgufBuilder without(String name) {
        tensors.removeIf(tensor -> tensor.name.equals(name));
        return this;
    }

    byte[] bytes() {
        TestBytes out =
                new TestBytes().ascii("GGUF").i32(version).i64(tensors.size()).i64(metadata.size());
        metadata.forEach((key, value) -> value.accept(out.text(key)));
        long offset = 0;
        for (Tensor tensor : tensors) {
            out.text(tensor.name).i32(tensor.dimensions.length);
            for (long dimension : tensor.dimensions) {
                out.i64(dimension);
            }
            out.i32(tensor.type).i64(offset + (offset > 0 ? extraOffset : 0));
            offset += (tensor.data.length + 31) / 32 * 32;
        }
        out.align(32);
        for (Tensor tensor : tensors) {
            out.raw(tensor.data).align(32);
        }
        return out.bytes();
    }
}
