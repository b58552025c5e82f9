package dev.reft.ppo.watch;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The reward that is trained on has not fallen while a held-out score has: the last held-out score is below the best by the
 * threshold or more, and the mean of the last {@value History#START} rewards is at least what it was then. This is
 * over-optimisation (arXiv 2210.10760).
 *
 * @param proxy the measure that is trained on
 * @param heldOut a score that is not, on held-out problems or by another grader; observed now and then
 * @param threshold how far it may fall, in its own units, &gt; 0
 */
public record HeldOutFalls(String proxy, String heldOut, double threshold) implements WatchRule {
    /** The usual name of a held-out score. */
    public static final String HELD_OUT = "watch/held_out";

    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public HeldOutFalls {
        Thresholds.positive("HeldOutFalls", threshold);
    }

    /** {@link #HELD_OUT} 0.05 below its best. */
    public HeldOutFalls() {
        this(RolloutMeasures.REWARD, HELD_OUT, 0.05);
    }

    @Override
    public OptionalDouble broken(History history) {
        double best = Double.NEGATIVE_INFINITY;
        long bestStep = -1;
        double last = Double.NaN;
        List<Observation> all = history.observations();
        for (Observation observation : all) {
            double score = observation.measures().getOrDefault(heldOut, Double.NaN);
            if (Double.isFinite(score)) {
                last = score;
                if (score > best) {
                    best = score;
                    bestStep = observation.step();
                }
            }
        }
        if (!(best - last >= threshold)) {
            return OptionalDouble.empty();
        }
        double[] before = history.until(bestStep).series(proxy);
        OptionalDouble then =
                history.until(bestStep).recent(proxy, Math.min(History.START, Math.max(1, before.length)));
        OptionalDouble now = history.recent(proxy, History.START);
        return then.isPresent() && now.isPresent() && now.getAsDouble() >= then.getAsDouble()
                ? OptionalDouble.of(best - last)
                : OptionalDouble.empty();
    }

    @Override
    public Set<String> reads() {
        return Set.of(proxy, heldOut);
    }

    @Override
    public String name() {
        return "HeldOutFalls " + heldOut;
    }

    @Override
    public String advice() {
        return "The reward holds while the held-out score falls: the policy learns the grader, not the task. Go back to the"
                + " best checkpoint; raise the KL coefficient or mend the grader.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.GO_BACK;
    }
}
