package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Adapter;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.Overlap;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.ScoreHistory;
import dev.reft.ppo.StepReport;
import dev.reft.testkit.tiny.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's loops around methods without a critic. */
class GroupMethodsTest {
    /** Right if the completion repeats the letter that it was asked for. */
    private static final Grader GRADER =
            (prompt, completion) -> Grade.of(completion.text().startsWith(prompt.reference()) ? 1 : 0);

    private static final PpoConfig CONFIG = PpoConfig.grpo().toBuilder()
            .maxTokens(2)
            .samplesPerPrompt(6)
            .policyRate(1e-2)
            .kl(new KlPenalty.None())
            .build();

    @TempDir
    Path folder;

    private static Policy policy() {
        Training training =
                new Training(new ValueHead.None(), new Adapter.Full(), Optimizer.AdamW.DEFAULT, 3, Replicas.SINGLE);
        return TinyModel.of("abcdef>").withContext(8).policy(training);
    }

    private static List<Prompt> prompts() {
        List<Prompt> prompts = new ArrayList<>();
        for (String letter : List.of("a", "b", "c", "d", "e", "f")) {
            for (int i = 0; i < 4; i++) {
                prompts.add(Prompt.text(letter + i, letter + ">".repeat(1 + i % 2), letter));
            }
        }
        return prompts;
    }

    @Test
    void dynamicSamplingDrawsUntilThereIsEnough() {
        try (Policy policy = policy()) {
            StepReport first = GroupMethods.dapo(policy, prompts(), GRADER, CONFIG, folder, 1);
            assertTrue(first.metric("dynamic/drawn") >= first.metric("dynamic/informative"));
            assertTrue(first.metric("dynamic/rounds") >= 1);
            assertEquals(0, first.metric("frac_reward_zero_std"));
        }
        try (Policy policy = policy()) {
            // A new process: it goes on after the first step and where the data were left.
            StepReport last = GroupMethods.dapo(policy, prompts(), GRADER, CONFIG, folder, 3);
            assertEquals(2, last.step());
        }
    }

    @Test
    void aCurriculumRemembersAcrossResume() {
        ScoreHistory half;
        try (Policy policy = policy()) {
            half = GroupMethods.curriculum(policy, prompts(), GRADER, CONFIG, folder, 2);
        }
        try (Policy policy = policy()) {
            assertEquals(half, GroupMethods.curriculum(policy, prompts(), GRADER, CONFIG, folder, 2));
            ScoreHistory more = GroupMethods.curriculum(policy, prompts(), GRADER, CONFIG, folder, 4);
            assertTrue(more.prompts().size() > half.prompts().size(), "what was never tried is tried");
        }
    }

    @Test
    void overlappedTrainingLearns() {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Policy policy = policy()) {
            StepReport report = GroupMethods.overlapped(policy, prompts(), GRADER, CONFIG, executor, 60);
            assertEquals(Overlap.ONE_STEP.mostBehind(), report.metric("sampler/lag"));
            assertTrue(report.metric("objective/scores") > 0.5, "ends with " + report.metric("objective/scores"));
        } finally {
            executor.shutdownNow();
        }
    }
}
