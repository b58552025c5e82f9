package dev.reft.examples.guide;

import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.Curriculum;
import dev.reft.ppo.DynamicSampling;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.Overlap;
import dev.reft.ppo.OverlappedTrainer;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.ScoreHistory;
import dev.reft.ppo.StepReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Methods without a critic, and three ways to choose and draw what they learn from. */
public final class GroupMethods {
    private GroupMethods() {}

    // region dynamic-sampling
    /**
     * DAPO: groups whose samples all score the same teach nothing, so more prompts are drawn in their place.
     *
     * @param policy what learns; it needs no value head
     * @param prompts the problems
     * @param grader 1 or 0
     * @param config such as {@link PpoConfig#dapo}, in lengths and rates that suit the task
     * @param folder for checkpoints
     * @param steps of training
     * @return the last step's report
     */
    public static StepReport dapo(
            Policy policy, List<Prompt> prompts, Grader grader, PpoConfig config, Path folder, int steps) {
        int wanted = 8;
        Batches<Prompt> data = Batches.of(prompts, wanted, config.seed());
        PpoTrainer.Builder builder = PpoTrainer.of(policy).grader(grader).config(config);
        boolean saved = Files.exists(folder.resolve("latest"));
        try (PpoTrainer trainer = saved ? builder.resume(folder) : builder.start()) {
            // Steps draw as much as they need, so the place in the data is the host's to keep.
            long cursor = saved ? Long.parseLong(trainer.hostState()) : 0;
            StepReport report = null;
            while (trainer.steps() < steps) {
                DynamicSampling drawn = DynamicSampling.empty();
                long epoch = data.epoch(cursor);
                do {
                    drawn = drawn.with(trainer.grade(trainer.collect(data.at(cursor++))));
                } while (drawn.size() < wanted && data.epoch(cursor) == epoch); // a prompt once a step
                report = drawn.report(trainer.update(drawn.take(wanted)));
                trainer.save(folder, Long.toString(cursor));
            }
            return report == null ? new StepReport(steps, java.util.Map.of()) : report;
        }
    }
    // endregion

    // region curriculum
    /**
     * GRPO on the prompts that the policy solves now and then.
     *
     * @param policy what learns
     * @param prompts the problems
     * @param grader 1 or 0
     * @param config such as {@link PpoConfig#grpo}, in lengths and rates that suit the task
     * @param folder for checkpoints
     * @param steps of training
     * @return the past scores of all prompts
     */
    public static ScoreHistory curriculum(
            Policy policy, List<Prompt> prompts, Grader grader, PpoConfig config, Path folder, int steps) {
        Curriculum curriculum = new Curriculum.Band(0.1, 0.9);
        PpoTrainer.Builder builder = PpoTrainer.of(policy).grader(grader).config(config);
        boolean saved = Files.exists(folder.resolve("latest"));
        try (PpoTrainer trainer = saved ? builder.resume(folder) : builder.start()) {
            ScoreHistory history = saved ? ScoreHistory.of(trainer.hostState()) : ScoreHistory.empty(0.5);
            while (trainer.steps() < steps) {
                List<Prompt> next = curriculum.next(prompts, history, 8, trainer.steps(), config.seed());
                GradedRollouts graded = trainer.grade(trainer.collect(next));
                trainer.update(graded);
                history = history.with(graded);
                trainer.save(folder, history.toText());
            }
            return history;
        }
    }
    // endregion

    // region overlapped
    /**
     * Samples the next step while this one is trained, and corrects for the weights being a step old.
     *
     * @param policy what learns
     * @param prompts the problems
     * @param grader checks an answer
     * @param config such as {@link PpoConfig#grpo}, in lengths and rates that suit the task
     * @param executor where sampling runs
     * @param steps of training
     * @return the last step's report
     */
    public static StepReport overlapped(
            Policy policy, List<Prompt> prompts, Grader grader, PpoConfig config, Executor executor, int steps) {
        Batches<Prompt> data = Batches.of(prompts, 8, config.seed());
        PpoConfig corrected = config.toBuilder()
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                .build();
        try (OverlappedTrainer trainer = PpoTrainer.of(policy)
                .grader(grader)
                .config(corrected)
                .startOverlapped(Overlap.ONE_STEP, executor, data::at)) {
            StepReport report = trainer.step();
            while (trainer.steps() < steps) {
                report = trainer.step();
            }
            return report;
        }
    }
    // endregion
}
