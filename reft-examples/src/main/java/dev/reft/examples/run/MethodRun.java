package dev.reft.examples.run;

import dev.reft.examples.view.ProgressLine;
import dev.reft.model.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Several methods from one warm-up, in one folder: each trains, is tested on the same problems, and leaves what it cost. What is finished
 * is not run again. The parts of a run (the warm-up, each method, the votes) may each have a process of their own, so that a method's
 * memory is its own.
 */
public final class MethodRun {
    private static final Map<String, Function<Choice, Method>> METHODS = new LinkedHashMap<>();

    static {
        METHODS.put("sft", choice -> new SftMethod());
        METHODS.put("offline-st", choice -> new OfflineMethod());
        METHODS.put("online-st", choice -> new OnlineMethod());
        METHODS.put("dpo", choice -> new DpoMethod(choice.labelled()));
        METHODS.put("rlhf", choice -> new RlhfMethod(choice.labelled()));
        METHODS.put("rlaif", choice -> new RlaifMethod(choice.labelled()));
        METHODS.put("rlvr", choice -> new RlvrMethod());
        METHODS.put(Stages.PPO, choice -> new ReftMethod());
    }

    /**
     * What is compared beside the plan of a run.
     *
     * @param methods names out of {@link #methods}; {@code ppo} (ReFT) and {@code sft} are always among them
     * @param labelled how many questions have answers that are labelled for a judge, compared for a reward model, or marked
     *     for a reranker, &gt;= 1
     * @param votes answers to each test problem for voting and reranking; 0 for neither
     */
    public record Choice(List<String> methods, int labelled, int votes) {
        /**
         * Checks the names.
         *
         * @throws IllegalArgumentException if one is not known
         */
        public Choice {
            methods = List.copyOf(methods);
            for (String method : methods) {
                if (!METHODS.containsKey(method)) {
                    throw new IllegalArgumentException(
                            "there is no method '" + method + "'; there are " + METHODS.keySet());
                }
            }
            if (labelled < 1) {
                throw new IllegalArgumentException("labelled " + labelled + " must be at least 1");
            }
            if (votes < 0) {
                throw new IllegalArgumentException("votes " + votes + " must not be negative");
            }
        }
    }

    /** Their labels come from {@link dev.reft.examples.data.WorkedAnswer}, which reads answers to the generated problems. */
    private static final Set<String> GENERATED_ONLY = Set.of("dpo", "rlhf", "rlaif");

    /**
     * The methods that can be compared on some data.
     *
     * @param data its kind
     * @return their names
     */
    public static List<String> methods(RunPlan.DataKind data) {
        return METHODS.keySet().stream()
                .filter(name -> data == RunPlan.DataKind.WORDS || !GENERATED_ONLY.contains(name))
                .toList();
    }

    /**
     * Words that the embedded model needs beside those of the problems.
     *
     * @return the words
     */
    public static List<String> words() {
        return JudgeRows.WORDS;
    }

    private final Choice choice;
    private final Stages stages;

    private MethodRun(Choice choice, Stages stages) {
        this.choice = choice;
        this.stages = stages;
    }

    /**
     * The parts of a run that are not finished.
     *
     * @param plan of warm-up, ReFT and SFT continued
     * @param choice what else is compared
     * @param root the run's folder
     * @return their names, in the order in which they have to be run
     * @throws IllegalArgumentException if the folder holds a run of another plan, or a method's labels cannot be had of
     *     the plan's data
     */
    public static List<String> open(RunPlan plan, Choice choice, Path root) {
        checkLabels(plan, choice);
        try (RunFolder folder = opened(plan, choice, root)) {
            Supplier<Policy> none = () -> {
                throw new IllegalStateException("only a run opens its model");
            };
            MethodRun run = new MethodRun(choice, Stages.of(plan, folder, none, ProgressLine.standard()));
            return run.parts().keySet().stream().filter(run::isOpen).toList();
        }
    }

