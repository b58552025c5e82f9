package dev.reft.ppo;

import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A few log-probabilities that tell one reference from another: a run that resumes with another reference than it began with
 * would be another run, and nothing else would show it.
 */
final class Fingerprint {
    private static final int LENGTH = 8;

    private Fingerprint() {}

    static List<Double> of(Scorer model) {
        ModelInfo info = model.info();
        int[] tokens = new int[Math.min(LENGTH, info.contextLength())];
        int[] scored = new int[tokens.length - 1];
        for (int t = 0; t < tokens.length; t++) {
            tokens[t] = (int) ((7919L * (t + 1)) % info.vocabularySize());
            if (t > 0) {
                scored[t - 1] = t;
            }
        }
        TokenBatch batch = TokenBatch.of(List.of(new Row(tokens, scored, 1f)));
        List<Double> numbers = new ArrayList<>();
        for (float logProb : model.score(batch, Set.of(Output.LOG_PROB)).logProbs()[0]) {
            numbers.add((double) logProb);
        }
        return numbers;
    }

    static void requireSame(@Nullable List<Double> recorded, Scorer model) {
        requireSame(recorded, of(model), tolerance(model));
    }

    static double tolerance(Scorer model) {
        return Math.max(1e-4, model.info().logProbTolerance());
    }

    /** For fingerprints that were both taken before; those of one model agree up to its engine's rounding. */
    static void requireSame(@Nullable List<Double> recorded, List<Double> present, double tolerance) {
        List<Double> saved = recorded == null ? List.of() : recorded;
        boolean same = saved.size() == present.size();
        for (int i = 0; same && i < present.size(); i++) {
            same = Math.abs(saved.get(i) - present.get(i)) <= tolerance;
        }
        if (!same) {
            throw new IllegalArgumentException("reference: the run began with another reference than this one. Open the"
                    + " policy with the weights that the run began with, or give that reference; the checkpoint has "
                    + saved + ", this reference gives " + present);
        }
    }
}
