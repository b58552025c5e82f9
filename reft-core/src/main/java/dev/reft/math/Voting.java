package dev.reft.math;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Choosing among the sampled answers to one problem (self-consistency, arXiv 2203.11171; best-of-n). */
public final class Voting {
    private Voting() {}

    /**
     * Weights that the answers got.
     *
     * @param answers one a sample; null where none could be read, which does not vote
     * @param weights one a sample; ones count votes
     * @return answer -&gt; sum of weights, in the order in which answers first appear
     * @throws IllegalArgumentException if the lengths differ
     */
    public static Map<String, Double> tally(List<@Nullable String> answers, double[] weights) {
        Checks.sameLength("answers", answers.size(), "weights", weights.length);
        Map<String, Double> tally = new LinkedHashMap<>();
        for (int i = 0; i < weights.length; i++) {
            String answer = answers.get(i);
            if (answer != null) {
                tally.merge(answer, weights[i], Double::sum);
            }
        }
        return tally;
    }

    /**
     * The answer with the greatest weight; of equals the one that appears first.
     *
     * @param answers one a sample; null does not vote
     * @param weights one a sample
     * @return the winner, empty if nobody votes
     */
    public static Optional<String> winner(List<@Nullable String> answers, double[] weights) {
        String best = null;
        double most = Double.NEGATIVE_INFINITY;
        for (Map.Entry<String, Double> entry : tally(answers, weights).entrySet()) {
            if (best == null || entry.getValue() > most) {
                best = entry.getKey();
                most = entry.getValue();
            }
        }
        return Optional.ofNullable(best);
    }

    /**
     * The answer that most samples give; of equals the one that appears first.
     *
     * @param answers one a sample; null does not vote
     * @return the winner, empty if nobody votes
     */
    public static Optional<String> majority(List<@Nullable String> answers) {
        double[] ones = new double[answers.size()];
        java.util.Arrays.fill(ones, 1);
        return winner(answers, ones);
    }

    /**
     * Index of the sample with the greatest score; of equals the first. Unreadable answers count too: a scorer saw them.
     *
     * @param scores at least one
     * @return the index
     * @throws IllegalArgumentException if there are none
     */
    public static int bestOf(double[] scores) {
        Checks.atLeast("number of scores", scores.length, 1);
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }
}
