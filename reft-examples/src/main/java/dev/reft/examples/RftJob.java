package dev.reft.examples;

import dev.reft.examples.grade.GraderOptions;
import dev.reft.examples.rft.JobData;
import dev.reft.examples.rft.JobFiles;
import dev.reft.examples.rft.JobPlan;
import dev.reft.examples.rft.JobReport;
import dev.reft.examples.rft.JobRun;
import dev.reft.examples.rft.JobSummary;
import dev.reft.examples.rft.WordJob;
import dev.reft.examples.run.ModelFiles;
import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.json.Json;
import dev.reft.graders.judges.UsageMeter;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.Issue;
import dev.reft.graders.openai.OpenAiGrader;
import dev.reft.graders.openai.Preflight;
import dev.reft.graders.openai.RftSetting;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Training;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Runs a job of OpenAI's reinforcement fine-tuning on a local model: the job's JSON, its grader and its JSONL files unchanged. Killed, it
 * goes on where it was when the same command is given again.
 */
@Command(
        name = "rft-job",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs a job of OpenAI's reinforcement fine-tuning on a local model, from its own files.")
public final class RftJob implements Callable<Integer> {
    @Mixin
    private final RftJobOptions options = new RftJobOptions();

    @Mixin
    private final GraderOptions graders = new GraderOptions();

    private RftJob() {}

    /**
     * Runs the program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        // The tokenizer library logs through SLF4J, which would complain that nobody listens.
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
        System.exit(run(arguments));
    }

    /**
     * Runs the program within this process.
     *
     * @param arguments see {@code --help}
     * @return 0 if all steps were done, 4 if the watch stopped the run, 2 for wrong options, jobs or rows, 1 for another failure
     */
    public static int run(String... arguments) {
        return new CommandLine(new RftJob())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    boolean told = failure instanceof IllegalArgumentException
                            || failure instanceof IllegalStateException
                            || failure instanceof IOException
                            || failure instanceof UncheckedIOException
                            || failure instanceof SandboxException
                            || failure instanceof GradingException;
                    if (!told) {
                        throw failure;
                    }
                    String message = failure instanceof IOException ? failure.toString() : failure.getMessage();
                    command.getErr().println(command.getColorScheme().errorText("rft-job: " + message));
                    return failure instanceof IllegalArgumentException ? 2 : 1;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException, SandboxException, InterruptedException {
        ProgressLine line = ProgressLine.standard();
        Path folder = options.out();
        Path file = options.sample() > 0
                ? WordJob.write(folder.resolve("job"), options.sample(), options.seed(null))
                : options.job();
        JobFiles job = JobFiles.read(file, options.training(), options.validation());
        Path warmUp = options.warmUp(file);
        JobData.Form form = new JobData.Form(
                options.chat(), options.textEnd(), options.numbers(job.job(), 1).reasoningEffort());
        JobData data = JobData.read(job, warmUp, options.probes(), form);
        JobPlan plan = options.plan(job, warmUp, data.training().size());
        List<RftSetting> settings = options.settings(job);
        tell(job, plan, data, settings, line);
        UsageMeter meter = new UsageMeter();
        try (ProgramRunner runner = graders.runner(job.text(), 4)) {
            GraderServices services = graders.services(runner, meter);
            Grader grader = job.job().trainingGrader(services);
            preflight(job, services, data, line);
            Path export = folder.resolve("model-" + (job.suffix().isEmpty() ? "tuned" : job.suffix()));
            JobRun.Outcome outcome = train(plan, data, grader, folder, export, line);
            JobSummary.write(folder, job, plan, outcome, export);
            Path report = JobReport.write(folder, plan, data, outcome, settings);
            JobSummary.lines(outcome, export).forEach(line::say);
            line.say("Report: " + report.toAbsolutePath().normalize().toUri());
            return outcome.stopped().isEmpty() ? 0 : 4;
        }
    }

    private static JobRun.Outcome train(
            JobPlan plan, JobData data, Grader grader, Path folder, Path export, ProgressLine line) throws IOException {
        ModelSpec spec = ModelFiles.spec(plan.model(), folder, plan.seed());
        Training training = ModelFiles.training(plan.model(), plan.seed());
        return JobRun.go(plan, data, grader, folder, () -> Models.openPolicy(spec, training), export, line);
    }

    /** What the job asks for and what becomes of it; nothing is dropped without a word. */
    private static void tell(JobFiles job, JobPlan plan, JobData data, List<RftSetting> settings, ProgressLine line) {
        line.say("Job " + job.file() + ": " + data.training().size() + " training rows, "
                + data.validation().size() + " held-out rows");
        String model = job.job().model();
        line.say("  model" + (model.isEmpty() ? "" : " = " + model) + ": here "
                + (plan.model().embedded() ? "the embedded model" : plan.model().path()));
        for (RftSetting setting : settings) {
            line.say("  " + (setting.use() == RftSetting.Use.IGNORED ? "IGNORED " : "") + setting);
        }
        line.say("  " + plan.numbers());
    }

    private static void preflight(JobFiles job, GraderServices services, JobData data, ProgressLine line)
            throws SandboxException, InterruptedException {
        List<Map<String, Object>> items = new ArrayList<>();
        for (int i = 0; i < Math.min(Preflight.ROWS, data.training().size()); i++) {
            Map<String, Object> item =
                    Json.object(data.training().get(i).attributes().get(OpenAiGrader.ITEM));
            if (item != null) {
                items.add(item);
            }
        }
        List<String> errors = new ArrayList<>();
        for (Issue issue : Preflight.check(job.job().grader(), services, items)) {
            if (issue.severity() == Issue.Severity.ERROR) {
                errors.add(issue.toString());
            } else {
                line.say("warning: " + issue);
            }
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(job.file() + ": " + String.join("; ", errors));
        }
    }
}
