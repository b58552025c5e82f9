package dev.reft.golden;

import static dev.reft.golden.Masks.pack;
import static dev.reft.golden.Masks.spread;
import static dev.reft.golden.Masks.weighted;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.math.Accuracy;
import dev.reft.math.Aggregation;
import dev.reft.math.AnchoredPreference;
import dev.reft.math.ClippedSurrogate;
import dev.reft.math.Gae;
import dev.reft.math.GroupAdvantages;
import dev.reft.math.KlEstimator;
import dev.reft.math.KtoLoss;
import dev.reft.math.Preference;
import dev.reft.math.PreferenceLoss;
import dev.reft.math.RewardModelLoss;
import dev.reft.math.SequenceSurrogate;
import dev.reft.math.Voting;
import dev.reft.math.WeightedLogProb;
import dev.reft.math.Whitening;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Group methods, preference losses, reward models, evaluation. */
final class PreferenceTopics {
    private PreferenceTopics() {}

    static void register(Map<String, Consumer<GoldenCase>> topics) {
        topics.put("group_advantages", PreferenceTopics::groupAdvantages);
        topics.put("token_advantages", PreferenceTopics::tokenAdvantages);
        topics.put("grpo_losses", PreferenceTopics::grpoLosses);
        topics.put("dpo_losses", PreferenceTopics::dpoLosses);
        topics.put("kto_loss", PreferenceTopics::kto);
        topics.put("reward_model_loss", PreferenceTopics::rewardModel);
        topics.put("reward_model_bce", PreferenceTopics::binary);
        topics.put("evaluation", PreferenceTopics::evaluation);
    }

    private static void groupAdvantages(GoldenCase c) {
        double[] rewards = c.numbers("rewards");
        int[] groups = c.integers("groups");
        double epsilon = c.number("eps");
        c.check(
                "advantages",
                switch (c.text("estimator")) {
                    case "grpo" -> GroupAdvantages.normalised(rewards, groups, epsilon, true);
                    case "grpo_biased" -> GroupAdvantages.normalised(rewards, groups, epsilon, false);
                    case "grpo_batch_std" -> GroupAdvantages.normalisedByBatch(rewards, groups, epsilon);
                    case "dr_grpo" -> GroupAdvantages.centred(rewards, groups);
                    case "rloo" -> GroupAdvantages.leaveOneOut(rewards, groups);
                    case "opo" -> GroupAdvantages.lengthWeighted(rewards, groups, c.integers("lengths"));
                    default -> throw new AssertionError(c.id + ": estimator " + c.text("estimator"));
                });
    }

    private static void tokenAdvantages(GoldenCase c) {
        switch (c.text("kind")) {
            case "reinforce_pp" -> {
                boolean[][] mask = c.mask();
                double[][] returns = pack(c.rows("token_rewards"), mask);
                Arrays.setAll(returns, i -> Gae.returnsToGo(returns[i], c.number("gamma")));
                c.check("returns", spread(returns, mask));
                c.check("advantages", spread(Whitening.ADVANTAGES.apply(returns), mask));
            }
            case "reinforce_pp_baseline" -> {
                boolean[][] mask = c.mask();
                double[] centred = GroupAdvantages.centred(c.numbers("rewards"), c.integers("groups"));
                double[][] tokens = new double[mask.length][];
                for (int i = 0; i < mask.length; i++) {
                    tokens[i] = new double[Masks.count(mask[i])];
                    Arrays.fill(tokens[i], centred[i]);
                }
                c.check("advantages", spread(Whitening.ADVANTAGES.apply(tokens), mask));
            }
            case "normalize_then_sum" ->
                c.check(
                        "advantages",
                        GroupAdvantages.normalisedThenSummed(
                                c.rows("rewards_per_function"),
                                c.numbers("weights"),
                                c.integers("groups"),
                                c.number("eps")));
            default -> throw new AssertionError(c.id + ": kind " + c.text("kind"));
        }
    }

