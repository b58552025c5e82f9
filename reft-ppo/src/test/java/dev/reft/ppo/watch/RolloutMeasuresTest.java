package dev.reft.ppo.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.Training;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.testkit.tiny.TinyModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Measures of completions and of models. */
class RolloutMeasuresTest {
    /** A completion of as many tokens as its text has characters, each drawn with probability 1/2. */
    private static Completion completion(String request, int sample, String text, Finish finish) {
        float[] logProbs = new float[text.length()];
        Arrays.fill(logProbs, (float) -Math.log(2));
        return new Completion(
                request,
                sample,
                List.of(new Segment.Sampled(new int[text.length()], logProbs, new float[0])),
                text,
                finish);
    }

    private static GradedRollouts graded(List<List<String>> texts, List<List<Grade>> grades) {
        List<Rollouts.Group> groups = new ArrayList<>();
        for (int g = 0; g < texts.size(); g++) {
            List<Completion> completions = new ArrayList<>();
            for (String text : texts.get(g)) {
                completions.add(completion("p" + g, completions.size(), text, Finish.END));
            }
            groups.add(new Rollouts.Group(Prompt.text("p" + g, "q", ""), new int[] {1}, 1f, completions));
        }
        return new GradedRollouts(new Rollouts(0, groups), grades);
    }

    @Test
    void measuresAreWhatTheirNamesSay() {
        Map<String, Double> measures = RolloutMeasures.of(graded(
                List.of(List.of("a", "aa", "aa", "aaaa"), List.of("aa", "bbbbb")),
                List.of(
                        List.of(Grade.of(0), Grade.of(0.1), Grade.of(0.1), Grade.of(0.3)),
                        List.of(Grade.of(0.5), Grade.none("no")))));
        assertEquals(16 / 6.0, measures.get(RolloutMeasures.LENGTH), 1e-12);
        assertEquals(0.2, measures.get(RolloutMeasures.REWARD), 1e-12);
        // In the first prompt the reward is a tenth a token from the first on; the second has one score only.
        assertEquals(0.1, measures.get(RolloutMeasures.REWARD_LENGTH_SLOPE), 1e-12);
        assertEquals(1, measures.get(RolloutMeasures.REWARD_LENGTH_CORRELATION), 1e-12);
        assertEquals((1 / 3.0 + 0) / 2, measures.get(RolloutMeasures.IDENTICAL_WITHIN), 1e-12);
        assertEquals(1, measures.get(RolloutMeasures.IDENTICAL_ACROSS), 1e-12);
        assertEquals(Math.log(2), measures.get(RolloutMeasures.ENTROPY), 1e-6);
        assertEquals(0, measures.get(RolloutMeasures.TRUNCATED));
    }

    @Test
    void harderPromptsThatTakeLongerAreNoCorrelation() {
        Map<String, Double> measures = RolloutMeasures.of(graded(
                List.of(List.of("a", "a", "aa"), List.of("aaaaaaaa", "aaaaaaaaa", "aaaaaaaaa")),
                List.of(
                        List.of(Grade.of(0), Grade.of(0.2), Grade.of(0.1)),
                        List.of(Grade.of(1), Grade.of(0.9), Grade.of(1.1)))));
        assertEquals(0, measures.get(RolloutMeasures.REWARD_LENGTH_CORRELATION), 0.3);
    }

    @Test
    void whatCannotBeSaidIsAbsent() {
        Map<String, Double> measures = RolloutMeasures.of(
                graded(List.of(List.of("a", "b")), List.of(List.of(Grade.none("x"), Grade.none("y")))));
        assertFalse(measures.containsKey(RolloutMeasures.REWARD));
        assertFalse(measures.containsKey(RolloutMeasures.REWARD_LENGTH_CORRELATION));
        assertFalse(measures.containsKey(RolloutMeasures.IDENTICAL_ACROSS));
        assertEquals(Map.of(), RolloutMeasures.of(graded(List.of(List.of()), List.of(List.of()))));
    }

    @Test
    void probesSeeAPolicyMoveAway() {
        TinyModel model = TinyModel.of("abcdefgh= ").withContext(16).withSizes(16, 2, 32, 1);
        try (Policy policy = model.policy(Training.full(1));
                Scorer initial = policy.frozenCopy()) {
            List<Row> rows = Probes.rows(policy.tokenizer(), List.of("abc def", "hgf edc ba"));
            Rollouts rollouts = graded(List.of(List.of("aaaa", "bb")), List.of(List.of(Grade.of(0), Grade.of(1))))
                    .rollouts();
            double before = Probes.logProb(policy, rows);
            CheckpointProbe probe = new CheckpointProbe(initial, rows);
            assertEquals(Map.of(Probes.KL, 0.0, Probes.OFF_TASK, before), probe.start(policy));
            assertEquals(0, Probes.kl(policy, initial, rollouts), 1e-6);
            try (SftTrainer trainer = SftTrainer.start(
                    policy, SftConfig.reft().toBuilder().rate(1e-2).build())) {
                for (int i = 0; i < 40; i++) {
                    trainer.step(List.of(SftExample.text("x", "a=", "aaaa"), SftExample.text("y", "b=", "aa")));
                }
            }
            assertTrue(Probes.logProb(policy, rows) < before - 0.5, "other texts are forgotten");
            assertEquals(before, Probes.logProb(initial, rows), 1e-6);
            assertTrue(Math.abs(Probes.kl(policy, initial, rollouts)) > 0.5);
            assertEquals(
                    Map.of(
                            Probes.KL,
                            Probes.kl(policy, initial, rollouts),
                            Probes.OFF_TASK,
                            Probes.logProb(policy, rows)),
                    probe.of(policy, rollouts));
            Rollouts none = graded(List.of(List.of()), List.of(List.of())).rollouts();
            assertEquals(Set.of(Probes.OFF_TASK), probe.of(policy, none).keySet());
            assertEquals(
                    Set.of(Probes.KL),
                    new CheckpointProbe(initial, List.of()).of(policy, rollouts).keySet());
            assertThrows(IllegalArgumentException.class, () -> Probes.rows(policy.tokenizer(), List.of("a")));
            assertThrows(IllegalArgumentException.class, () -> Probes.logProb(policy, List.of()));
        }
    }
}
