package dev.reft.torch;

import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.GgufMetadata;
import dev.reft.checkpoint.tokenizer.HfTokenizer;
import dev.reft.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Finds a model's tokenizer: a {@code tokenizer.json} beside it, or else what its GGUF file holds. */
final class Tokenizers {
    private Tokenizers() {}

    static Optional<Tokenizer> find(Opening opening) {
        Path directory = opening.origin(null).directory();
        Set<Integer> ends = new LinkedHashSet<>(opening.endIds());
        int vocabulary = opening.config().vocabularySize();
        Checkpoint checkpoint = opening.checkpoint();
        Optional<GgufMetadata> gguf = checkpoint == null ? Optional.empty() : checkpoint.ggufMetadata();
        try {
            Optional<HfTokenizer> found = gguf.isEmpty()
                    ? HfTokenizer.ofDirectory(directory, ends, vocabulary)
                    : HfTokenizer.ofGguf(
                            gguf.get().asMap("tokenizer."), gguf.get().file(), ends, vocabulary);
            return found.map(tokenizer -> tokenizer);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the tokenizer of " + directory, e);
        }
    }
}
