package dev.reft.text;

import java.util.List;

/** Turns texts into vectors, so that graders can compare meanings; called from several threads at once. */
public interface Embedder {
    /**
     * Embeds texts.
     *
     * @param texts any texts
     * @return one vector a text, in the same order, all of {@link #dimensions} finite numbers
     * @throws Exception if that is impossible at the moment; the grading fails then
     */
    List<float[]> embed(List<String> texts) throws Exception;

    /**
     * The length of its vectors.
     *
     * @return &gt;= 1
     */
    int dimensions();
}
