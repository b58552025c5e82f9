package dev.reft.checkpoint.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which files of a repository a model needs: no pickles, no weights of other frameworks, one GGUF file at most. */
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
            "adapter_config.json");

    private ModelFiles() {}

    /** Small files and, if there is one, the index; its shards are known once it has been read. */
    static List<String> first(Set<String> there, Optional<String> gguf) {
        List<String> files =
                new ArrayList<>(there.stream().filter(SMALL::contains).sorted().toList());
        if (gguf.isEmpty() && there.contains(INDEX)) {
            files.add(INDEX);
        }
        return files;
    }

    /** Weights where there is no index. */
    static List<String> weights(Set<String> there, Optional<String> gguf) {
        if (gguf.isPresent()) {
            if (!there.contains(gguf.get())) {
                throw new IllegalArgumentException("it has no file '" + gguf.get() + "', but " + ggufs(there));
            }
            return List.of(gguf.get());
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
        Set<String> ggufs = ggufs(there);
        if (ggufs.size() == 1) {
            return List.copyOf(ggufs);
        }
        throw new IllegalArgumentException(
                ggufs.isEmpty()
                        ? "it has no weights that are read here (" + SINGLE + ", " + INDEX + ", " + ADAPTER
                                + " or a .gguf file)"
                        : "it has several .gguf files; choose one by Hub.gguf: " + ggufs);
    }

    private static Set<String> ggufs(Set<String> there) {
        Set<String> ggufs = new TreeSet<>();
        there.stream().filter(ModelFiles::isGguf).forEach(ggufs::add);
        return ggufs;
    }

    static boolean isGguf(String file) {
        return file.toLowerCase(Locale.ROOT).endsWith(".gguf");
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
