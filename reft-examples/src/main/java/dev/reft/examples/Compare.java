package dev.reft.examples;

import dev.reft.examples.run.MethodResult;
import dev.reft.examples.run.MethodRun;
import dev.reft.examples.run.MethodTable;
import dev.reft.examples.run.RunPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.model.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
            description =
                    "questions whose answers are labelled for a judge, compared for a reward model and marked for a"
                            + " reranker (default: 3000)")
    private int labelled = 3000;

    @Option(
            names = "--votes",
            paramLabel = "K",
            description = "answers to each test problem for voting and reranking (default: 8; 0 for neither)")
    private int votes = 8;

    @Option(
            names = "--in-process",
            description =
                    "run all methods in this process: a little faster, but a method's memory then has what earlier ones left")
    private boolean inProcess;

    /** What this program says to the processes of its parts. */
    @Option(names = "--part", hidden = true)
    private String part = "";

    @Option(names = "--only-seed", hidden = true)
    private long onlySeed;

    @Option(names = "--parent", hidden = true)
    private long parent;

    private final List<String> given;

    @Mixin
    private final QuickstartOptions options = new QuickstartOptions();

    private Compare(String... given) {
        this.given = List.of(given);
    }

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
        return Commands.run(new Compare(arguments), arguments);
    }

    @Override
    public Integer call() throws IOException {
        ProgressLine line = ProgressLine.standard();
        List<String> wanted =
                methods.isEmpty() ? MethodRun.methods(options.plan().data().kind()) : methods;
        MethodRun.Choice choice = new MethodRun.Choice(wanted, labelled, votes);
        if (!part.isEmpty()) {
            PartProcess.endWith(parent);
            RunPlan plan = options.plan(onlySeed);
            Path folder = folder(onlySeed);
            MethodRun.part(plan, choice, folder, opener(plan, folder, line), line, part);
            return 0;
        }
        Map<String, MethodResult> results = new LinkedHashMap<>();
        for (long seed : seeds) {
            RunPlan plan = options.plan(seed);
            line.say("Seed " + seed);
            if (!inProcess) {
                int status = inProcesses(seed, MethodRun.open(plan, choice, folder(seed)));
                if (status != 0) {
                    return status;
                }
            }
            results.put(
                    String.valueOf(seed),
                    MethodRun.go(plan, choice, folder(seed), opener(plan, folder(seed), line), line));
        }
        MethodTable table = new MethodTable(results);
        table.write(options.out());
        line.say("");
        table.markdown().forEach(line::say);
        line.say("");
        line.say("Written to "
                + options.out().resolve("comparison.md").toAbsolutePath().normalize()
                + ", and beside it as .json and .html; a page of curves a seed is methods.html in its folder.");
        return 0;
    }

    private Path folder(long seed) {
        return options.out().resolve("seed-" + seed);
    }

    private static Supplier<Policy> opener(RunPlan plan, Path folder, ProgressLine line) throws IOException {
        return PlannedModel.opener(plan, folder, MethodRun.words(), line);
    }

    /** Each part of a seed's run in a process of its own; 0 if all went well. */
    private int inProcesses(long seed, List<String> parts) throws IOException {
        for (String name : parts) {
            List<String> own = new ArrayList<>(given);
            own.addAll(List.of(
                    "--only-seed",
                    String.valueOf(seed),
                    "--part",
                    name,
                    "--parent",
                    String.valueOf(ProcessHandle.current().pid())));
            int status = PartProcess.run(Compare.class, own);
            if (status != 0) {
                return status;
            }
        }
        return 0;
    }
}
