package dev.reft.examples;

import dev.reft.examples.tasks.TaskRun;
import dev.reft.examples.tasks.Tasks;
import dev.reft.examples.view.ProgressLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a small model from random weights on tasks beyond maths: code with tests, a logic puzzle, extraction into JSON. */
@Command(
        name = "tasks",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains a small model from random weights on code with tests, a logic puzzle and extraction into"
                + " JSON, and prints held-out scores before and after reinforcement.")
public final class ExampleTasks implements Callable<Integer> {
    @Option(names = "--task", paramLabel = "NAME", split = ",", description = "code,puzzle,extraction (default: all)")
    private List<String> tasks = Tasks.names();

    @Option(names = "--out", paramLabel = "DIR", description = "the runs' folder (default: runs/tasks)")
    private Path out = Path.of("runs", "tasks");

    @Mixin
    private final TaskOptions options = new TaskOptions();

    private ExampleTasks() {}

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
        return Commands.run(new ExampleTasks(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        ProgressLine line = ProgressLine.standard();
        for (String task : tasks) {
            List<String> report = TaskRun.go(task, options.plan(Tasks.habit(task)), out.resolve(task), line);
            line.say("");
            report.forEach(line::say);
            line.say("");
        }
        return 0;
    }
}
