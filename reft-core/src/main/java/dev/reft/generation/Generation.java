package dev.reft.generation;

import java.util.List;

/**
 * A generation in progress: requests are added at any time, tokens are pulled.
 *
 * <p>While one is open, the model refuses {@code step} and {@code restoreState}, not {@code score}.
 */
public interface Generation extends AutoCloseable {
    /**
     * Adds a request: one sample a seed.
     *
     * @param request its id must differ from those of unfinished requests
     * @throws IllegalArgumentException if the id is taken, a token is outside the vocabulary, or prompt and maxTokens do
     *     not fit into the context
     */
    void add(GenerationRequest request);

    /**
     * Samples that have not been handed over.
     *
     * @return &gt;= 0
     */
    int unfinished();

    /**
     * Makes one token for every live row and hands over those that ended.
     *
     * @return the samples that ended, in the order of their addition
     * @throws IllegalStateException if nothing is unfinished
     */
    List<Completion> advance();

    /** Abandons what is unfinished; the second and later calls do nothing. */
    @Override
    void close();
}
