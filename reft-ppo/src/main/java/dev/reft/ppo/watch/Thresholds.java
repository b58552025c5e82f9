package dev.reft.ppo.watch;

import java.util.OptionalDouble;

/** Checks of thresholds, and comparisons that may have nothing to compare. */
final class Thresholds {
    private Thresholds() {}

    static double positive(String rule, double threshold) {
        if (!(threshold > 0) || Double.isInfinite(threshold)) {
            throw new IllegalArgumentException(rule + ": threshold " + threshold + " must be positive and finite");
        }
        return threshold;
    }

    static double share(String rule, double threshold) {
        if (!(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException(rule + ": threshold " + threshold + " must be in (0, 1]");
        }
        return threshold;
    }

    static OptionalDouble from(OptionalDouble value, double threshold) {
        return value.isPresent() && value.getAsDouble() >= threshold ? value : OptionalDouble.empty();
    }

    static OptionalDouble below(OptionalDouble value, double threshold) {
        return value.isPresent() && value.getAsDouble() < threshold ? value : OptionalDouble.empty();
    }

    /** Whether completions have grown by half since the start. */
    static boolean grown(History history) {
        OptionalDouble start = history.start(RolloutMeasures.LENGTH);
        OptionalDouble now = history.recent(RolloutMeasures.LENGTH, History.START);
        return start.isPresent() && now.isPresent() && now.getAsDouble() >= 1.5 * start.getAsDouble();
    }
}
