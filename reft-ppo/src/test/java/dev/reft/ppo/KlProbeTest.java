package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Segment;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Scorer;
import dev.reft.ppo.watch.Probes;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The distance from the initial policy at a checkpoint, which follows an update that the samples came before. */
class KlProbeTest {
    /** Mean of log(now / then) over samples of the policy before its update, all counting alike. */
    private static double unweighted(Scorer policy, Scorer initial, Rollouts rollouts) {
        float[][] now = policy.score(rollouts.batch(), Set.of(Output.LOG_PROB)).logProbs();
        float[][] then =
                initial.score(rollouts.batch(), Set.of(Output.LOG_PROB)).logProbs();
        double sum = 0;
        for (int i = 0; i < now.length; i++) {
            for (int t = 0; t < now[i].length; t++) {
                sum += now[i][t] - then[i][t];
            }
        }
        return sum / now.length;
    }

    @Test
    void samplesOfBeforeAnUpdateTellTheDistanceAfterIt() {
        PpoConfig config = Addition.config().toBuilder()
                .samplesPerPrompt(256)
                .policyRate(1.5e-2)
                .build();
        try (Policy policy = Addition.warmedUp(10);
                Scorer initial = policy.frozenCopy();
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(config)
                        .start()) {
            for (int step = 0; step < 3; step++) {
                GradedRollouts before = trainer.grade(trainer.collect(Addition.prompts()));
                assertEquals(
                        unweighted(policy, initial, before.rollouts()),
                        Probes.kl(policy, initial, before.rollouts()),
                        1e-4,
                        "nothing is weighted without an update");
                trainer.update(before);
                Rollouts fresh = trainer.collect(Addition.prompts());
                double truth = unweighted(policy, initial, fresh);
                double stale = Probes.kl(policy, initial, before.rollouts());
                assertEquals(truth, stale, 0.15 * truth, "step " + step);
                if (step == 0) {
                    assertTrue(unweighted(policy, initial, before.rollouts()) < 0, "the opposite divergence, negated");
                }
            }
        }
    }

    @Test
    void completionsOfUnknownOriginCountOnce() {
        PpoConfig config = Addition.config();
        try (Policy policy = Addition.warmedUp(10);
                Scorer initial = policy.frozenCopy();
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(config)
                        .start()) {
            GradedRollouts graded = trainer.grade(trainer.collect(Addition.prompts()));
            trainer.update(graded);
            List<Rollouts.Group> unknown = graded.rollouts().groups().stream()
                    .map(group -> new Rollouts.Group(
                            group.prompt(),
                            group.tokens(),
                            group.temperature(),
                            group.completions().stream()
                                    .map(KlProbeTest::forget)
                                    .toList()))
                    .toList();
            assertEquals(
                    unweighted(policy, initial, graded.rollouts()),
                    Probes.kl(policy, initial, new Rollouts(0, unknown)),
                    1e-5);
        }
    }

    private static Completion forget(Completion completion) {
        List<Segment> segments = completion.segments().stream()
                .map(s -> (Segment) new Segment.Sampled(s.tokens(), new float[0], new float[0]))
                .toList();
        return new Completion(
                completion.request(), completion.sample(), segments, completion.text(), completion.finish());
    }
}
