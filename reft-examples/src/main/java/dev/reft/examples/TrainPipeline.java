package dev.reft.examples;

import dev.reft.examples.tasks.StylePipeline;
import dev.reft.examples.view.ProgressLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * SFT, DPO and reinforcement with verifiable rewards in one program, on word problems with and without constraints of style. Killed, it
 * goes on where it was when the same command is given again.
 */
@Command(
        name = "pipeline",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains a small model from random weights by SFT, DPO and reinforcement with verifiable rewards,"
                + " and prints maths, constraints, preference and length after each stage.")
public final class TrainPipeline implements Callable<Integer> {
    @Option(
            names = "--dpo",
            paramLabel = "FORM",
            description = "norm (default), plain or kto: what reinforcement starts from")
    private StylePipeline.Form form = StylePipeline.Form.NORM;

    @Option(names = "--both", description = "run plain and length-normalised DPO side by side")
    private boolean both;

    @Option(names = "--kto", description = "run KTO beside, on the same answers marked good or bad one by one")
    private boolean kto;

    @Option(
            names = "--style-weight",
            paramLabel = "W",
            split = ",",
            description = "share of prompts with constraints in reinforcement (default: 0.5); several for a sweep")
    private List<Double> weights = List.of(0.5);

    @Option(
            names = "--pair-prompts",
            paramLabel = "N",
            description = "prompts whose answers are paired (default: 1000)")
    private int pairPrompts = 1000;

    @Option(names = "--pair-samples", paramLabel = "N", description = "answers to each (default: 4)")
    private int pairSamples = 4;

    @Option(names = "--pair-epochs", paramLabel = "N", description = "epochs over the pairs (default: 3)")
    private int pairEpochs = 3;

    @Option(names = "--pair-batch", paramLabel = "N", description = "pairs of a step of DPO (default: 32)")
    private int pairBatch = 32;

    @Option(names = "--pair-rate", paramLabel = "RATE", description = "learning rate of DPO (default: 1e-4)")
    private double pairRate = 1e-4;

    @Option(names = "--out", paramLabel = "DIR", description = "the run's folder (default: runs/pipeline)")
    private Path out = Path.of("runs", "pipeline");

    @Mixin
    private final TaskOptions options = new TaskOptions();

    private TrainPipeline() {}

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
        return Commands.run(new TrainPipeline(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        ProgressLine line = ProgressLine.standard();
        StylePipeline.Options stages = new StylePipeline.Options(
                form, both, kto, pairPrompts, pairSamples, pairEpochs, pairBatch, pairRate, weights);
        List<String> report = StylePipeline.go(options.plan(), stages, out, line);
        line.say("");
        report.forEach(line::say);
        return 0;
    }
}
