package dev.reft.torch;

import org.bytedeco.pytorch.Tensor;

/**
 * A decoder's forward over packed rows that may still be differentiated.
 *
 * <p>What it holds is kept beyond all scopes and freed by {@link #close}.
 */
interface Run extends AutoCloseable {
    /** Hidden states after the final norm, [N, hidden], without graph; valid until this closes. */
    Tensor hidden();

    /**
     * Adds the gradients of the decoder's parameters. At most once.
     *
     * @param slopes d loss / d hidden, [N, hidden], in the type of the hidden states
     */
    void backward(Tensor slopes);

    @Override
    void close();
}
