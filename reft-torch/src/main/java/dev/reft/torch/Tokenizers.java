package dev.reft.torch;

import dev.reft.checkpoint.tokenizer.HfTokenizer;
import dev.reft.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Finds a model's tokenizer. */
final class Tokenizers {
    private Tokenizers() {}

    static Optional<Tokenizer> find(Opening opening) {
        Path file = opening.origin(null).directory().resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        Set<Integer> ends = new LinkedHashSet<>(opening.endIds());
        try {
            return Optional.of(HfTokenizer.of(file, ends, opening.config().vocabularySize()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
