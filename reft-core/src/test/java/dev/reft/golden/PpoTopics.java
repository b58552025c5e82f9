package dev.reft.golden;

import static dev.reft.golden.Masks.pack;
import static dev.reft.golden.Masks.spread;
import static dev.reft.golden.Masks.weighted;
import static dev.reft.golden.Masks.with;

import dev.reft.math.Aggregation;
import dev.reft.math.ClippedSurrogate;
import dev.reft.math.ClippedValue;
import dev.reft.math.Diagnostics;
import dev.reft.math.Gae;
import dev.reft.math.KlEstimator;
import dev.reft.math.Moments;
import dev.reft.math.Whitening;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** GAE, whitening, the two clipped losses, KL estimators, accumulation. */
final class PpoTopics {
    private PpoTopics() {}

    static void register(Map<String, Consumer<GoldenCase>> topics) {
        topics.put("gae", PpoTopics::gae);
        topics.put("masked_whitening", PpoTopics::whitening);
        topics.put("ppo_policy_loss", PpoTopics::policyLoss);
        topics.put("ppo_value_loss", PpoTopics::valueLoss);
        topics.put("kl_estimators", PpoTopics::klEstimators);
        topics.put("loss_accumulation", PpoTopics::accumulation);
    }

    private static void gae(GoldenCase c) {
        boolean[][] mask = c.mask();
        double[][] advantages = new double[mask.length][];
        double[][] returns = new double[mask.length][];
        for (int i = 0; i < mask.length; i++) {
            double[] rewards = c.rows("rewards")[i];
            double[] values = c.rows("values")[i];
            double last = c.has("bootstrap_value") ? c.numbers("bootstrap_value")[i] : 0;
            boolean pad = c.text("mode").equals("pad");
            boolean[] kept = mask[i];
            if (pad) {
                // The padded recursion runs over the whole width with zeros at masked places.
                rewards = spread(pack(rewards, kept), kept);
                values = spread(pack(values, kept), kept);
            } else {
                rewards = pack(rewards, kept);
                values = pack(values, kept);
            }
            double[] a = Gae.advantages(rewards, with(values, last), c.number("gamma"), c.number("lam"));
            double[] r = Gae.returns(a, values);
            advantages[i] = spread(pad ? pack(a, kept) : a, kept);
            returns[i] = spread(pad ? pack(r, kept) : r, kept);
            if (pad && endsOnce(kept)) {
                double[] packed = pack(values, kept);
                double[] same =
                        Gae.advantages(pack(rewards, kept), with(packed, 0), c.number("gamma"), c.number("lam"));
                c.same("packed advantages", c.expected("advantages").get(i), spread(same, kept));
            }
        }
        c.check("advantages", advantages);
        c.check("returns", returns);
    }

    private static boolean endsOnce(boolean[] mask) {
        for (int t = 1; t < mask.length; t++) {
            if (mask[t] && !mask[t - 1]) {
                return false;
            }
        }
        return true;
    }

    private static void whitening(GoldenCase c) {
        boolean[][] mask = c.mask();
        Whitening.EpsilonRule rule =
                Whitening.EpsilonRule.valueOf(c.text("eps_mode").toUpperCase());
        boolean unbiased = c.input("unbiased").asBoolean();
        Whitening whitening = new Whitening(c.input("shift_mean").asBoolean(), unbiased, c.number("eps"), rule);
        double[][] values = pack(c.rows("values"), mask);
        c.check("whitened", spread(whitening.apply(values), mask));
        c.check("mean", Moments.of(values, unbiased).mean());
        c.check("var", Moments.of(values, unbiased).variance());
    }

    static Aggregation aggregation(GoldenCase c) {
        return switch (c.text("aggregation")) {
            case "token-mean" -> new Aggregation.TokenMean();
            case "seq-mean-token-mean" -> new Aggregation.SequenceMean();
            case "seq-mean-token-sum" -> new Aggregation.SequenceSum();
            case "seq-mean-token-sum-norm" -> new Aggregation.FixedLength(c.number("norm"));
            case "token-sum" -> new Aggregation.TokenSum();
            default -> throw new AssertionError(c.id + ": aggregation " + c.text("aggregation"));
        };
    }

    private static void policyLoss(GoldenCase c) {
        boolean[][] mask = c.mask();
        ClippedSurrogate form = new ClippedSurrogate(
                c.number("clip_low"),
                c.number("clip_high"),
                c.number("dual_clip", Double.POSITIVE_INFINITY),
                Double.POSITIVE_INFINITY);
        double[][] logProbs = c.rows("logprobs");
        double[][] old = c.rows("old_logprobs");
        double[][] advantages = c.rows("advantages");
        double[][] weights = spread(aggregation(c).weights(Masks.lengths(mask)), mask);
        // The files give losses and ratios at masked places too; only weighted ones count.
        double[][] losses = c.rows("logprobs");
        double[][] ratios = c.rows("logprobs");
        double[][] slopes = c.rows("logprobs");
        double[] sums = new double[5];
        for (int i = 0; i < mask.length; i++) {
            for (int t = 0; t < mask[i].length; t++) {
                double logProb = logProbs[i][t];
                double o = old[i][t];
                double a = advantages[i][t];
                losses[i][t] = form.loss(logProb, o, a);
                ratios[i][t] = form.ratio(logProb, o);
                slopes[i][t] = weights[i][t] * form.slope(logProb, o, a);
                if (mask[i][t]) {
                    sums[0] += form.clipped(logProb, o, a) ? 1 : 0;
                    sums[1] += form.dualClipped(logProb, o, a) ? 1 : 0;
                    sums[2] += Diagnostics.approximateKl(KlEstimator.K1, logProb, o);
                    sums[3] += Diagnostics.approximateKl(KlEstimator.K2, logProb, o);
                    sums[4] += Diagnostics.approximateKl(KlEstimator.K3, logProb, o);
                }
            }
        }
        int tokens = Masks.total(mask);
        c.check("loss", weighted(weights, losses));
        c.check("per_token_loss", losses);
        c.check("ratio", ratios);
        c.check("grad_logprobs", slopes);
        String[] shares = {"clipfrac", "clipfrac_lower", "approx_kl_k1", "approx_kl_k2", "approx_kl_k3"};
        for (int k = 0; k < shares.length; k++) {
            c.check(shares[k], sums[k] / tokens);
        }
    }

