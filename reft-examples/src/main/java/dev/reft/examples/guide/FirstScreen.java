package dev.reft.examples.guide;

import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.ppo.Batches;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.StepReport;
import java.nio.file.Path;
import java.util.List;

/** The first code that a reader of the README sees. */
public final class FirstScreen {
    private FirstScreen() {}

    /**
     * Improves a model on prompts with known answers.
     *
     * @param model what to open
     * @param prompts problems with reference answers
     * @param grader checks an answer
     * @param folder for checkpoints and the result
     */
    public static void improve(ModelSpec model, List<Prompt> prompts, Grader grader, Path folder) {
        // region first-screen
        PpoConfig config = PpoConfig.reft().toBuilder().maxTokens(128).seed(7).build();
        Batches<Prompt> batches = Batches.of(prompts, 32, 7); // 32 prompts a step, shuffled anew each epoch

        try (Policy policy = Models.openPolicy(model, Training.full(7)); // a Hugging Face directory or a GGUF file
                PpoTrainer trainer =
                        PpoTrainer.of(policy).grader(grader).config(config).start()) {
            while (trainer.steps() < 40) {
                StepReport report = trainer.step(batches.at(trainer.steps())); // sample, grade, score, update
                System.out.println(
                        trainer.steps() + " reward " + report.metrics().get("objective/scores"));
                trainer.save(folder.resolve("checkpoints"), ""); // resume(...) goes on from it, bit for bit
            }
            policy.export(folder.resolve("tuned")); // a directory that other tools of the field open
        }
        // endregion
    }
}
