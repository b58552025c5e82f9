package dev.reft.model;

import dev.reft.text.Tokenizer;

/**
 * A model that is open. What it can do is its type: {@link Sampler}, {@link Scorer}, {@link LanguageModel},
 * {@link Policy}.
 *
 * <p>A model admits one call at a time, from any thread. A second, {@link #close} included, is refused with an
 * {@link IllegalStateException} that names both threads. {@link #info} and {@link #tokenizer} may be called any time.
 */
public interface Model extends AutoCloseable {
    /**
     * What the model is.
     *
     * @return sizes and abilities
     */
    ModelInfo info();

    /**
     * The model's tokenizer; thread-safe.
     *
     * @return the tokenizer
     * @throws IllegalStateException if the model was opened without one
     */
    Tokenizer tokenizer();

    /** Frees what the model holds; the second and later calls do nothing. */
    @Override
    void close();
}
