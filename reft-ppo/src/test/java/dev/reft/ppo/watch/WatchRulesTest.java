package dev.reft.ppo.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Scripted runs raise exactly the warnings that they should. */
class WatchRulesTest {
    /** A run that learns: reward up, entropy and KL moderate, lengths nearly flat, held-out up. */
    private static Map<String, Double> healthy(int step) {
        double wave = Math.sin(step * 1.7);
        Map<String, Double> measures = new TreeMap<>();
        measures.put(RolloutMeasures.REWARD, 0.3 + 0.5 * (1 - Math.exp(-step / 15.0)) + 0.02 * wave);
        measures.put(RolloutMeasures.LENGTH, 40 + 0.05 * step + 2 * Math.cos(step * 2.3));
        measures.put(RolloutMeasures.REWARD_LENGTH_CORRELATION, 0.3 * wave);
        measures.put(RolloutMeasures.ENTROPY, 0.9 - 0.6 * (1 - Math.exp(-step / 20.0)) + 0.02 * wave);
        measures.put(RolloutMeasures.IDENTICAL_WITHIN, 0.2 + 0.3 * (1 - Math.exp(-step / 20.0)));
        measures.put(RolloutMeasures.IDENTICAL_ACROSS, 0.05);
        measures.put("objective/kl", 8 * (1 - Math.exp(-step / 10.0)) + wave);
        measures.put("gradient/norm_avg", 1 + 0.5 * wave);
        if (step % 5 == 0) {
            measures.put(HeldOutFalls.HELD_OUT, 0.3 + 0.4 * (1 - Math.exp(-step / 15.0)) + 0.01 * wave);
            measures.put(Probes.OFF_TASK, -2.5 - 0.001 * step);
        }
        return measures;
    }

