package dev.reft.golden;

import static dev.reft.golden.Masks.pack;
import static dev.reft.golden.Masks.spread;
import static dev.reft.golden.Masks.weighted;
import static dev.reft.golden.Masks.with;

import dev.reft.math.Aggregation;
import dev.reft.math.ClippedSurrogate;
import dev.reft.math.ClippedValue;
import dev.reft.math.Gae;
import dev.reft.math.KlEstimator;
import dev.reft.math.Ragged;
import dev.reft.math.RewardShaping;
import dev.reft.math.Whitening;
import dev.reft.model.Evaluation;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.objective.PpoLoss;
import dev.reft.objective.PpoObjective;
import dev.reft.objective.PpoTargets;
import dev.reft.objective.Sums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** One rollout batch of the published ReFT code, from token ids to gradients. */
final class ReftRolloutTopic {
    private ReftRolloutTopic() {}

    static void register(Map<String, Consumer<GoldenCase>> topics) {
        topics.put("reft_rollout", ReftRolloutTopic::rollout);
    }

    private static void rollout(GoldenCase c) {
        boolean[][] mask = actions(c);
        int rows = mask.length;
        double[][] old = packLogProbs(c.rows("old_logprobs"), mask);
        double[][] references = packLogProbs(c.rows("ref_logprobs"), mask);
        double[][] oldValues = pack(c.rows("old_values"), mask);
        double[][] rewards = new double[rows][];
        double[][] advantages = new double[rows][];
        double[][] returns = new double[rows][];
        double[] kls = new double[rows];
        for (int i = 0; i < rows; i++) {
            double[] kl = RewardTopics.estimates(KlEstimator.K1, old[i], references[i]);
            kls[i] = Arrays.stream(kl).sum();
            rewards[i] = RewardShaping.rewards(
                    kl, c.number("kl_coef"), c.numbers("scores")[i], RewardShaping.ScorePlacement.LAST_TOKEN);
            advantages[i] = Gae.advantages(rewards[i], with(oldValues[i], 0), c.number("gamma"), c.number("lam"));
            returns[i] = Gae.returns(advantages[i], oldValues[i]);
        }
        double[][] whitened = Whitening.ADVANTAGES.apply(advantages);
        double[][] flags = new double[rows][];
        for (int i = 0; i < rows; i++) {
            flags[i] = new double[advantages[i].length];
            Arrays.fill(flags[i], 1);
        }
        c.check("mask", spread(flags, mask));
        c.check("rewards", spread(rewards, mask));
        c.check("seq_kl", kls);
        c.check("advantages", spread(advantages, mask));
        c.check("returns", spread(returns, mask));
        c.check("whitened", spread(whitened, mask));
        losses(c, mask, old, oldValues, returns, whitened);
        objective(c, mask, old, oldValues, returns, whitened);
    }

