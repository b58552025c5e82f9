package dev.reft.graders;

import dev.reft.text.Embedder;
import java.util.List;

/** Counts letters: an embedder whose vectors are easily reckoned, and zero for a text without them. */
public final class LetterEmbedder implements Embedder {
    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(LetterEmbedder::counts).toList();
    }

    private static float[] counts(String text) {
        float[] counts = new float[26];
        text.chars().filter(c -> c >= 'a' && c <= 'z').forEach(c -> counts[c - 'a']++);
        return counts;
    }

    @Override
    public int dimensions() {
        return 26;
    }
}
