package dev.reft.graders.shaping;

/**
 * A score that falls with length if the answer is right and rises with it if it is wrong, along half a cosine (Yeo and others 2025):
 * {@code low + (high - low) / 2 * (1 + cos(pi * min(length / longest, 1)))}, low and high swapped for wrong answers.
 *
 * @param lowWrong score of a wrong answer of no length
 * @param highWrong score of a wrong answer of full length, &gt;= lowWrong
 * @param lowRight score of a right answer of full length
 * @param highRight score of a right answer of no length, &gt;= lowRight
 * @param longest full length, &gt;= 1
 */
public record CosineScale(double lowWrong, double highWrong, double lowRight, double highRight, int longest) {
    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if one is not finite or a pair is in the wrong order
     */
    public CosineScale {
        boolean ordered = lowWrong <= highWrong && lowRight <= highRight;
        boolean finite = Double.isFinite(lowWrong)
                && Double.isFinite(highWrong)
                && Double.isFinite(lowRight)
                && Double.isFinite(highRight);
        if (!ordered || !finite || longest < 1) {
            throw new IllegalArgumentException("cosine scale wrong " + lowWrong + " to " + highWrong + ", right "
                    + lowRight + " to " + highRight + ", longest " + longest);
        }
    }

    /**
     * The score.
     *
     * @param right whether the answer is right
     * @param length &gt;= 0
     * @return between the bounds
     */
    public double score(boolean right, int length) {
        double low = right ? lowRight : highWrong;
        double high = right ? highRight : lowWrong;
        double share = Math.min((double) length / longest, 1);
        return low + 0.5 * (high - low) * (1 + Math.cos(Math.PI * share));
    }
}
