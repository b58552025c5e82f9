package dev.reft.examples.rft;

import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.graders.openai.RftPlan;

/**
 * Everything that a job's run depends on. It is written into the run's folder, and a folder goes on with the same plan only.
 *
 * @param job digest of the job file
 * @param training digest of the training rows
 * @param validation digest of the held-out rows
 * @param warmUp digest of the examples of the warm-up, "" for none
 * @param probe digest of the texts of the off-task probe
 * @param model what is trained
 * @param chat whether messages go through the model's chat template; otherwise their contents are plain text
 * @param textEnd what ends a plain-text prompt
 * @param numbers the run's numbers, from the job and the host
 * @param warmUpEpochs epochs of the warm-up
 * @param warmUpRate its learning rate
 * @param valueRate learning rate of the value head; 0 for none: then answers to a row are compared with each other
 * @param kl coefficient of the KL penalty, 0 for none
 * @param temperature of the samples
 * @param maxTokens most tokens of an answer
 * @param saveEvery steps between two checkpoints
 * @param onCollapse what is done when the watch warns gravely
 * @param goBacks how often the run may go back
 * @param seed of the run
 */
public record JobPlan(
        String job,
        String training,
        String validation,
        String warmUp,
        String probe,
        ModelPlan model,
        boolean chat,
        String textEnd,
        RftPlan numbers,
        int warmUpEpochs,
        double warmUpRate,
        double valueRate,
        double kl,
        double temperature,
        int maxTokens,
        int saveEvery,
        OnCollapse onCollapse,
        int goBacks,
        long seed) {
    /** What is done when the watch warns gravely. */
    public enum OnCollapse {
        /** Go back to the best checkpoint from before, at half the rate and with other draws. */
        BACK,
        /** Stop, and keep the best checkpoint. */
        STOP,
        /** Tell, and go on. */
        WARN
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public JobPlan {
        atLeast("warm-up epochs", warmUpEpochs, 0);
        atLeast("max tokens", maxTokens, 1);
        atLeast("save every", saveEvery, 1);
        atLeast("go backs", goBacks, 0);
        if (!(warmUpRate > 0) || !(valueRate >= 0) || !(temperature > 0) || !(kl >= 0)) {
            throw new IllegalArgumentException("warm-up rate " + warmUpRate + " and temperature " + temperature
                    + " must be positive, value rate " + valueRate + " and KL coefficient " + kl + " not negative");
        }
        if (valueRate == 0 && numbers.samplesPerPrompt() < 2) {
            throw new IllegalArgumentException("samples of a prompt " + numbers.samplesPerPrompt()
                    + ": without a value head answers to a row are compared with each other, which takes 2 at least");
        }
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " " + value + " must be at least " + least);
        }
    }
}
