package dev.reft.onnx;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.GenerationConfig;
import dev.reft.checkpoint.JsonFields;
import dev.reft.checkpoint.hub.HubCache;
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
    private static final String GRAPH = "model.onnx";

    private static final List<String> CONTEXT =
            List.of("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length");

    /** Why a model, a path or a hub's name, is refused before anything is opened. */
    static Optional<String> refuses(String model) {
        try {
            of(model);
            return Optional.empty();
        } catch (CheckpointException e) {
            return Optional.of(e.getMessage() + (Files.exists(HubCache.locate(model)) ? "" : HubCache.advice(model)));
        } catch (IllegalArgumentException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    /**
     * Finds the files of a model that is named by a path, or as a hub names it and then lies in the cache.
     *
     * @throws CheckpointException as {@link #of(Path)}
     */
    static GraphFiles of(String model) {
        return of(HubCache.locate(model));
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

    /** Whether a directory has a graph where one is looked for. */
    static boolean holdsGraph(Path directory) {
        return Files.isRegularFile(directory.resolve(GRAPH)) || Files.isRegularFile(below(directory));
    }

    private static Path below(Path directory) {
        return directory.resolve("onnx").resolve(GRAPH);
    }

    private static Path inDirectory(Path directory) {
        if (!holdsGraph(directory)) {
            throw new CheckpointException(directory.resolve(GRAPH), "graph", "is not there");
        }
        Path graph = directory.resolve(GRAPH);
        return Files.isRegularFile(graph) ? graph : below(directory);
    }

    static JsonNode json(Path file) {
        try {
            if (Files.size(file) > JsonFields.MAX_BYTES) {
                throw new CheckpointException(
                        file,
                        "configuration",
                        "is " + Files.size(file) + " bytes long, more than the " + JsonFields.MAX_BYTES
                                + " that are read");
            }
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
        JsonNode node = config.path("eos_token_id");
        List<JsonNode> ids = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(ids::add);
        } else if (!node.isNull() && !node.isMissingNode()) {
            ids.add(node);
        }
        List<Integer> own = new ArrayList<>();
        for (JsonNode id : ids) {
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw new CheckpointException(
                        directory.resolve("config.json"),
                        "eos_token_id",
                        "must be a token id or a list of them, not " + node);
            }
            own.add(id.intValue());
        }
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
