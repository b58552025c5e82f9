package dev.reft.golden;

import static dev.reft.golden.Masks.pack;
import static dev.reft.golden.Masks.spread;

import dev.reft.math.ImportanceCorrection;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.math.MissingEnd;
import dev.reft.math.RewardProcessing;
import dev.reft.math.RewardProcessing.GainBias;
import dev.reft.math.RewardProcessing.NumericScore;
import dev.reft.math.RewardProcessing.RunningMoments;
import dev.reft.math.RewardShaping;
import dev.reft.math.RewardShaping.ScorePlacement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Rewards, their processing, KL controllers, corrections for the sampler. */
final class RewardTopics {
    private RewardTopics() {}

    static void register(Map<String, Consumer<GoldenCase>> topics) {
        topics.put("reward_shaping", RewardTopics::shaping);
        topics.put("reward_processing", RewardTopics::processing);
        topics.put("adaptive_kl", RewardTopics::adaptiveKl);
        topics.put("is_correction", RewardTopics::correction);
    }

    static KlEstimator estimator(String name) {
        return switch (name) {
            case "k1" -> KlEstimator.K1;
            case "abs" -> KlEstimator.ABSOLUTE;
            case "k2" -> KlEstimator.K2;
            case "k3" -> KlEstimator.K3;
            default -> throw new AssertionError("estimator " + name);
        };
    }

    static double[] estimates(KlEstimator estimator, double[] logProbs, double[] references) {
        double[] kl = new double[logProbs.length];
        Arrays.setAll(kl, t -> estimator.value(logProbs[t], references[t]));
        return kl;
    }

    private static void shaping(GoldenCase c) {
        boolean[][] mask = c.mask();
        double[] scores = c.numbers("scores");
        MissingEnd rule = rule(c);
        double[][] rewards = new double[mask.length][];
        double[] kls = new double[mask.length];
        double penalties = 0;
        double total = 0;
        for (int i = 0; i < mask.length; i++) {
            if (c.has("score_clip")) {
                double[] bounds = c.numbers("score_clip");
                scores[i] = RewardShaping.clip(scores[i], bounds[0], bounds[1]);
            }
            scores[i] = rule.apply(
                    scores[i], !c.has("has_eos") || c.input("has_eos").get(i).asBoolean());
            double[] kl = estimates(
                    estimator(c.text("kl_estimator")),
                    pack(c.rows("logprobs")[i], mask[i]),
                    pack(c.rows("ref_logprobs")[i], mask[i]));
            boolean padFollows = c.text("placement").equals("pad_after_eos") && kl.length < mask[i].length;
            ScorePlacement placement = padFollows ? ScorePlacement.AFTER_LAST_TOKEN : ScorePlacement.LAST_TOKEN;
            double[] row = RewardShaping.rewards(kl, c.number("kl_coef"), scores[i], placement);
            rewards[i] = Arrays.copyOf(row, mask[i].length);
            kls[i] = Arrays.stream(kl).sum();
            penalties += Arrays.stream(RewardShaping.penalties(kl, c.number("kl_coef")))
                    .sum();
            total += Arrays.stream(row).sum();
        }
        c.check("rewards", rewards);
        c.check("effective_scores", scores);
        c.check("seq_kl", kls);
        c.check("mean_seq_kl", Arrays.stream(kls).sum() / kls.length);
        c.check("mean_non_score_reward", penalties / kls.length);
        c.check("mean_rlhf_reward", total / kls.length);
    }

    private static MissingEnd rule(GoldenCase c) {
        if (!c.has("missing_eos_rule")) {
            return new MissingEnd.Keep();
        }
        double value = c.number("missing_eos_value");
        return switch (c.text("missing_eos_rule")) {
            case "none" -> new MissingEnd.Keep();
            case "subtract" -> new MissingEnd.Subtract(value);
            case "replace" -> new MissingEnd.Replace(value);
            default -> throw new AssertionError(c.id + ": rule " + c.text("missing_eos_rule"));
        };
    }

