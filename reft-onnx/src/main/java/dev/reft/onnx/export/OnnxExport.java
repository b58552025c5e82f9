package dev.reft.onnx.export;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.GgufMetadata;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.PeftAdapter;
import dev.reft.checkpoint.TensorFile;
import dev.reft.checkpoint.hub.HubCache;
import dev.reft.checkpoint.tokenizer.HfTokenizer;
import dev.reft.io.AtomicFiles;
import dev.reft.onnx.graph.OnnxFiles;
import dev.reft.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model as an ONNX graph, in fp32: what {@code Policy.export} wrote, an adapter being added to its base's weights, or any
 * model that reft reads. The graph's inputs
 * are {@code input_ids} and {@code position_ids} [batch, sequence], {@code attention_mask} [batch, past + sequence] and
 * {@code past_key_values.N.key/value} [batch, key heads, past, head width]; its outputs {@code logits} [batch, sequence,
 * vocabulary], {@code values} [batch, sequence] and {@code present.N.key/value}.
 */
public final class OnnxExport {
    /** The file of the graph. */
    public static final String GRAPH = "model.onnx";

    /** The file of the weights, where they lie beside the graph. */
    public static final String WEIGHTS = "model.onnx_data";

    private static final List<String> COPIED = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "vocab.json",
            "merges.txt",
            "tokenizer.model");

    private OnnxExport() {}

    /**
     * Writes all that a model has: {@link OnnxExportOptions#of}.
     *
     * @param model a Hugging Face directory or a GGUF file, or a directory with an adapter whose base is on this machine
     * @param target a directory that does not exist or is empty; it appears whole or not at all
     * @throws IOException if writing fails
     * @throws CheckpointException if there is no model, it is malformed, or its architecture is not supported
     * @throws IllegalArgumentException if the target is not empty
     */
    public static void write(Path model, Path target) throws IOException {
        write(model, target, OnnxExportOptions.of(model));
    }

    /**
     * Writes a model.
     *
     * @param model a Hugging Face directory or a GGUF file, or a directory with an adapter whose base is on this machine
     * @param target a directory that does not exist or is empty; it appears whole or not at all
     * @param options what the graph is to hold
     * @throws IOException if writing fails
     * @throws CheckpointException if there is no model, it is malformed, or its architecture is not supported
     * @throws IllegalArgumentException if the target is not empty
     */
    public static void write(Path model, Path target, OnnxExportOptions options) throws IOException {
        write(model, target, options, OnnxFiles.LARGEST_WITHIN);
    }

    /**
     * The same with another limit of what lies within the graph's file.
     *
     * @param within bytes of weights; more lie beside
     */
    static void write(Path model, Path target, OnnxExportOptions options, long within) throws IOException {
        refuseOccupied(target);
        try (PeftAdapter adapter = PeftAdapter.isIn(model) ? PeftAdapter.open(model) : null;
                Checkpoint checkpoint = Checkpoint.open(adapter == null ? model : base(adapter));
                TensorFile values = options.values() ? TensorFile.open(valueHead(model, checkpoint)) : null) {
            OnnxGraph graph = DecoderGraph.of(checkpoint, added(adapter, checkpoint.config()), values, options);
            boolean beside = options.weightsBeside() || graph.tensorBytes() > within;
            AtomicFiles.writeDirectory(target, directory -> {
                if (beside) {
                    OnnxFiles.write(graph, directory.resolve(GRAPH), WEIGHTS);
                } else {
                    OnnxFiles.write(graph, directory.resolve(GRAPH));
                }
                AtomicFiles.writeText(
                        directory.resolve("config.json"), checkpoint.config().toJson("float32"));
                if (!checkpoint.generation().fields().isEmpty()) {
                    AtomicFiles.writeText(
                            directory.resolve("generation_config.json"),
                            checkpoint.generation().toJson());
                }
                writeTokenizer(checkpoint, directory);
            });
        }
    }

    private static Path base(PeftAdapter adapter) {
        return adapter.base().orElseGet(() -> {
            Path cached = HubCache.locate(adapter.baseName());
            if (adapter.baseName().isEmpty() || !Files.exists(cached)) {
                throw new CheckpointException(
                        adapter.directory(),
                        "base_model_name_or_path",
                        "'" + adapter.baseName() + "' is not on this machine");
            }
            return cached;
        });
    }

    private static Optional<AddedAdapter> added(@Nullable PeftAdapter adapter, ModelConfig config) {
        if (adapter == null) {
            return Optional.empty();
        }
        adapter.checkAgainst(config);
        boolean transposed = Architecture.of(config.modelType()).names().transposed();
        return Optional.of(new AddedAdapter(adapter, transposed));
    }

    /** Beside the model; an adapter's may be its base's. */
    private static Path valueHead(Path model, Checkpoint checkpoint) {
        Path own = model.resolve(OnnxExportOptions.VALUE_HEAD);
        Path file = Files.isRegularFile(own) ? own : checkpoint.path().resolve(OnnxExportOptions.VALUE_HEAD);
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file, "value head", "is not there; export the model without values");
        }
        return file;
    }

    private static void refuseOccupied(Path target) throws IOException {
        if (Files.exists(target)) {
            try (Stream<Path> files = Files.list(target)) {
                if (files.findAny().isPresent()) {
                    throw new IllegalArgumentException("the directory " + target + " is not empty");
                }
            }
        }
    }

    private static void writeTokenizer(Checkpoint checkpoint, Path directory) throws IOException {
        @Nullable GgufMetadata gguf = checkpoint.ggufMetadata().orElse(null);
        Path from = gguf == null
                ? checkpoint.path()
                : checkpoint.path().toAbsolutePath().getParent();
        for (String name : COPIED) {
            if (from != null && Files.isRegularFile(from.resolve(name))) {
                Files.copy(from.resolve(name), directory.resolve(name));
            }
        }
        if (gguf != null) {
            HfTokenizer.writeGguf(gguf.asMap("tokenizer."), gguf.file(), directory);
        }
    }
}