    private static void grpoLosses(GoldenCase c) {
        boolean[][] mask = c.mask();
        double[][] logProbs = pack(c.rows("logprobs"), mask);
        double[][] old = pack(c.rows("old_logprobs"), mask);
        double[] advantages = c.numbers("advantages");
        String variant = c.text("variant");
        Aggregation aggregation =
                switch (variant) {
                    case "dr_grpo" -> new Aggregation.FixedLength(c.number("max_completion_length"));
                    case "dapo", "cispo", "bnpo" -> new Aggregation.TokenMean();
                    case "grpo", "gspo" -> new Aggregation.SequenceMean();
                    default -> throw new AssertionError(c.id + ": variant " + variant);
                };
        double[][] weights = aggregation.weights(Masks.lengths(mask));
        ClippedSurrogate clip = new ClippedSurrogate(
                c.number("clip_low"), c.number("clip_high"), Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        SequenceSurrogate gspo = new SequenceSurrogate(clip);
        WeightedLogProb cispo = new WeightedLogProb(c.number("clip_high"));
        double[][] losses = pack(c.rows("logprobs"), mask);
        double[][] slopes = pack(c.rows("logprobs"), mask);
        int clipped = 0;
        for (int i = 0; i < mask.length; i++) {
            double a = advantages[i];
            for (int t = 0; t < losses[i].length; t++) {
                double logProb = logProbs[i][t];
                double o = old[i][t];
                boolean isClipped;
                if (variant.equals("gspo")) {
                    // A row's loss and slope, spread so that the weights of its tokens add up to its own.
                    losses[i][t] = gspo.loss(logProbs[i], old[i], a);
                    slopes[i][t] = weights[i][t] * gspo.slope(logProbs[i], old[i], a) * losses[i].length;
                    isClipped = gspo.clipped(logProbs[i], old[i], a);
                } else if (variant.equals("cispo")) {
                    losses[i][t] = cispo.loss(logProb, o, a);
                    slopes[i][t] = weights[i][t] * cispo.slope(logProb, o, a);
                    isClipped = cispo.clipped(logProb, o);
                } else {
                    losses[i][t] = clip.loss(logProb, o, a);
                    slopes[i][t] = weights[i][t] * clip.slope(logProb, o, a);
                    isClipped = clip.clipped(logProb, o, a);
                }
                clipped += isClipped ? 1 : 0;
            }
        }
        if (c.number("beta") != 0) {
            double[][] references = pack(c.rows("ref_logprobs"), mask);
            for (int i = 0; i < mask.length; i++) {
                for (int t = 0; t < losses[i].length; t++) {
                    losses[i][t] += c.number("beta") * KlEstimator.K3.value(logProbs[i][t], references[i][t]);
                    slopes[i][t] +=
                            weights[i][t] * c.number("beta") * KlEstimator.K3.slope(logProbs[i][t], references[i][t]);
                }
            }
        }
        c.check("loss", weighted(weights, losses));
        c.check("grad_logprobs", spread(slopes, mask));
        c.check("clipfrac", (double) clipped / Masks.total(mask));
        GroupObjective.check(c, clip, weights);
    }

    private static PreferenceLoss preferenceLoss(GoldenCase c) {
        double beta = c.number("beta");
        double smoothing = c.number("label_smoothing");
        return switch (c.text("variant")) {
            case "sigmoid" -> new PreferenceLoss.Logistic(beta, smoothing, false);
            case "sigmoid_norm" -> new PreferenceLoss.Logistic(beta, smoothing, true);
            case "robust" -> new PreferenceLoss.Robust(beta, smoothing);
            case "hinge" -> new PreferenceLoss.Hinge(beta);
            case "ipo_sum" -> new PreferenceLoss.Ipo(beta, false);
            case "ipo_norm" -> new PreferenceLoss.Ipo(beta, true);
            case "simpo" -> new PreferenceLoss.SimPo(beta, c.number("gamma"));
            case "orpo" -> new PreferenceLoss.Orpo(beta);
            case "cpo" -> new PreferenceLoss.Cpo(beta, smoothing);
            case "apo_zero" -> new AnchoredPreference.ApoZero(beta);
            case "apo_down" -> new AnchoredPreference.ApoDown(beta);
            case "nca_pair" -> new AnchoredPreference.NcaPair(beta);
            case "bco_pair" -> new AnchoredPreference.BcoPair(beta, 0);
            case "sppo_hard" -> new AnchoredPreference.SppoHard(beta);
            case "exo_pair" -> new AnchoredPreference.ExoPair(beta, smoothing);
            case "discopop" -> new AnchoredPreference.DiscoPop(beta, c.number("tau"));
            default -> throw new AssertionError(c.id + ": variant " + c.text("variant"));
        };
    }

    private static void dpoLosses(GoldenCase c) {
        PreferenceLoss form = preferenceLoss(c);
        int n = c.numbers("policy_chosen_logps").length;
        double[] losses = new double[n];
        double[] chosenSlopes = new double[n];
        double[] rejectedSlopes = new double[n];
        double[] chosenRewards = new double[n];
        double[] rejectedRewards = new double[n];
        double[] margins = new double[n];
        double won = 0;
        for (int i = 0; i < n; i++) {
            Preference pair = new Preference(
                    c.numbers("policy_chosen_logps")[i],
                    c.numbers("policy_rejected_logps")[i],
                    c.numbers("ref_chosen_logps")[i],
                    c.numbers("ref_rejected_logps")[i],
                    c.integers("chosen_lengths")[i],
                    c.integers("rejected_lengths")[i]);
            Preference.Result result = form.of(pair);
            losses[i] = result.loss();
            chosenSlopes[i] = result.chosenSlope() / n;
            rejectedSlopes[i] = result.rejectedSlope() / n;
            chosenRewards[i] = c.number("beta") * pair.chosenRatio();
            rejectedRewards[i] = c.number("beta") * pair.rejectedRatio();
            margins[i] = chosenRewards[i] - rejectedRewards[i];
            won += margins[i] > 0 ? 1 : 0;
        }
        c.check("loss", Arrays.stream(losses).sum() / n);
        c.check("losses", losses);
        c.check("grad_policy_chosen", chosenSlopes);
        c.check("grad_policy_rejected", rejectedSlopes);
        if (c.expects("margins")) {
            c.check("chosen_rewards", chosenRewards);
            c.check("rejected_rewards", rejectedRewards);
            c.check("margins", margins);
            c.check("accuracy", won / n);
        }
    }

    private static void kto(GoldenCase c) {
        KtoLoss form = new KtoLoss(c.number("beta"), c.number("desirable_weight"), c.number("undesirable_weight"));
        double kl = KtoLoss.kl(c.numbers("kl_policy_logps"), c.numbers("kl_ref_logps"));
        int n = c.numbers("policy_logps").length;
        double[] losses = new double[n];
        double[] slopes = new double[n];
        for (int i = 0; i < n; i++) {
            double ratio = c.numbers("policy_logps")[i] - c.numbers("ref_logps")[i];
            boolean desirable = c.input("desirable").get(i).asBoolean();
            losses[i] = form.loss(ratio, desirable, kl);
            slopes[i] = form.slope(ratio, desirable, kl) / n;
        }
        c.check("kl", kl);
        c.check("losses", losses);
        c.check("loss", Arrays.stream(losses).sum() / n);
        c.check("grad_policy", slopes);
    }

    private static void rewardModel(GoldenCase c) {
        // logexp is the sigmoid form without its margin.
        assertEquals(true, List.of("sigmoid", "logexp").contains(c.text("variant")), c.id);
        double[] chosen = c.numbers("chosen");
        double[] rejected = c.numbers("rejected");
        boolean margined = c.has("margin") && c.text("variant").equals("sigmoid");
        double[] margins = margined ? c.numbers("margin") : new double[chosen.length];
        int n = chosen.length;
        double loss = 0;
        double won = 0;
        double margin = 0;
        double[] chosenSlopes = new double[n];
        double[] rejectedSlopes = new double[n];
        for (int i = 0; i < n; i++) {
            Preference.Result pair =
                    RewardModelLoss.pair(chosen[i], rejected[i], margins[i], c.number("center_coefficient"));
            loss += pair.loss() / n;
            chosenSlopes[i] = pair.chosenSlope() / n;
            rejectedSlopes[i] = pair.rejectedSlope() / n;
            won += chosen[i] > rejected[i] ? 1 : 0;
            margin += (chosen[i] - rejected[i]) / n;
        }
        c.check("loss", loss);
        c.check("accuracy", won / n);
        c.check("mean_margin", margin);
        c.check("grad_chosen", chosenSlopes);
        c.check("grad_rejected", rejectedSlopes);
    }

    private static void binary(GoldenCase c) {
        double[] logits = c.numbers("logits");
        int[] labels = c.integers("labels");
        int n = logits.length;
        double loss = 0;
        double[] slopes = new double[n];
        for (int i = 0; i < n; i++) {
            loss += RewardModelLoss.binary(logits[i], labels[i] == 1) / n;
            slopes[i] = RewardModelLoss.binarySlope(logits[i], labels[i] == 1) / n;
        }
        c.check("loss", loss);
        c.check("grad_logits", slopes);
        c.check("probs", Arrays.stream(logits).map(RewardModelLoss::probability).toArray());
    }

    private static void evaluation(GoldenCase c) {
        if (c.text("kind").equals("pass_at_k")) {
            c.check(
                    "pass_at_k",
                    Arrays.stream(c.integers("k"))
                            .mapToDouble(k -> Accuracy.passAtK(c.integer("n"), c.integer("c"), k))
                            .toArray());
            return;
        }
        assertEquals("voting", c.text("kind"), c.id);
        List<String> answers = c.texts("answers");
        double[] scores = c.numbers("scores");
        double[] ones = new double[scores.length];
        Arrays.fill(ones, 1);
        assertEquals(winner(c.expected("majority")), Voting.majority(answers), c.id);
        assertEquals(winner(c.expected("weighted")), Voting.winner(answers, scores), c.id);
        tallied(c, "counts", Voting.tally(answers, ones));
        tallied(c, "weight_sums", Voting.tally(answers, scores));
        assertEquals(c.expected("best_of_n_index").asInt(), Voting.bestOf(scores), c.id);
    }

    /** Null where nobody votes. */
    private static Optional<String> winner(JsonNode expected) {
        return expected.isNull() ? Optional.empty() : Optional.of(expected.asString());
    }

    private static void tallied(GoldenCase c, String name, Map<String, Double> tally) {
        assertEquals(c.expected(name).size(), tally.size(), () -> c.id + " " + name);
        tally.forEach((answer, sum) -> c.same(name, c.expected(name).get(answer), sum));
    }
}