    private static void processing(GoldenCase c) {
        switch (c.text("kind")) {
            case "overlong" ->
                c.check(
                        "penalty",
                        Arrays.stream(c.integers("lengths"))
                                .mapToDouble(length -> RewardProcessing.overlongPenalty(
                                        length, c.integer("max_length"), c.integer("buffer"), c.number("factor")))
                                .toArray());
            case "running_moments" -> runningMoments(c);
            case "normalize_gain_bias" -> {
                GainBias map = GainBias.normalising(c.numbers("samples"));
                c.check("gain", map.gain());
                c.check("bias", map.bias());
                c.check(
                        "normalized",
                        Arrays.stream(c.numbers("samples")).map(map::apply).toArray());
            }
            case "reft_numeric" -> {
                NumericScore score = new NumericScore(1, c.number("partial"), 0, c.number("tolerance"));
                List<String> predicted = c.texts("predicted");
                List<String> gold = c.texts("gold");
                double[] rewards = new double[gold.size()];
                Arrays.setAll(rewards, i -> score.of(number(predicted.get(i)), Double.parseDouble(gold.get(i))));
                c.check("reward", rewards);
            }
            default -> throw new AssertionError(c.id + ": kind " + c.text("kind"));
        }
    }

    private static OptionalDouble number(String text) {
        return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    }

    private static void runningMoments(GoldenCase c) {
        RunningMoments moments = RunningMoments.EMPTY;
        JsonNode after = c.expected("after");
        for (int b = 0; b < c.input("batches").size(); b++) {
            double[] batch = GoldenCase.numbers(c.input("batches").get(b));
            moments = moments.with(batch);
            c.same("mean", after.get(b).get("mean"), moments.mean());
            c.same("std", after.get(b).get("std"), moments.deviation());
            c.same(
                    "scaled",
                    after.get(b).get("scaled"),
                    Arrays.stream(batch).map(moments::scale).toArray());
        }
    }

    private static void adaptiveKl(GoldenCase c) {
        KlController controller =
                new KlController.Adaptive(c.number("init_coef"), c.number("target"), c.number("horizon"));
        double coefficient = controller.initial();
        double[] after = new double[c.input("updates").size()];
        for (int i = 0; i < after.length; i++) {
            JsonNode update = c.input("updates").get(i);
            coefficient = controller.next(
                    coefficient,
                    update.get("kl").asDouble(),
                    update.get("n_steps").asLong());
            after[i] = coefficient;
        }
        c.check("coef_after", after);
    }

    private static void correction(GoldenCase c) {
        boolean[][] mask = c.mask();
        double[][] trained = pack(c.rows("train_logprobs"), mask);
        double[][] sampled = pack(c.rows("rollout_logprobs"), mask);
        double low = c.number("low");
        double high = c.number("high");
        ImportanceCorrection correction =
                switch (c.text("kind")) {
                    case "tis" -> new ImportanceCorrection.Truncated(low, high);
                    case "tis_upper" -> new ImportanceCorrection.Truncated(0, high);
                    case "icepop" -> new ImportanceCorrection.IcePop(low, high);
                    case "seq_mask" -> new ImportanceCorrection.SequenceMask(low, high, false);
                    case "seq_mask_tis" -> new ImportanceCorrection.SequenceMask(low, high, true);
                    default -> throw new AssertionError(c.id + ": kind " + c.text("kind"));
                };
        double[][] weights = new double[mask.length][];
        double distance = 0;
        double kl = 0;
        for (int i = 0; i < mask.length; i++) {
            weights[i] = correction.weights(trained[i], sampled[i]);
            for (int t = 0; t < trained[i].length; t++) {
                distance += ImportanceCorrection.probabilityDistance(trained[i][t], sampled[i][t]);
                kl += KlEstimator.K1.value(sampled[i][t], trained[i][t]);
            }
        }
        c.check("weights", spread(weights, mask));
        c.check("mean_abs_prob_diff", distance / Masks.total(mask));
        c.check("mismatch_kl_k1", kl / Masks.total(mask));
    }
}
