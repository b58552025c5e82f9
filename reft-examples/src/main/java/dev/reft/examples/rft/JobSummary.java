package dev.reft.examples.rft;

import dev.reft.graders.json.Json;
import dev.reft.io.AtomicFiles;
import dev.reft.ppo.watch.BestCheckpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a job ended: a few lines, and {@code job.json} in the shape of OpenAI's {@code fine_tuning.job}. */
public final class JobSummary {
    private JobSummary() {}

    /**
     * Writes {@code job.json}.
     *
     * @param folder the run's
     * @param job the job
     * @param plan what was done
     * @param outcome how it ended
     * @param model where the tuned model lies
     * @throws IOException if it cannot be written
     */
    public static void write(Path folder, JobFiles job, JobPlan plan, JobRun.Outcome outcome, Path model)
            throws IOException {
        Map<String, Object> hyperparameters = new LinkedHashMap<>();
        hyperparameters.put("n_epochs", plan.numbers().epochs());
        hyperparameters.put("batch_size", plan.numbers().promptsPerStep());
        hyperparameters.put("eval_interval", plan.numbers().evaluateEvery());
        hyperparameters.put("eval_samples", plan.numbers().evaluationSamples());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("object", "fine_tuning.job");
        fields.put("id", "ftjob-" + plan.job().substring(0, 12));
        fields.put("model", job.job().model());
        fields.put("fine_tuned_model", String.valueOf(model.getFileName()));
        fields.put("training_file", job.job().trainingFile());
        fields.put("validation_file", job.job().validationFile());
        fields.put("seed", plan.seed());
        // A run that the watch stopped was not finished; what it says is in "stopped", which OpenAI's shape lacks.
        fields.put("status", outcome.stopped().isEmpty() ? "succeeded" : "cancelled");
        fields.put("stopped", outcome.stopped());
        fields.put(
                "method", Map.of("type", "reinforcement", "reinforcement", Map.of("hyperparameters", hyperparameters)));
        fields.put("trained_steps", outcome.steps());
        AtomicFiles.writeText(folder.resolve("job.json").toAbsolutePath(), Json.write(fields) + "\n");
    }

    /**
     * A few lines for the terminal.
     *
     * @param outcome how it ended
     * @param model where the tuned model lies
     * @return the lines
     */
    public static List<String> lines(JobRun.Outcome outcome, Path model) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "%d of %d steps; held-out reward %.3f before, %.3f at the end",
                outcome.steps(),
                outcome.planned(),
                outcome.start(),
                outcome.end()));
        for (BestCheckpoints.Entry entry : outcome.best()) {
            lines.add(String.format(Locale.ROOT, "kept: step %d, held-out reward %.3f", entry.step(), entry.score()));
        }
        if (outcome.attempts() > 1) {
            lines.add("went back " + (outcome.attempts() - 1) + " time(s)");
        }
        if (!outcome.stopped().isEmpty()) {
            lines.add("stopped: " + outcome.stopped());
        }
        lines.add("Model (the best checkpoint): " + model);
        return lines;
    }
}
