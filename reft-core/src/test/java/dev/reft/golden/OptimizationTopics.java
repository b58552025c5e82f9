package dev.reft.golden;

import static dev.reft.golden.Masks.pack;

import dev.reft.math.AdamWStep;
import dev.reft.math.Categorical;
import dev.reft.math.LearningRate;
import dev.reft.math.SequenceLogProbs;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

/** Schedules, AdamW, and what a row of logits gives. */
final class OptimizationTopics {
    private OptimizationTopics() {}

    static void register(Map<String, Consumer<GoldenCase>> topics) {
        topics.put("lr_schedules", OptimizationTopics::schedules);
        topics.put("adamw", OptimizationTopics::adamW);
        topics.put("kl_full", OptimizationTopics::klFull);
        topics.put("entropy_logprob", OptimizationTopics::entropy);
        topics.put("sequence_logps", OptimizationTopics::sequenceLogProbs);
    }

    private static void schedules(GoldenCase c) {
        long warmup = (long) c.number("warmup", 0);
        long total = (long) c.number("total", 0);
        double least = c.number("min_ratio", 0);
        LearningRate schedule =
                switch (c.text("kind")) {
                    case "constant", "constant_with_warmup" -> new LearningRate.Constant(warmup);
                    case "linear", "linear_to_zero_no_warmup" -> new LearningRate.Linear(warmup, total);
                    case "cosine" -> new LearningRate.Cosine(warmup, total, least);
                    case "polynomial" -> new LearningRate.Polynomial(warmup, total, c.number("power"), least);
                    case "inverse_sqrt" -> new LearningRate.InverseSquareRoot(warmup);
                    case "warmup_stable_decay" ->
                        new LearningRate.WarmupStableDecay(
                                warmup, c.integer("stable"), c.integer("decay"), least, shape(c.text("decay_type")));
                    default -> throw new AssertionError(c.id + ": kind " + c.text("kind"));
                };
        c.check(
                "lr",
                Arrays.stream(c.integers("steps"))
                        .mapToDouble(step -> schedule.at(c.number("base_lr"), step))
                        .toArray());
    }

    private static LearningRate.Shape shape(String name) {
        return switch (name) {
            case "linear" -> LearningRate.Shape.LINEAR;
            case "cosine" -> LearningRate.Shape.COSINE;
            case "1-sqrt" -> LearningRate.Shape.ONE_MINUS_ROOT;
            default -> throw new AssertionError("decay type " + name);
        };
    }

    private static void adamW(GoldenCase c) {
        double[] weights = c.numbers("params");
        double[] first = new double[weights.length];
        double[] second = new double[weights.length];
        AdamWStep adam = new AdamWStep(
                c.numbers("betas")[0],
                c.numbers("betas")[1],
                c.number("eps"),
                c.number("weight_decay"),
                AdamWStep.Style.valueOf(c.text("style").toUpperCase()));
        double[][] gradients = c.rows("grads");
        double[][] after = new double[gradients.length][];
        double[] norms = new double[gradients.length];
        for (int step = 0; step < gradients.length; step++) {
            double[] g = gradients[step];
            norms[step] = AdamWStep.norm(g);
            double factor = AdamWStep.clipFactor(norms[step], c.number("max_grad_norm", Double.POSITIVE_INFINITY));
            Arrays.setAll(g, i -> g[i] * factor);
            adam.apply(weights, g, first, second, step + 1, c.number("lr"));
            after[step] = weights.clone();
        }
        c.check("params_after", after);
        c.check("grad_norms", norms);
    }

    private static void klFull(GoldenCase c) {
        double[][] logits = c.rows("logits");
        double[][] references = c.rows("ref_logits");
        double[] forward = new double[logits.length];
        double[] backward = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            forward[i] = Categorical.divergence(logits[i], references[i], c.number("temperature"));
            backward[i] = Categorical.divergence(references[i], logits[i], c.number("temperature"));
        }
        c.check("kl_policy_ref", forward);
        c.check("kl_ref_policy", backward);
    }

    private static void entropy(GoldenCase c) {
        double[][] logits = c.rows("logits");
        int[] labels = c.integers("labels");
        int[] mask = c.integers("mask");
        double temperature = c.number("temperature");
        double[] logProbs = new double[logits.length];
        double[] entropies = new double[logits.length];
        double[][] slopes = new double[logits.length][];
        int counted = Arrays.stream(mask).sum();
        double entropy = 0;
        double nll = 0;
        for (int i = 0; i < logits.length; i++) {
            logProbs[i] = Categorical.logProbs(logits[i], temperature)[labels[i]];
            entropies[i] = Categorical.entropy(logits[i], temperature);
            double share = (double) mask[i] / counted;
            slopes[i] = Arrays.stream(Categorical.entropySlope(logits[i], temperature))
                    .map(s -> s * share)
                    .toArray();
            entropy += share * entropies[i];
            nll -= share * logProbs[i];
        }
        c.check("label_logprobs", logProbs);
        c.check("entropy", entropies);
        c.check("mean_entropy", entropy);
        c.check("mean_nll", nll);
        c.check("grad_mean_entropy_logits", slopes);
    }

    private static void sequenceLogProbs(GoldenCase c) {
        double[] chosen = pack(c.numbers("chosen_token_logps"), mask(c, "chosen_mask"));
        double[] rejected = pack(c.numbers("rejected_token_logps"), mask(c, "rejected_mask"));
        int shared = Math.min(chosen.length, rejected.length);
        c.check("chosen_sum", SequenceLogProbs.sum(chosen));
        c.check("rejected_sum", SequenceLogProbs.sum(rejected));
        c.check("chosen_avg", SequenceLogProbs.mean(chosen));
        c.check("rejected_avg", SequenceLogProbs.mean(rejected));
        c.check("chosen_ld", SequenceLogProbs.desensitised(chosen, shared, c.number("ld_alpha")));
        c.check("rejected_ld", SequenceLogProbs.desensitised(rejected, shared, c.number("ld_alpha")));
    }

    private static boolean[] mask(GoldenCase c, String name) {
        int[] numbers = c.integers(name);
        boolean[] mask = new boolean[numbers.length];
        for (int t = 0; t < mask.length; t++) {
            mask[t] = numbers[t] != 0;
        }
        return mask;
    }
}
