package dev.reft.ppo.watch;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Grade;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.Rollouts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/** What graded completions look like to a watch. Pure functions. */
public final class RolloutMeasures {
    /** Mean score; completions without a score are left out. */
    public static final String REWARD = "watch/reward";

    /** Mean number of tokens of all completions. */
    public static final String LENGTH = "watch/length";

    /**
     * Correlation of score and length, in [-1, 1], each less its prompt's mean if any prompt has several completions: a
     * harder problem may rightly take longer. Absent where scores or lengths do not vary.
     */
    public static final String REWARD_LENGTH_CORRELATION = "watch/reward_length_correlation";

    /** How much more score a token more goes with, from the same centred pairs. */
    public static final String REWARD_LENGTH_SLOPE = "watch/reward_length_slope";

    /** Share of repeated texts among a prompt's completions, mean over prompts with several: 1 if all are the same. */
    public static final String IDENTICAL_WITHIN = "watch/identical_within";

    /** Share of prompts that the commonest text answers, in (0, 1]; absent with one prompt. */
    public static final String IDENTICAL_ACROSS = "watch/identical_across";

    /**
     * Mean negative log-probability of the sampled tokens in nats, an estimate of the entropy a token; absent if the sampler
     * vouches for none.
     */
    public static final String ENTROPY = "watch/entropy";

    /** Share of completions that were cut off at their greatest length. */
    public static final String TRUNCATED = "watch/truncated";

    private RolloutMeasures() {}

    /**
     * Measures completions.
     *
     * @param graded the completions of a step with their grades
     * @return name to number, finite; what cannot be said of these completions is absent
     */
    public static Map<String, Double> of(GradedRollouts graded) {
        Map<String, Double> measures = new TreeMap<>();
        List<Completion> all = new ArrayList<>();
        graded.rollouts().groups().forEach(group -> all.addAll(group.completions()));
        if (all.isEmpty()) {
            return measures;
        }
        measures.put(
                LENGTH, all.stream().mapToInt(c -> c.tokens().length).average().orElse(0));
        measures.put(
                TRUNCATED,
                (double) all.stream().filter(c -> c.finish() == Finish.LENGTH).count() / all.size());
        graded.flat().stream()
                .filter(Grade.Score.class::isInstance)
                .mapToDouble(grade -> ((Grade.Score) grade).value())
                .average()
                .ifPresent(reward -> measures.put(REWARD, reward));
        rewardByLength(graded, measures);
        identical(graded.rollouts().groups(), measures);
        entropy(all, measures);
        return measures;
    }

    private static void rewardByLength(GradedRollouts graded, Map<String, Double> measures) {
        List<List<double[]>> groups = new ArrayList<>();
        for (int g = 0; g < graded.grades().size(); g++) {
            List<double[]> points = new ArrayList<>();
            for (int s = 0; s < graded.grades().get(g).size(); s++) {
                if (graded.grades().get(g).get(s) instanceof Grade.Score score) {
                    Completion completion =
                            graded.rollouts().groups().get(g).completions().get(s);
                    points.add(new double[] {completion.tokens().length, score.value()});
                }
            }
            groups.add(points);
        }
        boolean centred = groups.stream().anyMatch(points -> points.size() > 1);
        SimpleRegression regression = new SimpleRegression();
        for (List<double[]> points : groups) {
            // A prompt with one score says nothing beside prompts with several: centred, it is 0.
            if (points.size() > 1 || !centred) {
                double length = centred ? mean(points, 0) : 0;
                double reward = centred ? mean(points, 1) : 0;
                points.forEach(p -> regression.addData(p[0] - length, p[1] - reward));
            }
        }
        putFinite(measures, REWARD_LENGTH_CORRELATION, regression.getN() < 3 ? Double.NaN : regression.getR());
        putFinite(measures, REWARD_LENGTH_SLOPE, regression.getN() < 3 ? Double.NaN : regression.getSlope());
    }

    private static double mean(List<double[]> points, int coordinate) {
        return points.stream().mapToDouble(p -> p[coordinate]).average().orElse(0);
    }

    private static void identical(List<Rollouts.Group> groups, Map<String, Double> measures) {
        Map<String, Integer> prompts = new HashMap<>();
        double repeated = 0;
        int several = 0;
        int answered = 0;
        for (Rollouts.Group group : groups) {
            Set<String> texts = new HashSet<>();
            group.completions().forEach(completion -> texts.add(completion.text()));
            texts.forEach(text -> prompts.merge(text, 1, Integer::sum));
            answered += texts.isEmpty() ? 0 : 1;
            if (group.completions().size() > 1) {
                several++;
                repeated += (double) (group.completions().size() - texts.size())
                        / (group.completions().size() - 1);
            }
        }
        putFinite(measures, IDENTICAL_WITHIN, repeated / several);
        if (answered > 1) {
            int most = prompts.values().stream().mapToInt(n -> n).max().orElse(0);
            measures.put(IDENTICAL_ACROSS, (double) most / answered);
        }
    }

    private static void entropy(List<Completion> completions, Map<String, Double> measures) {
        double surprise = 0;
        long tokens = 0;
        for (Completion completion : completions) {
            for (Segment segment : completion.segments()) {
                if (segment instanceof Segment.Sampled sampled) {
                    for (float logProb : sampled.logProbs()) {
                        surprise -= logProb;
                        tokens++;
                    }
                }
            }
        }
        putFinite(measures, ENTROPY, surprise / tokens);
    }

    private static void putFinite(Map<String, Double> measures, String name, double value) {
        if (Double.isFinite(value)) {
            measures.put(name, value);
        }
    }
}
