package dev.reft.onnx;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.GenerationConfig;
import dev.reft.checkpoint.tokenizer.HfTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A directory with a graph: {@code model.onnx} in it or in its {@code onnx}, {@code config.json}, {@code tokenizer.json}. Of
 * the configuration only what the graph does not say is read, so that any architecture will do.
 *
 * @param directory with the configuration
 * @param graph the graph's file
 * @param config the content of {@code config.json}
 */
record GraphFiles(Path directory, Path graph, JsonNode config) {
    private static final List<String> CONTEXT =
            List.of("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length");

    /** Why a model is refused before anything is opened. */
    static Optional<String> refuses(Path model) {
        try {
            of(model);
            return Optional.empty();
        } catch (CheckpointException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    /**
     * Finds the files.
     *
     * @param model a directory, or the graph's file in it
     * @throws CheckpointException if one is missing or malformed
     */
    static GraphFiles of(Path model) {
        if (!Files.exists(model)) {
            throw new CheckpointException(model, "model", "is not there");
        }
        Path graph = Files.isDirectory(model) ? inDirectory(model) : model;
        if (!graph.toString().endsWith(".onnx")) {
            throw new CheckpointException(model, "model", "is neither a directory nor an .onnx file");
        }
        Path beside = graph.resolveSibling("config.json");
        @Nullable Path above = graph.toAbsolutePath().getParent();
        Path config = Files.isRegularFile(beside) || above == null ? beside : above.resolveSibling("config.json");
        @Nullable Path directory = config.toAbsolutePath().getParent();
        if (!Files.isRegularFile(config) || directory == null) {
            throw new CheckpointException(beside, "configuration", "is not there");
        }
        return new GraphFiles(directory, graph, json(config));
    }

    private static Path inDirectory(Path directory) {
        Path graph = directory.resolve("model.onnx");
        Path below = directory.resolve("onnx").resolve("model.onnx");
        if (!Files.isRegularFile(graph) && !Files.isRegularFile(below)) {
            throw new CheckpointException(graph, "graph", "is not there");
        }
        return Files.isRegularFile(graph) ? graph : below;
    }

    static JsonNode json(Path file) {
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(file));
            if (!json.isContainer()) {
                throw new CheckpointException(file, "configuration", "is no JSON object or list");
            }
            return json;
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        } catch (JacksonException e) {
            throw new CheckpointException(file, "configuration", "is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** A positive number of the configuration. */
    OptionalInt size(String field) {
        JsonNode node = config.path(field);
        return node.isInt() && node.intValue() > 0 ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
    }

    /** The most tokens of a row. */
    int contextLength() {
        return CONTEXT.stream()
                .map(this::size)
                .filter(OptionalInt::isPresent)
                .mapToInt(OptionalInt::getAsInt)
                .findFirst()
                .orElseThrow(() -> new CheckpointException(
                        directory.resolve("config.json"), "context", "is not told: none of " + CONTEXT + " is there"));
    }

    /** The tokens that end a completion: of the generation settings, or else of the configuration. */
    List<Integer> endIds() {
        List<Integer> ends = GenerationConfig.read(directory).ends();
        if (!ends.isEmpty()) {
            return ends;
        }
        List<Integer> own = new ArrayList<>();
        JsonNode node = config.path("eos_token_id");
        if (node.isInt()) {
            own.add(node.intValue());
        }
        node.forEach(id -> own.add(id.asInt()));
        return own;
    }

    /** The tokenizer, empty without a {@code tokenizer.json}. */
    Optional<HfTokenizer> tokenizer(int vocabulary) {
        try {
            return HfTokenizer.ofDirectory(directory, new HashSet<>(endIds()), vocabulary);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the tokenizer of " + directory, e);
        }
    }
}
