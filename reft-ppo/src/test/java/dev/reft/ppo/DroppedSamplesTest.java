package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Credit;
import dev.reft.grading.Grade;
import dev.reft.grading.GradingException;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Samples without a score are counted, and change nothing else. */
class DroppedSamplesTest {
    private static final Grade FAILED = new Grade.Failed(new IllegalStateException("down"), 2);

    private static GradedRollouts graded(Policy policy, boolean withDropped, Grade dropped) {
        List<Rollouts.Group> groups = new ArrayList<>();
        List<List<Grade>> grades = new ArrayList<>();
        for (Prompt prompt : Addition.prompts()) {
            List<Completion> completions = new ArrayList<>();
            List<Grade> own = new ArrayList<>();
            for (String text : List.of(prompt.reference(), "0", "++")) {
                add(policy, prompt, text, completions);
                own.add(Grade.of(text.equals(prompt.reference()) ? 1 : 0));
                if (withDropped) {
                    add(policy, prompt, "4+2", completions);
                    own.add(dropped);
                }
            }
            int[] tokens = policy.tokenizer().encode(prompt.id() + "=");
            groups.add(new Rollouts.Group(prompt, tokens, 1f, completions));
            grades.add(own);
        }
        return new GradedRollouts(new Rollouts(0, groups), grades);
    }

    private static void add(Policy policy, Prompt prompt, String text, List<Completion> completions) {
        int[] tokens = policy.tokenizer().encodeControls(text.length() < 3 ? text + "<eos>" : text);
        completions.add(new Completion(
                prompt.id(),
                completions.size(),
                List.of(new Segment.Sampled(tokens, new float[0], new float[0])),
                text,
                text.length() < 3 ? Finish.END : Finish.LENGTH));
    }

    private record Result(Map<String, Double> metrics, String state) {}

    private static Result update(PpoConfig config, boolean withDropped, Grade dropped) {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(config)
                        .start()) {
            Map<String, Double> metrics = States.timeless(trainer.update(graded(policy, withDropped, dropped)));
            metrics.keySet().removeIf(name -> name.startsWith("grade/"));
            return new Result(metrics, States.of(policy));
        }
    }

    @Test
    void aDroppedSampleChangesNothingElse() {
        List<PpoConfig> configs = new ArrayList<>(Methods.all().values());
        configs.addAll(List.of(
                Methods.both(),
                Addition.config(),
                Addition.config().toBuilder()
                        .miniBatches(4)
                        .microBatchTokens(30)
                        .build(),
                Addition.config().toBuilder()
                        .rewardWhitening(java.util.Optional.of(dev.reft.math.Whitening.ADVANTAGES))
                        .aggregation(new dev.reft.math.Aggregation.TokenMean())
                        .build()));
        for (PpoConfig config : configs) {
            Result without = update(config, false, FAILED);
            assertEquals(without, update(config, true, FAILED));
            assertEquals(without, update(config, true, Grade.none("not a sum")));
            // Cut-off samples are dropped likewise where that is asked for.
            PpoConfig dropping = config.toBuilder().dropTruncated(true).build();
            assertEquals(without, update(dropping, true, Grade.of(1)));
        }
    }

    @Test
    void aTruncatedSampleCountsUnlessDropped() {
        assertTrue(!update(Addition.config(), false, FAILED).equals(update(Addition.config(), true, Grade.of(1))));
    }

    @Test
    void droppedSamplesAreCounted() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(Addition.config())
                        .start()) {
            ScoredRollouts scored = trainer.score(graded(policy, true, FAILED));
            Experience experience = trainer.shape(scored);
            assertEquals(27, experience.measures().get("rows"));
            assertEquals(27, experience.measures().get("grade/failed"));
            assertEquals(0, experience.measures().get("grade/none"));
            assertEquals(27, experience.measures().get("grade/dropped"));
            for (float weight : experience.weights()[1]) {
                assertEquals(0, weight);
            }
            assertEquals(3, experience.weights()[1].length);
        }
    }

    @Test
    void aStepWhoseEveryGradingFailedIsRefusedAndMayBeRepeated() {
        boolean[] down = {true};
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader((prompt, completion) -> {
                            if (down[0]) {
                                throw new IllegalStateException("service down");
                            }
                            return Addition.GRADER.grade(prompt, completion);
                        })
                        .config(Addition.config())
                        .start()) {
            String before = States.of(policy);
            GradingException refused = assertThrows(GradingException.class, () -> trainer.step(Addition.prompts()));
            assertTrue(refused.getMessage().contains("service down"), refused.getMessage());
            assertEquals(before, States.of(policy));
            assertEquals(0, trainer.steps());
            down[0] = false;
            assertEquals(0, trainer.step(Addition.prompts()).step());
        }
    }

    @Test
    void aStepToWhichNothingAppliesLearnsNothing() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader((prompt, completion) -> Grade.none("no"))
                        .config(Addition.config())
                        .start()) {
            String before = States.of(policy);
            StepReport report = trainer.step(Addition.prompts());
            assertEquals(0, report.metric("rows"));
            assertEquals(72, report.metric("grade/none"));
            assertEquals(0, report.metric("update/optimizer_steps"));
            assertEquals(before, States.of(policy));
            assertEquals(1, trainer.steps());
        }
    }

    @Test
    void aScoreOfZeroIsAScoreAndCreditsLandOnTheirTokens() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(Addition.config().toBuilder()
                                .kl(new KlPenalty.None())
                                .advantages(new Advantages.Gae(0, 0))
                                .advantageWhitening(java.util.Optional.empty())
                                .build())
                        .start()) {
            Prompt prompt = Addition.prompts().get(0);
            Completion completion = new Completion(
                    prompt.id(),
                    0,
                    List.of(
                            new Segment.Sampled(new int[] {2, 3}, new float[0], new float[0]),
                            new Segment.Given(new int[] {4}),
                            new Segment.Sampled(new int[] {0}, new float[0], new float[0])),
                    "",
                    Finish.END);
            Grade grade = new Grade.Score(
                    0, Map.of(), List.of(new Credit(0, 0.25), new Credit(2, 0.5), new Credit(3, 1)), "", "");
            Rollouts rollouts =
                    new Rollouts(0, List.of(new Rollouts.Group(prompt, new int[] {2}, 1f, List.of(completion))));
            ScoredRollouts scored = trainer.score(new GradedRollouts(rollouts, List.of(List.of(grade))));
            Experience experience = trainer.shape(scored);
            assertEquals(1, experience.measures().get("rows"));
            // With gamma 0 the return is the token's own reward; the credit on given text goes to the token before.
            assertEquals(3, experience.returns()[0].length);
            assertEquals(0.25, experience.returns()[0][0], 1e-6);
            assertEquals(0.5, experience.returns()[0][1], 1e-6);
            assertEquals(1, experience.returns()[0][2], 1e-6);
        }
    }
}
