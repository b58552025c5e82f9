package dev.reft.examples;

import dev.reft.examples.grade.GradeRows;
import dev.reft.examples.grade.GradeSummary;
import dev.reft.examples.grade.GraderOptions;
import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.judges.UsageMeter;
import dev.reft.graders.openai.GraderDefinition;
import dev.reft.graders.openai.GraderRun;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.Issue;
import dev.reft.graders.openai.JsonLines;
import dev.reft.graders.openai.Preflight;
import dev.reft.graders.openai.Validation;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.GradingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Grades a JSONL file of samples with a grader of OpenAI's JSON, and prints a summary. */
@Command(
        name = "grade-file",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Grades each row of a JSONL file with a grader of OpenAI's JSON and writes OpenAI's answers, one a line.")
public final class GradeFile implements Callable<Integer> {
    @Option(names = "--grader", paramLabel = "FILE", required = true, description = "the grader's JSON")
    private Path grader = Path.of("");

    @Option(
            names = "--samples",
            paramLabel = "FILE",
            required = true,
            description =
                    "JSONL; each row has model_sample (text, or an object with output_text, output_tools, ...) and item")
    private Path samples = Path.of("");

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "where the results go, as JSONL")
    private Path out = Path.of("");

    @Option(names = "--strict", description = "refuse a grader that OpenAI would refuse")
    private boolean strict;

    @Option(names = "--field-sample", paramLabel = "NAME", description = "default: model_sample")
    private String sampleField = "model_sample";

    @Option(
            names = "--field-item",
            paramLabel = "NAME",
            description = "default: item; where a row lacks it, its other fields are the item")
    private String itemField = "item";

    @Option(names = "--threads", paramLabel = "N", description = "rows at once (default: 4)")
    private int threads = 4;

    @Option(names = "--time-limit", paramLabel = "SECONDS", description = "of one row (default: 600)")
    private double seconds = 600;

    @Option(
            names = "--max-stuck",
            paramLabel = "N",
            description = "stop when so many graders did not end within two seconds of being interrupted (default: 10)")
    private int maxStuck = 10;

    @Mixin
    private final GraderOptions services = new GraderOptions();

    private GradeFile() {}

    /**
     * Runs the program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /**
     * Runs the program within this process.
     *
     * @param arguments see {@code --help}
     * @return 0 if all rows were graded, 3 if something failed on some of them, 2 for wrong options, graders or rows, 1 for
     *     another failure
     */
    public static int run(String... arguments) {
        return new CommandLine(new GradeFile())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    boolean told = failure instanceof IllegalArgumentException
                            || failure instanceof IOException
                            || failure instanceof UncheckedIOException
                            || failure instanceof SandboxException
                            || failure instanceof GradingException;
                    if (!told) {
                        throw failure;
                    }
                    command.getErr().println(command.getColorScheme().errorText("grade-file: " + message(failure)));
                    return failure instanceof IllegalArgumentException ? 2 : 1;
                })
                .execute(arguments);
    }

    private static String message(Exception failure) {
        return failure instanceof IOException ? failure.toString() : String.valueOf(failure.getMessage());
    }

    @Override
    public Integer call() throws IOException, SandboxException, InterruptedException {
        ProgressLine line = ProgressLine.standard();
        String json = Files.readString(grader);
        Validation validation = GraderDefinition.validate(json);
        for (Issue issue : validation.issues()) {
            if (issue.severity() != Issue.Severity.ERROR) {
                line.say(issue.severity().name().toLowerCase(Locale.ROOT) + ": " + issue);
            }
        }
        if (strict && !validation.isValid()) {
            throw new IllegalArgumentException(grader + " is not a grader that OpenAI would take");
        }
        GraderDefinition definition = GraderDefinition.read(json);
        List<JsonLines.Row> rows = JsonLines.read(samples);
        Path target = out.toAbsolutePath();
        if (target.getParent() != null) {
            Files.createDirectories(target.getParent());
        }
        UsageMeter meter = new UsageMeter();
        try (ProgramRunner runner = services.runner(json, threads)) {
            GraderServices found = services.services(runner, meter);
            GraderRun run = new GraderRun(definition, found);
            GradeRows grading = new GradeRows(
                    run, threads, Duration.ofNanos(Math.round(seconds * 1e9)), maxStuck, sampleField, itemField);
            preflight(definition, found, rows, grading, line);
            GradeSummary summary = grading.grade(rows, target, line);
            summary.lines().forEach(line::say);
            if (services.priced()) {
                line.say(String.format(Locale.ROOT, "%-28s %.4f", "cost", meter.cost()));
            }
            line.say("Results: " + target.normalize().toUri());
            return summary.flagged() == 0 ? 0 : 3;
        }
    }

    /** What would fail at every row is told before the first. */
    private static void preflight(
            GraderDefinition definition,
            GraderServices services,
            List<JsonLines.Row> rows,
            GradeRows grading,
            ProgressLine line)
            throws SandboxException, InterruptedException {
        List<Map<String, Object>> items =
                rows.stream().limit(Preflight.ROWS).map(grading::item).toList();
        for (Issue issue : Preflight.check(definition, services, items)) {
            line.say("warning: " + issue);
        }
    }
}
