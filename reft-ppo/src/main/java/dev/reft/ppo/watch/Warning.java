package dev.reft.ppo.watch;

/**
 * A rule that was broken.
 *
 * @param rule the rule
 * @param step the step at which it was seen to be broken
 * @param value what was measured
 * @param threshold what it was held against
 * @param advice what to do, in a sentence or two
 */
public record Warning(WatchRule rule, long step, double value, double threshold, String advice) {
    @Override
    public String toString() {
        return "step " + step + ": " + rule.name() + " " + value + " (threshold " + threshold + "). " + advice;
    }
}
