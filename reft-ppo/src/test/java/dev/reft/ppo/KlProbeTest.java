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
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Log-probabilities of samples as some other policy might have drawn them, so far off that every ratio vanishes or is cut. */
    @ParameterizedTest
    @ValueSource(floats = {-900, 900})
    void samplesFromFarAwayStillGiveANumber(float off) {
        PpoConfig config = Addition.config();
        try (Policy policy = Addition.warmedUp(10);
                Scorer initial = policy.frozenCopy();
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(config)
                        .start()) {
            GradedRollouts graded = trainer.grade(trainer.collect(Addition.prompts()));
            trainer.update(graded);
            double kl = Probes.kl(policy, initial, with(graded.rollouts(), c -> shifted(c, off)));
            assertTrue(Double.isFinite(kl), "KL " + kl);
            if (off < 0) { // every ratio is cut, so all count alike
                assertEquals(unweighted(policy, initial, graded.rollouts()), kl, 1e-5);
            }
        }
    }

    private static Completion shifted(Completion completion, float off) {
        List<Segment> segments = completion.segments().stream()
                .map(s -> {
                    Segment.Sampled sampled = (Segment.Sampled) s;
                    float[] logProbs = sampled.logProbs().clone();
                    logProbs[0] += off;
                    return (Segment) new Segment.Sampled(sampled.tokens(), logProbs, new float[0]);
                })
                .toList();
        return new Completion(
                completion.request(), completion.sample(), segments, completion.text(), completion.finish());
    }

    private static Rollouts with(Rollouts rollouts, UnaryOperator<Completion> change) {
        return new Rollouts(
                rollouts.step(),
                rollouts.groups().stream()
                        .map(group -> new Rollouts.Group(
                                group.prompt(),
                                group.tokens(),
                                group.temperature(),
                                group.completions().stream().map(change).toList()))
                        .toList());
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
            assertEquals(
                    unweighted(policy, initial, graded.rollouts()),
                    Probes.kl(policy, initial, with(graded.rollouts(), KlProbeTest::forget)),
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
