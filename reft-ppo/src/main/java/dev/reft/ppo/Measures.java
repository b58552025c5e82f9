package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.math.Diagnostics;
import dev.reft.math.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a batch of rollouts looked like, over all replicas; rows that do not count influence the counts of them only. */
final class Measures {
    private final PpoConfig config;
    private final double klCoefficient;
    private final ScoredRollouts scored;
    private final Shaping.Sample[] samples;
    private final Shaping.Shaped shaped;
    private final List<Integer> rows = new ArrayList<>();
    private final Map<String, Double> all = new TreeMap<>();

    Measures(
            PpoConfig config,
            double klCoefficient,
            ScoredRollouts scored,
            Shaping.Sample[] samples,
            Shaping.Shaped shaped) {
        this.config = config;
        this.klCoefficient = klCoefficient;
        this.scored = scored;
        this.samples = samples;
        this.shaped = shaped;
        for (int i = 0; i < samples.length; i++) {
            if (samples[i].counted()) {
                rows.add(i);
            }
        }
    }

    Map<String, Double> all() {
        counts();
        if (!rows.isEmpty()) {
            objective();
            lengths();
            values();
            parts();
            groups();
            SamplerGap.measure(config, samples, all);
        }
        return all;
    }

    private void counts() {
        int failed = 0;
        int none = 0;
        for (Grade grade : scored.graded().flat()) {
            failed += grade instanceof Grade.Failed ? 1 : 0;
            none += grade instanceof Grade.None ? 1 : 0;
        }
        int tokens = 0;
        for (int i : rows) {
            tokens += samples[i].oldLogProbs().length;
        }
        all.put("rows", (double) rows.size());
        all.put("tokens", (double) tokens);
        all.put("grade/failed", (double) failed);
        all.put("grade/none", (double) none);
        all.put("grade/dropped", (double) (samples.length - rows.size()));
        all.put("objective/kl_coef", klCoefficient);
    }

    private void objective() {
        Shaping shaping = new Shaping(config, klCoefficient);
        double kl = 0;
        double surprise = 0;
        double penalty = 0;
        double raw = 0;
        double score = 0;
        for (int i : rows) {
            Shaping.Sample sample = samples[i];
            kl += Shaping.sequenceKl(sample);
            for (int t = 0; t < sample.oldLogProbs().length; t++) {
                surprise -= sample.oldLogProbs()[t];
                penalty += shaped.penalties()[i][t];
            }
            raw += sample.score();
            score += shaping.effective(sample);
        }
        int n = rows.size();
        if (scored.reference() != null) {
            all.put("objective/kl", kl / n);
        }
        all.put("objective/entropy", surprise / n);
        all.put("objective/non_score_reward", penalty / n);
        all.put("objective/scores", score / n);
        all.put("objective/raw_scores", raw / n);
        all.put("objective/rlhf_reward", (score + penalty) / n);
    }

    private void lengths() {
        double longest = 0;
        double shortest = Double.MAX_VALUE;
        double sum = 0;
        int cut = 0;
        int ends = 0;
        List<Completion> completions = scored.graded().rollouts().groups().stream()
                .flatMap(g -> g.completions().stream())
                .toList();
        for (int i : rows) {
            int length = completions.get(i).tokens().length;
            longest = Math.max(longest, length);
            shortest = Math.min(shortest, length);
            sum += length;
            cut += completions.get(i).finish() == Finish.LENGTH ? 1 : 0;
            ends += completions.get(i).finish() == Finish.END ? 1 : 0;
        }
        all.put("response/length_mean", sum / rows.size());
        all.put("response/length_max", longest);
        all.put("response/length_min", shortest);
        all.put("response/truncated", (double) cut / rows.size());
        all.put("val/num_eos_tokens", (double) ends);
    }

    private void values() {
        double[][] returns = new double[rows.size()][];
        double[][] values = new double[rows.size()][];
        double[][] advantages = new double[rows.size()][];
        double sum = 0;
        long count = 0;
        for (int k = 0; k < rows.size(); k++) {
            int i = rows.get(k);
            returns[k] = shaped.returns()[i];
            values[k] = samples[i].values();
            advantages[k] = shaped.advantages()[i];
            for (int t = 0; t < returns[k].length; t++) {
                sum += values[k][t];
                count++;
            }
        }
        Moments raw = Moments.of(advantages, true);
        all.put("advantage/mean", raw.mean());
        all.put("advantage/std", raw.deviation());
        if (config.advantages().valued()) {
            all.put("value/mean", sum / count);
            all.put("value/return_mean", Moments.of(returns, true).mean());
            all.put("value/explained_variance", Diagnostics.explainedVariance(returns, values));
        }
    }

    /** How scores vary within groups of two and more; a group without variation teaches group methods nothing. */
    private void groups() {
        Shaping shaping = new Shaping(config, klCoefficient);
        Map<Integer, List<Double>> groups = new TreeMap<>();
        for (int i : rows) {
            groups.computeIfAbsent(samples[i].group(), g -> new ArrayList<>()).add(shaping.effective(samples[i]));
        }
        double deviations = 0;
        int uniform = 0;
        int count = 0;
        for (List<Double> scores : groups.values()) {
            if (scores.size() > 1) {
                count++;
                uniform += scores.stream().distinct().count() == 1 ? 1 : 0;
                deviations += Moments.of(
                                scores.stream().mapToDouble(Double::doubleValue).toArray(), true)
                        .deviation();
            }
        }
        if (count > 0) {
            all.put("reward_std", deviations / count);
            all.put("frac_reward_zero_std", (double) uniform / count);
        }
    }

    private void parts() {
        Map<String, double[]> sums = new TreeMap<>();
        List<Grade> grades = scored.graded().flat();
        for (int i : rows) {
            if (grades.get(i) instanceof Grade.Score score) {
                score.parts().forEach((name, value) -> {
                    double[] sum = sums.computeIfAbsent(name, key -> new double[2]);
                    sum[0] += value;
                    sum[1]++;
                });
            }
        }
        sums.forEach((name, sum) -> all.put("grade/part/" + name, sum[0] / sum[1]));
    }
}
