package dev.reft.examples;

import dev.reft.examples.run.MethodRun;
import dev.reft.examples.run.RunPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.io.AtomicFiles;
import dev.reft.ppo.statistics.Outcomes;
import dev.reft.ppo.statistics.SeedTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Compares methods on one task over several seeds: each starts from the same warm-up and is tested on the same problems. Killed, it goes
 * on where it was when the same command is given again.
 */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains a language model by several methods from one warm-up, over several seeds, and compares"
                + " accuracy (paired tests), labels needed, time and memory.")
public final class Compare implements Callable<Integer> {
    @Option(
            names = "--methods",
            paramLabel = "NAME",
            split = ",",
            description =
                    "methods beside ReFT and SFT continued, such as rlvr,rlaif; default: all that the data has labels for")
    private List<String> methods = List.of();

    @Option(names = "--seeds", paramLabel = "N", split = ",", description = "default: 1,2,3,4,5")
    private List<Long> seeds = List.of(1L, 2L, 3L, 4L, 5L);

    @Option(
            names = "--labelled",
            paramLabel = "N",
            description = "answers labelled for a judge, and compared for a reward model (default: 4000)")
    private int labelled = 4000;

    @Option(
            names = "--votes",
            paramLabel = "K",
            description = "answers to each test problem for voting and reranking (default: 16; 0 for neither)")
    private int votes = 16;

    @Mixin
    private final QuickstartOptions options = new QuickstartOptions();

    private Compare() {}

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
        return Commands.run(new Compare(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        ProgressLine line = ProgressLine.standard();
        List<String> wanted =
                methods.isEmpty() ? MethodRun.methods(options.plan().data().kind()) : methods;
        MethodRun.Choice choice = new MethodRun.Choice(wanted, labelled, votes);
        Map<String, Map<String, Outcomes>> outcomes = new LinkedHashMap<>();
        Map<String, Map<String, Outcomes>> voted = new LinkedHashMap<>();
        Map<String, Map<String, Outcomes>> reranked = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        for (long seed : seeds) {
            RunPlan plan = options.plan(seed);
            Path folder = options.out().resolve("seed-" + seed);
            MethodRun.Result result = MethodRun.go(
                    plan, choice, folder, PlannedModel.opener(plan, folder, MethodRun.words(), line), line);
            outcomes.put(String.valueOf(seed), result.outcomes());
            voted.put(String.valueOf(seed), result.voted());
            reranked.put(String.valueOf(seed), result.reranked());
            lines.add("");
            lines.add("Seed " + seed + ":");
            lines.add("");
            lines.add("| method | labels | seconds | resident MiB | more |");
            lines.add("|---|---|---|---|---|");
            lines.addAll(result.costs());
        }
        List<String> table = new ArrayList<>(new SeedTable(outcomes).markdown());
        if (votes > 0) {
            section(table, "The commonest of " + votes + " answers to each problem:", voted);
            section(table, "The one of " + votes + " answers that the reranker likes best:", reranked);
        }
        table.addAll(lines);
        Path report = options.out().resolve("comparison.md");
        AtomicFiles.writeText(report, String.join("\n", table) + "\n");
        line.say("");
        table.forEach(line::say);
        line.say("");
        line.say("Written to " + report.toAbsolutePath().normalize());
        return 0;
    }

    private static void section(List<String> table, String heading, Map<String, Map<String, Outcomes>> outcomes) {
        table.add("");
        table.add(heading);
        table.add("");
        table.addAll(new SeedTable(outcomes).markdown());
    }
}
