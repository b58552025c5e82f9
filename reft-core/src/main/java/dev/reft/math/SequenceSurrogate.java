package dev.reft.math;

/**
 * GSPO's policy loss of one completion (arXiv 2507.18071), to be minimised: PPO's clip on the ratio of the sequence.
 *
 * <pre>
 * ratio = exp(mean over tokens of (logProb - old))
 * loss  = max(-A * ratio, -A * clip(ratio, 1 - low, 1 + high))
 * </pre>
 *
 * <p>A batch's loss is the mean over completions. The clip is much narrower than PPO's: 3e-4 and 4e-4 in the paper.
 *
 * @param clip the clip, applied to the sequence's ratio
 */
public record SequenceSurrogate(ClippedSurrogate clip) {
    /**
     * The loss of a completion.
     *
     * @param logProbs of its tokens now, [n], n &gt;= 1
     * @param old of its tokens when it was sampled, [n]
     * @param advantage of the completion
     * @return the loss
     */
    public double loss(double[] logProbs, double[] old, double advantage) {
        return clip.loss(SequenceLogProbs.mean(logProbs), SequenceLogProbs.mean(old), advantage);
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
        return clip.slope(SequenceLogProbs.mean(logProbs), SequenceLogProbs.mean(old), advantage) / logProbs.length;
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
        return clip.clipped(SequenceLogProbs.mean(logProbs), SequenceLogProbs.mean(old), advantage);
    }
}
