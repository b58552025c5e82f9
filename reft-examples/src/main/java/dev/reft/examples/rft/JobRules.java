package dev.reft.examples.rft;

import dev.reft.ppo.watch.HeldOutFalls;
import dev.reft.ppo.watch.History;
import dev.reft.ppo.watch.KlAbove;
import dev.reft.ppo.watch.NotFinite;
import dev.reft.ppo.watch.Observation;
import dev.reft.ppo.watch.Probes;
import dev.reft.ppo.watch.RewardCollapse;
import dev.reft.ppo.watch.RewardSpike;
import dev.reft.ppo.watch.RolloutMeasures;
import dev.reft.ppo.watch.UpdateSpike;
import dev.reft.ppo.watch.Warning;
import dev.reft.ppo.watch.WatchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a job's run is watched for, and which warnings it does not go on after.
 *
 * <p>Four are grave: numbers that are not finite, a reward that collapses, an update that throws the policy, and a held-out reward that
 * falls while the reward in training holds. The run then goes back to the last good checkpoint, or stops. The others are told only: a job
 * whose right answers are few words has identical completions, and that is no collapse. A reward that leaps is told too, and has the
 * held-out rows answered at once: their answers show whether it is a skill or a hole in the grader.
 */
final class JobRules {
    private static final WatchRule LEAP = new RewardSpike();

    private JobRules() {}

    /**
     * The rules.
     *
     * @param answers scores that a held-out reward is the mean of
     */
    static List<WatchRule> of(int answers) {
        List<WatchRule> rules = new ArrayList<>();
        for (WatchRule rule : WatchRule.defaults()) {
            if (rule instanceof HeldOutFalls falls) {
                rules.add(new HeldOutFalls(falls.proxy(), falls.heldOut(), fall(answers, falls.threshold())));
            } else if (!(rule instanceof KlAbove)) {
                rules.add(rule);
            }
        }
        rules.add(new KlAbove(Probes.KL, new KlAbove().threshold()));
        return List.copyOf(rules);
    }

    /**
     * How far a held-out reward must fall: twice the greatest standard error that the difference of two means of scores in [0, 1] can
     * have. The best of many noisy evaluations lies above the last one even where nothing falls.
     */
    static double fall(int answers, double least) {
        return Math.max(least, 2 * Math.sqrt(0.5 / Math.max(1, answers)));
    }

    static List<Warning> grave(List<Warning> warnings) {
        return warnings.stream()
                .filter(warning -> warning.rule() instanceof NotFinite
                        || warning.rule() instanceof HeldOutFalls
                        || warning.rule() instanceof UpdateSpike
                        || warning.rule() instanceof RewardCollapse)
                .toList();
    }

    /** Whether a step's reward leaps away from those before it. */
    static boolean leaps(History before, long step, double reward) {
        return LEAP.broken(before.with(new Observation(step, Map.of(RolloutMeasures.REWARD, reward))))
                .isPresent();
    }
}
