package dev.reft.examples;

import dev.reft.examples.run.ReftRun;
import dev.reft.examples.run.RunPlan;
import dev.reft.examples.view.ProgressLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The command that the README shows first. Without options a small model learns generated word problems from nothing in a few
 * minutes; with options the same program trains a real model on real data. Killed, it goes on where it was when the same
 * command is given again.
 */
@Command(
        name = "reft",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Warms a language model up on chains of thought, improves it by PPO on checked answers (ReFT), and"
                        + " compares with supervised training of the same length.")
public final class Quickstart implements Callable<Integer> {
    @Mixin
    private final QuickstartOptions options = new QuickstartOptions();

    private Quickstart() {}

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
        return Commands.run(new Quickstart(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        RunPlan plan = options.plan();
        Path folder = options.out();
        ProgressLine line = ProgressLine.standard();
        Path report = ReftRun.go(plan, folder, PlannedModel.opener(plan, folder, List.of(), line), line);
        line.say("");
        line.say("Report: " + report.toAbsolutePath().normalize().toUri());
        return 0;
    }
}
