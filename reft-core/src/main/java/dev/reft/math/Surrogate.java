package dev.reft.math;

/**
 * The policy loss of one token, as a function of its log-probability now and when it was sampled and of its advantage; to be
 * minimised. The type grows; callers keep a default branch.
 *
 * <pre>
 * ClippedSurrogate    the ratio of the token, clipped                PPO, GRPO, DAPO
 * SequenceSurrogate   the ratio of its completion, clipped           GSPO, RLOO
 * WeightedLogProb     log-probability times a bounded ratio          CISPO
 * </pre>
 *
 * <p>Where {@link #wholeCompletion} is true, the log-probabilities that the functions take are those of the completion,
 * as {@link SequenceSurrogate#pooled} makes them, and every token of it gets {@link #loss} and its own share of the slope.
 */
public sealed interface Surrogate permits ClippedSurrogate, SequenceSurrogate, WeightedLogProb {
    /**
     * Whether the ratio is that of the completion and not of the token.
     *
     * @return true for {@link SequenceSurrogate}
     */
    default boolean wholeCompletion() {
        return false;
    }

    /**
     * How much likelier the token or completion is than when it was sampled.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @return the ratio, before any clip of it; exactly 1 if the two are equal
     */
    double ratio(double logProb, double old);

    /**
     * The loss of one token.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return the loss
     */
    double loss(double logProb, double old, double advantage);

    /**
     * The slope of the loss in {@code logProb}; what a formula holds fast (stop-gradient) is held fast.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return the slope
     */
    double slope(double logProb, double old, double advantage);

    /**
     * Whether a clip is in force, which is what a clip fraction counts.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return true if the token is clipped
     */
    boolean clipped(double logProb, double old, double advantage);

    /**
     * Whether the dual clip bounds the loss.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return true if the bound is in force; false throughout for a loss without one
     */
    default boolean dualClipped(double logProb, double old, double advantage) {
        return false;
    }
}
