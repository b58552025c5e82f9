package dev.reft.model;

/** A forward pass that can still be differentiated. Close it in any case: that frees what it holds. */
public interface ForwardPass extends AutoCloseable {
    /**
     * What the model said.
     *
     * @return scores with exactly the outputs that were asked for
     */
    TokenScores scores();

    /**
     * Adds d loss / d parameters to the policy's gradients, given d loss / d output.
     *
     * @param slopes shaped like the scores; an absent output has slope zero
     * @throws IllegalStateException if called a second time, or after {@link #close}
     * @throws IllegalArgumentException if the slopes do not fit, or one is NaN or infinite; nothing was added then
     */
    void backward(Slopes slopes);

    /** Frees the pass; the second and later calls do nothing. */
    @Override
    void close();
}
