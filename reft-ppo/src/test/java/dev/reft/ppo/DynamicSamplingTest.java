package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Credit;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Groups that teach nothing are left out, by raw scores, and counted. */
class DynamicSamplingTest {
    private static final Grade FAILED = new Grade.Failed(new IllegalStateException("down"), 1);

    private static Grade credited(double score, double credit) {
        return new Grade.Score(score, Map.of(), List.of(new Credit(0, credit)), "", "");
    }

    @Test
    void aGroupTeachesIfTwoScoresDiffer() {
        assertTrue(DynamicSampling.informative(List.of(Grade.of(1), Grade.of(0))));
        assertTrue(DynamicSampling.informative(List.of(Grade.of(1), FAILED, Grade.of(0.99))));
        assertFalse(DynamicSampling.informative(List.of(Grade.of(1), Grade.of(1), Grade.of(1))));
        assertFalse(DynamicSampling.informative(List.of(Grade.of(0), FAILED, Grade.none("no"))));
        assertFalse(DynamicSampling.informative(List.of(FAILED, FAILED)));
        assertFalse(DynamicSampling.informative(List.of(Grade.of(1))));
        assertFalse(DynamicSampling.informative(List.of()));
        assertFalse(DynamicSampling.informative(List.of(Grade.of(0.0), Grade.of(-0.0))), "a zero is a zero");
        assertTrue(DynamicSampling.informative(List.of(credited(1, 0.5), credited(1, 0))));
        assertFalse(DynamicSampling.informative(List.of(credited(0.5, 0.5), credited(1, 0))));
    }

    private static Grade byPrompt(Prompt prompt, int sample) {
        return switch (prompt.id().charAt(0)) {
            case '0' -> Grade.of(sample % 2);
            case '1' -> Grade.of(1);
            default -> Grade.none("not graded");
        };
    }

    @Test
    void drawsAddUpUntilThereAreEnough() {
        // The punishment of long completions would make groups of equal scores look informative.
        PpoConfig config = Methods.all().get("dapo");
        try (Policy policy = Methods.policy(5);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader((prompt, completion) -> byPrompt(prompt, completion.sample()))
                        .config(config)
                        .start()) {
            List<Prompt> data = Addition.prompts();
            DynamicSampling drawn = DynamicSampling.empty();
            assertEquals(0, drawn.size());
            assertThrows(
                    IllegalStateException.class, () -> DynamicSampling.empty().take(1));
            int cursor = 8;
            while (drawn.size() < 2 && drawn.rounds() < 5) {
                drawn = drawn.with(trainer.grade(trainer.collect(data.subList(cursor - 2, cursor))));
                cursor -= 2;
            }
            assertEquals(
                    Map.of(
                            "dynamic/rounds",
                            4.0,
                            "dynamic/drawn",
                            8.0,
                            "dynamic/informative",
                            3.0,
                            "dynamic/unscored",
                            2.0,
                            "dynamic/dropped",
                            3.0),
                    drawn.measures());
            GradedRollouts taken = drawn.take(2);
            assertEquals(
                    List.of("0+2", "0+0"),
                    taken.rollouts().groups().stream().map(g -> g.prompt().id()).toList());
            StepReport report = drawn.report(trainer.update(taken));
            assertEquals(16, report.metric("rows"));
            assertEquals(0, report.metric("frac_reward_zero_std"));
            assertEquals(8, report.metric("dynamic/drawn"));
            assertEquals(1, trainer.steps());
        }
    }

    @Test
    void promptsOfAStepMustDifferAndStepsMustNot() {
        try (Policy policy = Methods.policy(5);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader((prompt, completion) -> byPrompt(prompt, completion.sample()))
                        .config(Methods.all().get("grpo"))
                        .start()) {
            GradedRollouts graded =
                    trainer.grade(trainer.collect(Addition.prompts().subList(0, 2)));
            DynamicSampling once = DynamicSampling.empty().with(graded);
            String twice = assertThrows(IllegalArgumentException.class, () -> once.with(graded))
                    .getMessage();
            assertTrue(twice.contains("0+0"), twice);
            trainer.update(once.take(9));
            GradedRollouts later =
                    trainer.grade(trainer.collect(Addition.prompts().subList(2, 3)));
            String steps = assertThrows(IllegalArgumentException.class, () -> once.with(later))
                    .getMessage();
            assertTrue(steps.contains("step 0") && steps.contains("step 1"), steps);
        }
    }
}