    /**
     * Runs what is left of one part, after those before it.
     *
     * @param plan of warm-up, ReFT and SFT continued
     * @param choice what else is compared
     * @param root the run's folder
     * @param opener opens the model as it is before training
     * @param line shows progress
     * @param part its name
     * @throws IllegalArgumentException if there is no such part, or the folder holds a run of another plan
     */
    public static void part(
            RunPlan plan, Choice choice, Path root, Supplier<Policy> opener, ProgressLine line, String part) {
        checkLabels(plan, choice);
        try (RunFolder folder = opened(plan, choice, root)) {
            Map<String, Runnable> parts = new MethodRun(choice, Stages.of(plan, folder, opener, line)).parts();
            Runnable work = parts.get(part);
            if (work == null) {
                throw new IllegalArgumentException("there is no part '" + part + "'; there are " + parts.keySet());
            }
            work.run();
        }
    }

    /**
     * Runs what is left of a plan in this process, and writes the reports of the run.
     *
     * @param plan of warm-up, ReFT and SFT continued
     * @param choice what else is compared
     * @param root the run's folder
     * @param opener opens the model as it is before training
     * @param line shows progress
     * @return what every method solves, and what it cost
     * @throws IOException if a report cannot be written
     * @throws IllegalArgumentException if the folder holds a run of another plan, or a method's labels cannot be had of
     *     the plan's data
     */
    public static MethodResult go(RunPlan plan, Choice choice, Path root, Supplier<Policy> opener, ProgressLine line)
            throws IOException {
        checkLabels(plan, choice);
        try (RunFolder folder = opened(plan, choice, root)) {
            MethodRun run = new MethodRun(choice, Stages.of(plan, folder, opener, line));
            run.parts().forEach((name, work) -> {
                if (run.isOpen(name)) {
                    work.run();
                }
            });
            new ReftRun(run.stages).report();
            List<String> contestants = run.contestants();
            new MethodReport(run.stages, contestants).write();
            return MethodResult.of(run.stages, contestants, choice.votes());
        }
    }

    private static void checkLabels(RunPlan plan, Choice choice) {
        for (String method : choice.methods()) {
            if (!methods(plan.data().kind()).contains(method)) {
                throw new IllegalArgumentException("the labels of method '" + method
                        + "' are made for generated problems; of " + plan.data().kind() + " data there are "
                        + methods(plan.data().kind()));
            }
        }
    }

    private static RunFolder opened(RunPlan plan, Choice choice, Path root) {
        RunFolder folder = RunFolder.open(root, plan);
        try {
            folder.adopt("methods.json", new Choice(List.of(), choice.labelled(), choice.votes()));
            return folder;
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private List<Method> chosen() {
        List<Method> methods = new ArrayList<>();
        METHODS.forEach((name, make) -> {
            if (choice.methods().contains(name) || name.equals(Stages.SFT) || name.equals(Stages.PPO)) {
                methods.add(make.apply(choice));
            }
        });
        return methods;
    }

    /** The warm-up first, then the methods in the order of the report. */
    private List<String> contestants() {
        List<String> names = new ArrayList<>(List.of(Stages.WARM_UP));
        chosen().forEach(method -> names.add(method.name()));
        return names;
    }

    /** What there is to run: PPO comes right after the warm-up, since others get its time. */
    private Map<String, Runnable> parts() {
        Map<String, Runnable> parts = new LinkedHashMap<>();
        parts.put(Stages.WARM_UP, () -> new ReftRun(stages).begin());
        parts.put(Stages.PPO, () -> stages.run(new ReftMethod()));
        chosen().forEach(method -> parts.putIfAbsent(method.name(), () -> stages.run(method)));
        if (choice.votes() > 0) {
            parts.put(Election.PART, () -> new Election(stages, choice.votes(), choice.labelled()).hold(contestants()));
        }
        return parts;
    }

    private boolean isOpen(String part) {
        if (part.equals(Stages.WARM_UP)) {
            return new ReftRun(stages).hasToBegin();
        }
        if (part.equals(Election.PART)) {
            Ballot ballot = new Ballot(stages, choice.votes());
            return !contestants().stream().allMatch(ballot::complete);
        }
        return stages.isOpen(part, stages.folder().facts(part).isPresent());
    }
}
