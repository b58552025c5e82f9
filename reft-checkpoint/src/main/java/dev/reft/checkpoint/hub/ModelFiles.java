package dev.reft.checkpoint.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which files of a repository a model needs: no pickles, no weights of other frameworks, one GGUF file or one ONNX graph with
 * its data at most.
 */
final class ModelFiles {
    static final String INDEX = "model.safetensors.index.json";
    static final String ADAPTER = "adapter_model.safetensors";
    private static final String SINGLE = "model.safetensors";
    private static final Set<String> SMALL = Set.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt",
            "tokenizer.model",
            "chat_template.jinja",
            "chat_template.json",
            "adapter_config.json",
            // of sentence encoders
            "modules.json",
            "sentence_bert_config.json",
            "1_Pooling/config.json");

    /** Where exporters put a graph. */
    private static final List<String> GRAPHS = List.of("model.onnx", "onnx/model.onnx");

    private ModelFiles() {}

    /** Small files and, if there is one, the index; its shards are known once it has been read. */
    static List<String> first(Set<String> there, Optional<String> chosen) {
        List<String> files =
                new ArrayList<>(there.stream().filter(SMALL::contains).sorted().toList());
        if (chosen.isEmpty() && there.contains(INDEX)) {
            files.add(INDEX);
        }
        return files;
    }

    /** Weights where there is no index. */
    static List<String> weights(Set<String> there, Optional<String> chosen) {
        if (chosen.isPresent()) {
            return chosen(there, chosen.get());
        }
        List<String> weights = new ArrayList<>();
        for (String file : List.of(SINGLE, ADAPTER)) {
            if (there.contains(file)) {
                weights.add(file);
            }
        }
        if (!weights.isEmpty()) {
            return weights;
        }
        Set<String> ggufs = ending(there, ".gguf");
        if (ggufs.size() == 1) {
            return List.copyOf(ggufs);
        }
        if (!ggufs.isEmpty()) {
            throw new IllegalArgumentException("it has several .gguf files; choose one by Hub.gguf: " + ggufs);
        }
        for (String graph : GRAPHS) {
            if (there.contains(graph)) {
                return graph(there, graph);
            }
        }
        Set<String> graphs = ending(there, ".onnx");
        throw new IllegalArgumentException(
                graphs.isEmpty()
                        ? "it has no weights that are read here (" + SINGLE + ", " + INDEX + ", " + ADAPTER
                                + ", a .gguf file or an .onnx graph)"
                        : "it has .onnx graphs of other names than " + GRAPHS + "; choose one by Hub.onnx: " + graphs);
    }

    private static List<String> chosen(Set<String> there, String file) {
        if (!there.contains(file)) {
            throw new IllegalArgumentException(
                    "it has no file '" + file + "', but " + ending(there, isGguf(file) ? ".gguf" : ".onnx"));
        }
        return isGguf(file) ? List.of(file) : graph(there, file);
    }

    /** A graph and what lies beside it under its name, as exporters call its data: model.onnx_data, model.onnx.data. */
    private static List<String> graph(Set<String> there, String graph) {
        return there.stream()
                .filter(file -> file.startsWith(graph)
                        && file.indexOf('/', graph.length()) < 0
                        && (file.equals(graph) || "_.".indexOf(file.charAt(graph.length())) >= 0))
                .filter(ModelFiles::isPlain)
                .sorted()
                .toList();
    }

    private static Set<String> ending(Set<String> there, String end) {
        Set<String> files = new TreeSet<>();
        there.stream().filter(file -> ends(file, end)).forEach(files::add);
        return files;
    }

    private static boolean ends(String file, String end) {
        return file.toLowerCase(Locale.ROOT).endsWith(end);
    }

    static boolean isGguf(String file) {
        return ends(file, ".gguf");
    }

    static boolean isOnnx(String file) {
        return ends(file, ".onnx");
    }

    /** Whether a name stays in its folder on every system: plain segments, three at most. */
    static boolean isPlain(String file) {
        String[] segments = file.split("/", -1);
        if (file.length() > 255 || segments.length > 3) {
            return false;
        }
        for (String segment : segments) {
            boolean fine = !segment.isEmpty()
                    && !segment.startsWith(".")
                    && !segment.endsWith(".")
                    && segment.chars().allMatch(c -> c > ' ' && c < 0x7f && "\\:*?\"<>|".indexOf(c) < 0);
            if (!fine) {
                return false;
            }
        }
        return true;
    }
}