    /** The same losses and gradients by the objective that trainers use, from floats. */
    private static void objective(
            GoldenCase c,
            boolean[][] mask,
            double[][] old,
            double[][] oldValues,
            double[][] returns,
            double[][] whitened) {
        int rows = mask.length;
        List<Row> list = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            list.add(Row.of(new int[] {1}, new int[old[i].length]));
        }
        double[][] values = pack(c.rows("new_values"), mask);
        Arrays.setAll(values, i -> with(values[i], 9));
        double[][] oldPlusLast = new double[rows][];
        Arrays.setAll(oldPlusLast, i -> with(oldValues[i], -9));
        TokenScores scores = new TokenScores(
                TokenBatch.of(list),
                Map.of(
                        Output.LOG_PROB,
                        Ragged.floats(packLogProbs(c.rows("new_logprobs"), mask)),
                        Output.VALUE,
                        Ragged.floats(values)));
        PpoTargets targets = new PpoTargets(
                Ragged.floats(old),
                Ragged.floats(oldPlusLast),
                null,
                Ragged.floats(whitened),
                Ragged.floats(returns),
                Ragged.floats(new Aggregation.SequenceMean().weights(Masks.lengths(mask))));
        PpoLoss loss = new PpoLoss(
                ClippedSurrogate.symmetric(c.number("clip")),
                new ClippedValue(c.number("clip")),
                c.number("vf_coef"),
                0,
                0,
                KlEstimator.K2);
        Evaluation evaluation = new PpoObjective(loss, targets).evaluate(scores);
        c.nearly("loss", c.expected("loss"), evaluation.loss());
        c.nearly("policy loss", c.expected("policy_loss"), evaluation.sums().get(Sums.POLICY_LOSS));
        c.nearly("value loss", c.expected("value_loss"), evaluation.sums().get(Sums.VALUE_LOSS));
        double[][] slopes = Ragged.doubles(evaluation.slopes().channels().get(Output.LOG_PROB));
        double[][] valueSlopes = Ragged.doubles(evaluation.slopes().channels().get(Output.VALUE));
        for (int i = 0; i < rows; i++) {
            JsonNode wanted = c.expected("grad_new_logprobs").get(i);
            c.nearly("slopes", wanted, Arrays.copyOf(spread(slopes[i], mask[i]), wanted.size()));
            c.nearly("value slopes", c.expected("grad_new_values").get(i), spread(valueSlopes[i], mask[i]));
        }
    }

    private static void losses(
            GoldenCase c,
            boolean[][] mask,
            double[][] old,
            double[][] oldValues,
            double[][] returns,
            double[][] whitened) {
        double[][] logProbs = packLogProbs(c.rows("new_logprobs"), mask);
        double[][] values = pack(c.rows("new_values"), mask);
        double[][] weights = new Aggregation.SequenceMean().weights(Masks.lengths(mask));
        ClippedSurrogate policy = ClippedSurrogate.symmetric(c.number("clip"));
        ClippedValue value = new ClippedValue(c.number("clip"));
        double coefficient = c.number("vf_coef");
        double[][] policyLosses = new double[mask.length][];
        double[][] valueLosses = new double[mask.length][];
        double[][] policySlopes = new double[mask.length][];
        double[][] valueSlopes = new double[mask.length][];
        for (int i = 0; i < mask.length; i++) {
            int n = logProbs[i].length;
            policyLosses[i] = new double[n];
            valueLosses[i] = new double[n];
            policySlopes[i] = new double[n];
            valueSlopes[i] = new double[n];
            for (int t = 0; t < n; t++) {
                policyLosses[i][t] = policy.loss(logProbs[i][t], old[i][t], whitened[i][t]);
                policySlopes[i][t] = weights[i][t] * policy.slope(logProbs[i][t], old[i][t], whitened[i][t]);
                valueLosses[i][t] = value.loss(values[i][t], oldValues[i][t], returns[i][t]);
                valueSlopes[i][t] =
                        weights[i][t] * coefficient * value.slope(values[i][t], oldValues[i][t], returns[i][t]);
            }
        }
        double policyLoss = weighted(weights, policyLosses);
        double valueLoss = weighted(weights, valueLosses);
        c.check("policy_loss", policyLoss);
        c.check("value_loss", valueLoss);
        c.check("loss", policyLoss + coefficient * valueLoss);
        double[][] gradients = spread(policySlopes, mask);
        for (int i = 0; i < gradients.length; i++) {
            gradients[i] = Arrays.copyOf(gradients[i], gradients[i].length - 1);
        }
        c.check("grad_new_logprobs", gradients);
        c.check("grad_new_values", spread(valueSlopes, mask));
    }

    /** Log-probs have one column less than values: that of the last state is missing, and never an action. */
    private static double[][] packLogProbs(double[][] rows, boolean[][] mask) {
        double[][] padded = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            padded[i] = with(rows[i], Double.NaN);
        }
        return pack(padded, mask);
    }

    /** The states in which a token of the response was chosen: from the prompt's last to the one before the end. */
    private static boolean[][] actions(GoldenCase c) {
        int start = c.integer("prompt_len") - 1;
        int width = c.rows("old_values")[0].length;
        boolean[][] mask = new boolean[c.input("responses").size()][width];
        for (int i = 0; i < mask.length; i++) {
            int[] response = GoldenCase.integers(c.input("responses").get(i));
            int chosen = 0;
            boolean ended = false;
            while (chosen < response.length && !ended) {
                ended = response[chosen++] == c.integer("eos_id");
            }
            Arrays.fill(mask[i], start, start + chosen, true);
        }
        return mask;
    }
}
