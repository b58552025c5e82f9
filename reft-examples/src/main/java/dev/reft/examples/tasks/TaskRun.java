package dev.reft.examples.tasks;

import dev.reft.examples.data.WordProblems.Part;
import dev.reft.examples.view.ProgressLine;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.ppo.Batches;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.pipeline.Pipeline;
import dev.reft.ppo.pipeline.Stage;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.ppo.statistics.Outcomes;
import dev.reft.ppo.statistics.PairedOutcomes;
import dev.reft.ppo.watch.HeldOutFalls;
import dev.reft.ppo.watch.WatchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A task in two stages, a supervised warm-up on few examples and GRPO on many questions, with the held-out items answered after each.
 * The same call after a kill goes on where it was.
 */
public final class TaskRun {
    /** Of the random weights. These tasks ask for names to be copied from where they stand, which smaller weights learn far too slowly. */
    private static final double DEVIATION = 0.08;

    private static final String WARM_UP = "warm-up";
    private static final String GRPO = "grpo";
    private static final int SHOWN = 3;

    private final Task task;
    private final TaskPlan plan;
    private final Workshop shop;
    private final List<SftExample> examples;
    private final List<Prompt> questions;
    private final List<Prompt> tests;

    private TaskRun(Task task, TaskPlan plan, Supplier<Policy> opener, ProgressLine line) {
        this.task = task;
        this.plan = plan;
        shop = new Workshop(plan, task.maxTokens(), opener, line);
        examples = items(Part.CHAINS, plan.warmUp().examples()).stream()
                .map(Item::example)
                .toList();
        questions = Item.prompts(items(Part.ANSWERS, plan.reinforce().questions()));
        tests = Item.prompts(items(Part.TEST, plan.tests()));
    }

    private List<Item> items(Part part, int count) {
        return Item.draw(plan.seed(), part, count, task::draw);
    }

    /**
     * Runs what is left of a task.
     *
     * @param name of the task, out of {@link Tasks#names()}
     * @param plan sizes and rates
     * @param root the run's folder
     * @param line shows progress
     * @return the lines of the report, which is also written as {@code report.md}
     * @throws IOException if the model or the report cannot be written
     * @throws IllegalArgumentException if there is no such task
     */
    public static List<String> go(String name, TaskPlan plan, Path root, ProgressLine line) throws IOException {
        try (Task task = Tasks.open(name)) {
            return go(task, plan, root, opener(task, plan, root), line);
        }
    }

    static Supplier<Policy> opener(Task task, TaskPlan plan, Path root) throws IOException {
        return Workshop.opener(plan, root, task.words(), DEVIATION);
    }

    static List<String> go(Task task, TaskPlan plan, Path root, Supplier<Policy> opener, ProgressLine line)
            throws IOException {
        Pipeline pipeline = Pipeline.open(root.resolve("stages"));
        TaskRun run = new TaskRun(task, plan, opener, line);
        Map<String, String> inputs = Map.of(
                "task",
                task.name(),
                "questions",
                Workshop.fingerprint(run.examples, run.questions),
                "tests",
                Workshop.fingerprint(List.of(), run.tests));
        Path before = pipeline.run(new Stage(WARM_UP, plan.warmUpConfig(), inputs, List.of(), run::warmUp));
        Path after = pipeline.run(new Stage(GRPO, plan.reinforceConfig(), inputs, List.of(WARM_UP), run::reinforce));
        List<String> report = new ArrayList<>(run.report(Examination.read(before), Examination.read(after)));
        report.add("");
        report.addAll(Learning.watched(GRPO, after));
        AtomicFiles.writeText(root.resolve("report.md"), String.join("\n", report) + "\n");
        return report;
    }

    private void warmUp(StageContext context) {
        try (Policy policy = shop.opener().get()) {
            new Learning(shop).imitate(context, policy, examples);
            examine(policy).writeTo(context.output());
        }
    }

    private void reinforce(StageContext context) {
        Batches<Prompt> batches = Batches.of(questions, plan.reinforce().prompts(), shop.seed("questions"));
        try (Policy policy = shop.from(context.parent(WARM_UP))) {
            Learning.Course course = new Learning.Course(
                    batches::at,
                    task.grader(),
                    model -> Map.of(HeldOutFalls.HELD_OUT, examine(model).score()),
                    Workshop.texts(examples),
                    WatchRule.defaults());
            new Learning(shop).reinforce(context, policy, course);
            examine(policy).writeTo(context.output());
        }
    }

    private Examination examine(Sampler model) {
        return Examination.of(shop.examine(model, task.grader(), tests));
    }

    private List<String> report(Examination before, Examination after) {
        List<String> lines = new ArrayList<>();
        lines.add("Task " + task.name() + ", " + tests.size() + " held-out items:");
        lines.add("");
        lines.add("| after | score | solved % | tokens |");
        lines.add("|---|---|---|---|");
        lines.add(row(WARM_UP, before));
        lines.add(row(GRPO, after));
        lines.add("");
        TreeSet<String> parts = new TreeSet<>();
        before.answers().forEach(a -> parts.addAll(a.parts().keySet()));
        after.answers().forEach(a -> parts.addAll(a.parts().keySet()));
        for (String part : parts) {
            lines.add(String.format(
                    Locale.ROOT, "- %s: %.3f, then %.3f", part, before.part(part, ""), after.part(part, "")));
        }
        double p = PairedOutcomes.of(outcomes(after), outcomes(before)).mcNemar();
        lines.add(String.format(Locale.ROOT, "- solved, paired by item (McNemar, exact): p = %.2g", p));
        for (int i = 0; i < Math.min(SHOWN, tests.size()); i++) {
            lines.add("- " + ((Prompt.Input.Text) tests.get(i).input()).text() + " **"
                    + before.answers().get(i).text() + "**, then **"
                    + after.answers().get(i).text() + "**");
        }
        return lines;
    }

    private static Outcomes outcomes(Examination examination) {
        Map<String, Boolean> solved = new LinkedHashMap<>();
        examination.answers().forEach(a -> solved.put(a.id(), a.score() >= 1));
        return Outcomes.of(solved);
    }

    private static String row(String name, Examination e) {
        return String.format(Locale.ROOT, "| %s | %.3f | %.1f | %.1f |", name, e.score(), 100 * e.solved(), e.length());
    }
}
