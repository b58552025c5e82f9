package dev.reft.onnx;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.SafetensorsWriter;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.onnx.export.OnnxExportOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;

/** Small models with random weights, which need no files from elsewhere. */
final class TinyGraph {
    private static final String LLAMA = """
            {"model_type": "%s", "vocab_size": 29, "hidden_size": 16, "intermediate_size": 24,
             "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0,
             "tie_word_embeddings": false, "eos_token_id": %s}
            """;
    private static final String GPT2 = """
            {"model_type": "gpt2", "vocab_size": 29, "n_embd": 12, "n_layer": 2, "n_head": 4, "n_positions": 64,
             "bos_token_id": null, "eos_token_id": null}
            """;

    private TinyGraph() {}

    /** Letters and two signs, each a token. */
    private static String tokenizer() {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 29; i++) {
            words.append(i == 0 ? "" : ", ")
                    .append('"')
                    .append((char) ('a' + i))
                    .append("\": ")
                    .append(i);
        }
        return """
                {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null, "post_processor": null,
                 "decoder": {"type": "Fuse"},
                 "model": {"type": "BPE", "unk_token": null, "fuse_unk": false, "byte_fallback": false,
                           "vocab": {%s}, "merges": []}}
                """.formatted(words);
    }

    /** The same with a tokenizer. */
    static Path withTokenizer(Path model) {
        try {
            Files.writeString(model.resolve("tokenizer.json"), tokenizer());
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A Llama of random weights with a value head. */
    static Path llama(Path directory, String end) {
        return llama(directory, end, 0);
    }

    static Path llama(Path directory, String end, long seed) {
        return write(directory, LLAMA.formatted("llama", end), seed);
    }

    static Path olmo2(Path directory) {
        return write(directory, LLAMA.formatted("olmo2", "null"), 0);
    }

    static Path gpt2(Path directory) {
        return write(directory, GPT2, 0);
    }

    /** The graph of a model, made once in its directory. */
    static Path graph(Path model, OnnxExportOptions options) {
        Path target = model.resolveSibling(model.getFileName() + ".onnx-" + Integer.toHexString(options.hashCode()));
        if (Files.notExists(target)) {
            try {
                OnnxExport.write(model, target, options);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return target;
    }

    private static Path write(Path directory, String json, long seed) {
        if (Files.exists(directory)) {
            return directory;
        }
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("config.json"), json);
            ModelConfig config = ModelConfig.read(directory);
            Map<String, List<Long>> shapes =
                    Architecture.of(config.modelType()).names().tensors(config);
            List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
            shapes.forEach((name, shape) -> tensors.add(random(name, shape, seed)));
            SafetensorsWriter.write(directory, tensors, SafetensorsWriter.DEFAULT_FILE_BYTES);
            List<SafetensorsWriter.Tensor> head = List.of(
                    random("value_head.weight", List.of(1L, (long) config.embeddingSize()), seed),
                    random("value_head.bias", List.of(1L), seed));
            SafetensorsWriter.writeFile(directory.resolve("value_head.safetensors"), head, Map.of());
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SafetensorsWriter.Tensor random(String name, List<Long> shape, long seed) {
        CRC32 hash = new CRC32();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        Random random = new Random(hash.getValue() + seed);
        int count = (int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (0.3 * random.nextGaussian()) + (name.contains("norm") ? 1 : 0);
        }
        return Golden.tensor(name, shape, values);
    }
}
