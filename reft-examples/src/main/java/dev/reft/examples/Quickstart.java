package dev.reft.examples;

import dev.reft.examples.run.ModelFiles;
import dev.reft.examples.run.ReftRun;
import dev.reft.examples.run.RunPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.model.MemoryLoad;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import picocli.CommandLine;
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
     * @return 0 if all went well, 2 for wrong options, 1 for another failure
     */
    public static int run(String... arguments) {
        return new CommandLine(new Quickstart())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    boolean told = failure instanceof IllegalArgumentException
                            || failure instanceof IllegalStateException
                            || failure instanceof UncheckedIOException;
                    if (!told) {
                        throw failure;
                    }
                    command.getErr().println(command.getColorScheme().errorText("reft: " + failure.getMessage()));
                    return failure instanceof IllegalArgumentException ? 2 : 1;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        RunPlan plan = options.plan();
        Path folder = options.out();
        ProgressLine line = ProgressLine.standard();
        ModelSpec spec = ModelFiles.spec(plan.model(), folder, plan.seed());
        Training training = ModelFiles.training(plan.model(), plan.seed());
        AtomicBoolean told = new AtomicBoolean();
        Supplier<Policy> opener = () -> {
            if (!told.getAndSet(true)) {
                tellMemory(spec, training, plan, line);
            }
            return Models.openPolicy(spec, training);
        };
        Path report = ReftRun.go(plan, folder, opener, line);
        line.say("");
        line.say("Report: " + report.toAbsolutePath().normalize().toUri());
        return 0;
    }

    private static void tellMemory(ModelSpec spec, Training training, RunPlan plan, ProgressLine line) {
        MemoryLoad load = ReftRun.memoryLoad(plan);
        Models.estimate(spec, training, load)
                .ifPresent(estimate -> line.say(
                        "Engine's memory for rows of up to " + load.rowTokens() + " tokens: about " + estimate));
    }
}
