package dev.reft.examples.run;

import dev.reft.examples.view.ProgressLine;
import dev.reft.model.Policy;
import dev.reft.ppo.statistics.Outcomes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Several methods from one warm-up, in one folder: each trains, is tested on the same problems, and leaves what it cost. A method that
 * is finished is not run again.
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
     * What came of a run.
     *
     * @param outcomes method, the warm-up first and ReFT last, to what it solves of the test
     * @param voted the same for the commonest of several answers; empty if there was no vote
     * @param reranked the same for the answer that the reranker likes best; empty if there was no vote
     * @param costs one line of a table a method: labels, seconds, memory, and what else is known
     */
    public record Result(
            Map<String, Outcomes> outcomes,
            Map<String, Outcomes> voted,
            Map<String, Outcomes> reranked,
            List<String> costs) {}

    /**
     * Runs what is left of a plan.
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
    public static Result go(RunPlan plan, Choice choice, Path root, Supplier<Policy> opener, ProgressLine line)
            throws IOException {
        for (String method : choice.methods()) {
            if (!methods(plan.data().kind()).contains(method)) {
                throw new IllegalArgumentException("the labels of method '" + method
                        + "' are made for generated problems; of " + plan.data().kind() + " data there are "
                        + methods(plan.data().kind()));
            }
        }
        try (RunFolder folder = RunFolder.open(root, plan)) {
            folder.adopt("methods.json", new Choice(List.of(), choice.labelled(), choice.votes()));
            return new MethodRun(choice, Stages.of(plan, folder, opener, line)).run();
        }
    }

    private Result run() throws IOException {
        new ReftRun(stages).run();
        List<Method> methods = new ArrayList<>();
        METHODS.forEach((name, make) -> {
            if (choice.methods().contains(name) || name.equals("sft") || name.equals(Stages.PPO)) {
                methods.add(make.apply(choice));
            }
        });
        Map<String, Outcomes> outcomes = new LinkedHashMap<>();
        outcomes.put(Stages.WARM_UP, outcomes(Stages.WARM_UP));
        List<String> costs = new ArrayList<>();
        for (Method method : methods) {
            Facts facts = stages.run(method);
            outcomes.put(method.name(), outcomes(method.name()));
            costs.add(row(method, facts));
        }
        new MethodReport(stages, List.copyOf(outcomes.keySet())).write();
        Map<String, Outcomes> voted = new LinkedHashMap<>();
        Map<String, Outcomes> reranked = new LinkedHashMap<>();
        if (choice.votes() > 0) {
            List<String> contestants = List.copyOf(outcomes.keySet());
            new Election(stages, choice.votes(), choice.labelled()).hold(contestants);
            for (String contestant : contestants) {
                voted.put(contestant, outcomes(contestant + Ballot.VOTE));
                reranked.put(contestant, outcomes(contestant + Ballot.RERANK));
            }
        }
        return new Result(outcomes, voted, reranked, costs);
    }

    private Outcomes outcomes(String contestant) {
        Map<String, Boolean> right = new LinkedHashMap<>();
        for (Answer answer : stages.folder().answers(Examiner.name(contestant, RunData.TEST))) {
            // Another seed generates another problem under the same id; a file's problem is the same under every seed.
            boolean generated = stages.plan().data().kind() == RunPlan.DataKind.WORDS;
            right.put((generated ? stages.plan().seed() + "/" : "") + answer.id(), answer.right());
        }
        return Outcomes.of(right);
    }

    private static String row(Method method, Facts facts) {
        StringBuilder more = new StringBuilder();
        facts.measures()
                .forEach((name, value) -> more.append(more.length() == 0 ? "" : ", ")
                        .append(String.format(Locale.ROOT, "%s %.3g", name, value)));
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.0f | %.0f | %s |",
                method.name(),
                facts.labels(),
                facts.seconds(),
                facts.residentMegabytes(),
                more);
    }
}
