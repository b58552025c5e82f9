package dev.reft.math;

/**
 * The policy loss of one completion, to be minimised: PPO's clip on the ratio of the sequence.
 *
 * <pre>
 * ratio = exp(mean over tokens of (logProb - old))        GSPO (arXiv 2507.18071)
 * ratio = exp(sum over tokens of (logProb - old))         RLOO in TRL (arXiv 2402.14740)
 * loss  = max(-A * ratio, -A * clip(ratio, 1 - low, 1 + high))
 * </pre>
 *
 * <p>A batch's loss is the mean over completions. The clip of a mean is much narrower than PPO's: 3e-4 and 4e-4 in the GSPO
 * paper.
 *
 * <p>Token by token, as {@link Surrogate} has it, this is the paper's GSPO-token: every token has the completion's ratio, as
 * a constant times a factor whose value is 1 and whose slope is the token's own (stop-gradient with reattachment). Summed
 * over a completion with weights 1/n and one advantage, value and slopes are those of the completion.
 *
 * @param clip the clip, applied to the sequence's ratio
 * @param pooling how log-ratios of tokens become that of the completion
 */
public record SequenceSurrogate(ClippedSurrogate clip, Pooling pooling) implements Surrogate {
    /** How log-ratios of tokens become that of the completion. The enum grows. */
    public enum Pooling {
        /** Their mean: GSPO. Long and short completions move alike. */
        MEAN,
        /** Their sum: the ratio of the completions' probabilities themselves, as RLOO has it. */
        SUM
    }

    /**
     * GSPO's loss.
     *
     * @param clip the clip, applied to the sequence's ratio
     */
    public SequenceSurrogate(ClippedSurrogate clip) {
        this(clip, Pooling.MEAN);
    }

    /**
     * The log-probability of a completion that its ratio is made of.
     *
     * @param logProbs of its tokens, [n], n &gt;= 1
     * @return their mean or sum
     */
    public double pooled(double[] logProbs) {
        return pooling == Pooling.MEAN ? SequenceLogProbs.mean(logProbs) : SequenceLogProbs.sum(logProbs);
    }

    /**
     * What {@link #slope(double, double, double)} is multiplied by to be the slope of a token whose weight is 1/n.
     *
     * @param length n, &gt;= 1
     * @return 1 for the mean, n for the sum
     */
    public double tokenFactor(int length) {
        return pooling == Pooling.MEAN ? 1 : length;
    }

    /**
     * The loss of a completion.
     *
     * @param logProbs of its tokens now, [n], n &gt;= 1
     * @param old of its tokens when it was sampled, [n]
     * @param advantage of the completion
     * @return the loss
     */
    public double loss(double[] logProbs, double[] old, double advantage) {
        return clip.loss(pooled(logProbs), pooled(old), advantage);
    }

    /**
     * d loss / d log-probability, the same for every token of the completion.
     *
     * @param logProbs of its tokens now, [n], n &gt;= 1
     * @param old of its tokens when it was sampled, [n]
     * @param advantage of the completion
     * @return the slope
     */
    public double slope(double[] logProbs, double[] old, double advantage) {
        return clip.slope(pooled(logProbs), pooled(old), advantage) * tokenFactor(logProbs.length) / logProbs.length;
    }

    /**
     * Whether the clipped term is the larger one.
     *
     * @param logProbs of its tokens now, [n], n &gt;= 1
     * @param old of its tokens when it was sampled, [n]
     * @param advantage of the completion
     * @return true if the completion is clipped
     */
    public boolean clipped(double[] logProbs, double[] old, double advantage) {
        return clip.clipped(pooled(logProbs), pooled(old), advantage);
    }

    @Override
    public boolean wholeCompletion() {
        return true;
    }

    @Override
    public double ratio(double logProb, double old) {
        return clip.ratio(logProb, old);
    }

    @Override
    public double loss(double logProb, double old, double advantage) {
        return clip.loss(logProb, old, advantage);
    }

    @Override
    public double slope(double logProb, double old, double advantage) {
        return clip.slope(logProb, old, advantage);
    }

    @Override
    public boolean clipped(double logProb, double old, double advantage) {
        return clip.clipped(logProb, old, advantage);
    }

    @Override
    public boolean dualClipped(double logProb, double old, double advantage) {
        return clip.dualClipped(logProb, old, advantage);
    }
}