    private static List<String> warnings(int steps, IntFunction<Map<String, Double>> changes) {
        TrainingWatch watch = new TrainingWatch(WatchRule.defaults());
        List<String> raised = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            Observation observation = new Observation(step, healthy(step)).with(changes.apply(step));
            for (Warning warning : watch.observe(observation)) {
                raised.add(step + " " + warning.rule().name());
                assertEquals(warning.rule().threshold(), warning.threshold());
                assertTrue(warning.toString().contains(warning.advice()));
            }
        }
        return raised;
    }

    private static Map<String, Double> from(int first, int step, String measure, double value) {
        return step < first ? Map.of() : Map.of(measure, value);
    }

    @Test
    void aHealthyRunRaisesNone() {
        assertEquals(List.of(), warnings(200, step -> Map.of()));
    }

    @Test
    void eachFaultRaisesItsOwnWarningOnce() {
        assertEquals(List.of("22 KlAbove objective/kl"), warnings(60, step -> from(20, step, "objective/kl", 55)));
        assertEquals(
                List.of("30 NotFinite"),
                warnings(60, step -> from(30, step, "gradient/norm_avg", Double.POSITIVE_INFINITY)));
        // Five observations at 0.05 of a start of 0.88: collapsed, but above the floor.
        assertEquals(
                List.of("24 EntropyCollapse"), warnings(60, step -> from(20, step, RolloutMeasures.ENTROPY, 0.05)));
        assertEquals(
                List.of("24 EntropyCollapse", "24 EntropyFloor"),
                warnings(60, step -> from(20, step, RolloutMeasures.ENTROPY, 0.001)).stream()
                        .sorted()
                        .toList());
        assertEquals(
                List.of("22 IdenticalWithin"),
                warnings(60, step -> from(20, step, RolloutMeasures.IDENTICAL_WITHIN, 1)));
        assertEquals(
                List.of("22 IdenticalAcross"),
                warnings(60, step -> from(20, step, RolloutMeasures.IDENTICAL_ACROSS, 0.6)));
        assertEquals(
                List.of("30 OffTaskDrop watch/off_task_log_prob"),
                warnings(60, step -> step % 5 == 0 ? from(30, step, Probes.OFF_TASK, -3.1) : Map.of()));
        assertEquals(
                List.of("30 UpdateSpike policy/approxkl_avg"),
                warnings(60, step -> Map.of("policy/approxkl_avg", step == 30 ? 0.3 : 0.01)));
        assertEquals(List.of("40 RewardSpike"), warnings(60, step -> from(40, step, RolloutMeasures.REWARD, 2)));
    }

    @Test
    void anUpdateIsASpikeOnlyWhereItIsLargeAndLargerThanThoseBefore() {
        // Small moves: a hundred times the others and still next to nothing.
        assertEquals(List.of(), warnings(60, step -> Map.of("policy/approxkl_avg", step == 30 ? 0.09 : 0.0009)));
        // Large moves all along, and slowly growing ones.
        assertEquals(List.of(), warnings(60, step -> Map.of("policy/approxkl_avg", step % 2 == 0 ? 0.3 : 0.05)));
        assertEquals(List.of(), warnings(60, step -> Map.of("policy/approxkl_avg", 0.01 * step)));
        // Too few before it to tell.
        assertEquals(List.of(), warnings(60, step -> Map.of("policy/approxkl_avg", step == 7 ? 3 : 0.01)));
        assertEquals(Remedy.GO_BACK, new UpdateSpike().remedy());
        assertThrows(IllegalArgumentException.class, () -> new UpdateSpike("x", 0));
    }

    @Test
    void aHeldOutScoreThatFallsWhileTheRewardHoldsIsOverOptimisation() {
        assertEquals(
                List.of("40 HeldOutFalls watch/held_out"),
                warnings(
                        60,
                        step -> step >= 35 && step % 5 == 0
                                ? Map.of(HeldOutFalls.HELD_OUT, 0.68 - 0.012 * (step - 30))
                                : Map.of()));
        // The reward falls with it: that is no hacking, and a collapse only where it is deep.
        assertEquals(
                List.of(),
                warnings(
                        60,
                        step -> step < 35
                                ? Map.of()
                                : step % 5 == 0
                                        ? Map.of(HeldOutFalls.HELD_OUT, 0.5, RolloutMeasures.REWARD, 0.55)
                                        : Map.of(RolloutMeasures.REWARD, 0.55)));
        // A reward that one answer in a hundred earns: means of 4 fall to nothing by chance.
        assertEquals(
                List.of(),
                warnings(60, step -> Map.of(RolloutMeasures.REWARD, step % 9 == 2 || step % 13 == 5 ? 0.08 : 0)));
        assertEquals(List.of("43 RewardCollapse"), warnings(60, step -> from(40, step, RolloutMeasures.REWARD, 0.3)));
    }

    @Test
    void lengthIsSuspectOnlyWhereItPaysAndGrows() {
        IntFunction<Map<String, Double>> longer =
                step -> from(20, step, RolloutMeasures.LENGTH, 40 + 2.0 * (step - 19));
        assertEquals(List.of(), warnings(35, step -> from(20, step, RolloutMeasures.REWARD_LENGTH_CORRELATION, 0.8)));
        assertEquals(List.of("31 LengthPays"), warnings(35, step -> {
            Map<String, Double> both = new TreeMap<>(longer.apply(step));
            both.putAll(from(20, step, RolloutMeasures.REWARD_LENGTH_CORRELATION, 0.8));
            both.put(RolloutMeasures.REWARD, 0.5 + 0.02 * Math.sin(step * 1.7));
            return both;
        }));
        List<String> tracked = warnings(60, step -> {
            Map<String, Double> both = new TreeMap<>(longer.apply(step));
            both.putAll(from(20, step, RolloutMeasures.REWARD, 0.6 + 0.01 * (step - 19)));
            return both;
        });
        assertEquals(1, tracked.size(), tracked.toString());
        assertTrue(tracked.get(0).endsWith("RewardTracksLength"), tracked.toString());
    }

    @Test
    void aRuleThatHeldInBetweenWarnsAgain() {
        List<String> raised =
                warnings(60, step -> step / 10 % 2 == 1 ? Map.of(RolloutMeasures.IDENTICAL_ACROSS, 0.9) : Map.of());
        assertEquals(List.of("11 IdenticalAcross", "31 IdenticalAcross", "51 IdenticalAcross"), raised);
    }

    @Property(tries = 20)
    void aWatchThatWasSavedGoesOnExactly(@ForAll @IntRange(max = 320) int saved) {
        TrainingWatch straight = new TrainingWatch(WatchRule.defaults());
        TrainingWatch resumed = new TrainingWatch(WatchRule.defaults());
        for (int step = 0; step < 330; step++) {
            Observation observation = new Observation(step, healthy(step))
                    .with(from(300, step, RolloutMeasures.REWARD, step % 3 == 0 ? Double.NaN : 0.1));
            if (step == saved) {
                resumed = TrainingWatch.resume(WatchRule.defaults(), resumed.state());
            }
            List<Warning> wanted = straight.observe(observation);
            assertEquals(wanted.toString(), resumed.observe(observation).toString());
        }
        assertEquals(straight.state(), resumed.state());
        assertTrue(straight.history().observations().size() <= History.LIMIT);
        assertEquals(straight.broken(), resumed.broken());
    }

    @Test
    void nonsenseIsRefused() {
        TrainingWatch watch = new TrainingWatch(List.of(new KlAbove()));
        watch.observe(new Observation(3, Map.of()));
        assertThrows(IllegalArgumentException.class, () -> watch.observe(new Observation(3, Map.of())));
        assertThrows(IllegalArgumentException.class, () -> new TrainingWatch(List.of(new KlAbove(), new KlAbove())));
        assertThrows(IllegalArgumentException.class, () -> TrainingWatch.resume(List.of(), "{\"history\": 3}"));
        assertThrows(IllegalArgumentException.class, () -> TrainingWatch.resume(List.of(), "nothing"));
        assertThrows(IllegalArgumentException.class, () -> new KlAbove("objective/kl", -1));
        assertThrows(IllegalArgumentException.class, () -> new LengthPays(1.5));
        assertThrows(IllegalArgumentException.class, () -> new HeldOutFalls("a", "b", Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Observation(-1, Map.of()));
    }

    @Test
    void severalSkillsCanBeWatchedAtOnce() {
        TrainingWatch watch =
                new TrainingWatch(List.of(new OffTaskDrop("skill/spelling", 0.1), new OffTaskDrop("skill/dates", 0.1)));
        watch.observe(new Observation(0, Map.of("skill/spelling", 0.8, "skill/dates", 0.7)));
        List<Warning> raised = watch.observe(new Observation(1, Map.of("skill/spelling", 0.65, "skill/dates", 0.7)));
        assertEquals(1, raised.size());
        assertEquals("OffTaskDrop skill/spelling", raised.get(0).rule().name());
        assertEquals(0.15, raised.get(0).value(), 1e-12);
    }
}