    private static void valueLoss(GoldenCase c) {
        boolean[][] mask = c.mask();
        ClippedValue form = new ClippedValue(c.number("clip", Double.POSITIVE_INFINITY));
        double[][] values = pack(c.rows("values"), mask);
        double[][] old = pack(c.rows("old_values"), mask);
        double[][] returns = pack(c.rows("returns"), mask);
        double[][] weights = aggregation(c).weights(Masks.lengths(mask));
        double[][] losses = new double[mask.length][];
        double[][] slopes = new double[mask.length][];
        double clipped = 0;
        for (int i = 0; i < mask.length; i++) {
            losses[i] = new double[values[i].length];
            slopes[i] = new double[values[i].length];
            for (int t = 0; t < values[i].length; t++) {
                losses[i][t] = form.loss(values[i][t], old[i][t], returns[i][t]);
                slopes[i][t] = weights[i][t] * form.slope(values[i][t], old[i][t], returns[i][t]);
                clipped += form.clipped(values[i][t], old[i][t], returns[i][t]) ? 1 : 0;
            }
        }
        c.check("loss", weighted(weights, losses));
        c.check("grad_values", spread(slopes, mask));
        c.check("clipfrac", clipped / Masks.total(mask));
        c.check("explained_variance", Diagnostics.explainedVariance(returns, values));
    }

    private static void klEstimators(GoldenCase c) {
        boolean[][] mask = c.mask();
        double in = c.number("clamp_in_k3", Double.POSITIVE_INFINITY);
        double out = c.number("clamp_out", Double.POSITIVE_INFINITY);
        Map<String, KlEstimator> names =
                Map.of("k1", KlEstimator.K1, "abs", KlEstimator.ABSOLUTE, "k2", KlEstimator.K2, "k3", KlEstimator.K3);
        names.forEach((name, estimator) -> {
            JsonNode wanted = c.expected(name);
            double[][] all = estimates(c, estimator, in, out, false);
            double[][] values = pack(all, mask);
            double sum = 0;
            for (double[] row : values) {
                sum += java.util.Arrays.stream(row).sum();
            }
            // The files leave estimates at masked places as they are.
            c.same(name, wanted.get("per_token"), all);
            c.same(name, wanted.get("token_mean"), sum / Masks.total(mask));
            c.same(name, wanted.get("seq_sum_mean"), sum / mask.length);
            c.same(name, wanted.get("grad_token_mean"), slopes(c, estimator, in, out, mask));
        });
        c.check("k3_plus_grad_token_mean", slopes(c, KlEstimator.K3_PLUS, in, out, mask));
    }

    private static double[][] slopes(GoldenCase c, KlEstimator estimator, double in, double out, boolean[][] mask) {
        double[][] slopes = pack(estimates(c, estimator, in, out, true), mask);
        int tokens = Masks.total(mask);
        for (double[] row : slopes) {
            java.util.Arrays.setAll(row, t -> row[t] / tokens);
        }
        return spread(slopes, mask);
    }

    private static double[][] estimates(GoldenCase c, KlEstimator estimator, double in, double out, boolean slope) {
        double[][] logProbs = c.rows("logprobs");
        double[][] references = c.rows("ref_logprobs");
        for (int i = 0; i < logProbs.length; i++) {
            for (int t = 0; t < logProbs[i].length; t++) {
                logProbs[i][t] = slope
                        ? estimator.slope(logProbs[i][t], references[i][t], in, out)
                        : estimator.value(logProbs[i][t], references[i][t], in, out);
            }
        }
        return logProbs;
    }

    private static void accumulation(GoldenCase c) {
        java.util.List<double[]> losses = new java.util.ArrayList<>();
        java.util.List<Integer> ends = new java.util.ArrayList<>();
        double meanOfMeans = 0;
        int micros = c.input("micro_batches").size();
        for (JsonNode micro : c.input("micro_batches")) {
            boolean[][] mask = GoldenCase.mask(micro.get("mask"));
            double[][] packed = pack(GoldenCase.rows(micro.get("losses")), mask);
            losses.addAll(java.util.List.of(packed));
            ends.add(losses.size());
            meanOfMeans += weighted(new Aggregation.TokenMean().weights(Masks.lengths(mask)), packed) / micros;
        }
        double[][] all = losses.toArray(new double[0][]);
        int[] lengths = losses.stream().mapToInt(row -> row.length).toArray();
        c.check("token_mean", weighted(new Aggregation.TokenMean().weights(lengths), all));
        c.check("seq_mean_token_mean", weighted(new Aggregation.SequenceMean().weights(lengths), all));
        c.check("dr_grpo_norm_32", weighted(new Aggregation.FixedLength(32).weights(lengths), all));
        c.check("mean_of_micro_token_means", meanOfMeans);
        double[][] weights = new Aggregation.TokenMean().weights(lengths);
        double[] parts = new double[micros];
        for (int m = 0, row = 0; m < micros; m++) {
            for (; row < ends.get(m); row++) {
                parts[m] += weighted(new double[][] {weights[row]}, new double[][] {all[row]});
            }
        }
        c.check("micro_backward_terms_token_mean", parts);
    }
}
