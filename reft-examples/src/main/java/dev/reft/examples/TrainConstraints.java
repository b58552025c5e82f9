package dev.reft.examples;

import dev.reft.examples.tasks.ConstraintRun;
import dev.reft.examples.view.ProgressLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Generates prompts with constraints, decontaminates them, and trains on them with samples drawn beside the updates. */
@Command(
        name = "constraints",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Generates prompts with checkable constraints, takes out those that hold test prompts, and reinforces a"
                        + " small model on the rest, sampling beside the updates.")
public final class TrainConstraints implements Callable<Integer> {
    @Option(names = "--out", paramLabel = "DIR", description = "the run's folder (default: runs/constraints)")
    private Path out = Path.of("runs", "constraints");

    @Mixin
    private final TaskOptions options = new TaskOptions();

    private TrainConstraints() {}

    /**
     * Runs the program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        Commands.quiet();
        System.exit(run(arguments));
    }

    /**
     * Runs the program within this process.
     *
     * @param arguments see {@code --help}
     * @return 0 if all went well, 2 for wrong options, 1 for another failure
     */
    public static int run(String... arguments) {
        return Commands.run(new TrainConstraints(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        ProgressLine line = ProgressLine.standard();
        List<String> report = ConstraintRun.go(options.plan(), out, line);
        line.say("");
        report.forEach(line::say);
        return 0;
    }
}
