package dev.reft.examples;

import dev.reft.examples.tasks.ChoiceHacking;
import dev.reft.examples.view.ProgressLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows how multiple choice invites hacking: the reward pays the letter only, then the letter and the reasoning. */
@Command(
        name = "choice-hack",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Reinforces a small model on multiple choice, paying the letter alone, then letter and reasoning;"
                + " counts right letters with wrong reasoning and prints what the watch warns of.")
public final class ChoiceHack implements Callable<Integer> {
    @Option(names = "--out", paramLabel = "DIR", description = "the run's folder (default: runs/choice-hack)")
    private Path out = Path.of("runs", "choice-hack");

    @Mixin
    private final TaskOptions options = new TaskOptions();

    private ChoiceHack() {}

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
        return Commands.run(new ChoiceHack(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        ProgressLine line = ProgressLine.standard();
        List<String> report = ChoiceHacking.go(options.plan(), out, line);
        line.say("");
        report.forEach(line::say);
        return 0;
    }
}
