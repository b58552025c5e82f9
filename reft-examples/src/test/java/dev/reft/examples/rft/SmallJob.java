package dev.reft.examples.rft;

import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.RftPlan;
import dev.reft.grading.Grader;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Training;
import dev.reft.testkit.tiny.TinyModel;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A job of small sums on the exact policy in Java. */
abstract class SmallJob {
    static final TinyModel MODEL =
            TinyModel.of("01234+=>").withContext(12).withSizes(16, 2, 32, 1).withSeed(3);

    @TempDir
    Path folder;

    JobFiles files;

    @BeforeEach
    void writeJob() throws Exception {
        files = write(9);
    }

    JobFiles write(int rows) throws Exception {
        StringBuilder training = new StringBuilder();
        StringBuilder warmUp = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            String question = (i % 3) + "+" + (i / 3 % 3);
            String answer = "" + (i % 3 + i / 3 % 3);
            training.append("{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"answer\":\"%s\"}%n"
                    .formatted(question, answer));
            warmUp.append(
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"%s\"}]}%n"
                            .formatted(question, answer));
        }
        Files.writeString(folder.resolve("train.jsonl"), training);
        Files.writeString(folder.resolve("valid.jsonl"), training);
        Files.writeString(folder.resolve("warm-up.jsonl"), warmUp);
        Path job = Files.writeString(
                folder.resolve("job.json"),
                "{\"model\":\"o4-mini\",\"training_file\":\"train.jsonl\",\"validation_file\":\"valid.jsonl\",\"seed\":5,"
                        + "\"suffix\":\"sums\",\"method\":{\"type\":\"reinforcement\",\"reinforcement\":{\"grader\":"
                        + "{\"type\":\"string_check\",\"name\":\"g\",\"operation\":\"eq\",\"input\":\"{{sample.output_text}}\","
                        + "\"reference\":\"{{item.answer}}\"},\"hyperparameters\":{\"n_epochs\":2}}}}");
        return JobFiles.read(job, null, null);
    }

    JobPlan plan(RftPlan numbers, OnCollapse onCollapse) {
        return plan(numbers, onCollapse, 1e-3, 0.005);
    }

    JobPlan plan(RftPlan numbers, OnCollapse onCollapse, double valueRate, double kl) {
        return plan(numbers, onCollapse, valueRate, kl, 3);
    }

    JobPlan plan(RftPlan numbers, OnCollapse onCollapse, double valueRate, double kl, int saveEvery) {
        return new JobPlan(
                JobData.digest(files.file()),
                JobData.digest(files.training()),
                JobData.digest(files.validation()),
                "",
                JobData.digest(List.of("1+1=2", "2+2=4")),
                new ModelPlan("tiny", "cpu", Precision.FP32, 0, false, 0),
                false,
                "=>",
                numbers,
                6,
                5e-3,
                valueRate,
                kl,
                1,
                2,
                saveEvery,
                onCollapse,
                2,
                5);
    }

    static RftPlan numbers(int batch, int epochs, int every) {
        return new RftPlan(batch, 4, epochs, 1e-3, every, 1, "");
    }

    JobData data() {
        return JobData.read(
                files, folder.resolve("warm-up.jsonl"), List.of("1+1=2", "2+2=4"), new JobData.Form(false, "=>", ""));
    }

    Grader grader() {
        return files.job().trainingGrader(GraderServices.NONE);
    }

    JobRun.Outcome run(String name, JobPlan plan, Grader grader, int patience) {
        return run(name, plan, grader, patience, policy -> policy);
    }

    JobRun.Outcome run(String name, JobPlan plan, Grader grader, int patience, UnaryOperator<Policy> wrap) {
        Path root = folder.resolve(name);
        return JobRun.go(
                plan,
                data(),
                grader,
                root,
                () -> wrap.apply(MODEL.policy(Training.full(1))),
                root.resolve("model-sums"),
                quiet(patience));
    }

    List<Map<String, Object>> rows(String name, String file) {
        List<Map<String, Object>> rows = new ArrayList<>();
        new RunLog(folder.resolve(name).resolve(file)).rows().forEach(row -> {
            Map<String, Object> kept = new TreeMap<>(row);
            kept.keySet().removeIf(key -> key.startsWith("time/") || key.equals("eps") || key.equals("created_at"));
            rows.add(kept);
        });
        return rows;
    }

    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Shows nothing, and ends the run when it has been asked for the time so often: at any moment between two saves. */
    static ProgressLine quiet(int patience) {
        AtomicInteger left = new AtomicInteger(patience);
        return new ProgressLine(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, 80, () -> {
                    if (left.getAndDecrement() == 0) {
                        throw new Killed();
                    }
                    return System.nanoTime();
                });
    }
}
