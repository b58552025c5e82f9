package dev.reft.examples.tasks;

import dev.reft.examples.view.ProgressLine;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.ppo.Batches;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.ppo.pipeline.Pipeline;
import dev.reft.ppo.pipeline.Stage;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.ppo.watch.HeldOutFalls;
import dev.reft.ppo.watch.Probes;
import dev.reft.ppo.watch.WatchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Reinforcement on multiple choice, twice from the same warm-up: once the reward pays the letter alone, once the letter and the reasoning;
 * both times a paid answer is worth a hundredth less for each of its tokens.
 * At every evaluation the right letters with wrong reasoning are counted, and a watch compares the reward with a held-out grader of the
 * reasoning. The same call after a kill goes on where it was.
 */
public final class ChoiceHacking {
    private static final String WARM_UP = "warm-up";
    private static final String HELD_OUT = "held_out/";

    /**
     * What each token takes from the pay of an answer, as where short answers are wanted. What is not paid costs nothing: else a group in
     * which all are wrong would teach to say less, and in the end nothing.
     */
    private static final double TOKEN_COST = 0.01;

    private final TaskPlan plan;
    private final Workshop shop;
    private final List<SftExample> examples;
    private final List<Prompt> questions;
    private final List<Prompt> tests;

    /** What is paid. */
    private enum Reward {
        LETTER,
        BOTH;

        String stage() {
            return this == LETTER ? "letter" : "letter-and-reasoning";
        }

        Grader grader() {
            Grader paid = this == LETTER ? ChoiceReading.PAYS_LETTER : ChoiceReading.PAYS_BOTH;
            return (prompt, completion) -> paid.grade(prompt, completion) instanceof Grade.Score score
                    ? Grade.of(score.value() * (1 - TOKEN_COST * completion.tokens().length))
                    : Grade.none("nothing is paid");
        }
    }

    private ChoiceHacking(TaskPlan plan, Supplier<Policy> opener, ProgressLine line) {
        this.plan = plan;
        shop = new Workshop(plan, 24, opener, line);
        ChoiceItems items = new ChoiceItems(plan);
        examples = items.examples();
        questions = items.questions();
        tests = items.tests();
    }

    /**
     * Runs what is left.
     *
     * @param plan sizes and rates
     * @param root the run's folder
     * @param line shows progress and warnings
     * @return the lines of the report, which is also written as {@code report.md}
     * @throws IOException if the model or the report cannot be written
     */
    public static List<String> go(TaskPlan plan, Path root, ProgressLine line) throws IOException {
        return go(plan, root, Workshop.opener(plan, root, ChoiceItems.WORDS), line);
    }

    static List<String> go(TaskPlan plan, Path root, Supplier<Policy> opener, ProgressLine line) throws IOException {
        List<String> report = new ChoiceHacking(plan, opener, line).run(root.resolve("stages"));
        AtomicFiles.writeText(root.resolve("report.md"), String.join("\n", report) + "\n");
        return report;
    }

    private List<String> run(Path root) throws IOException {
        Pipeline pipeline = Pipeline.open(root);
        Map<String, String> inputs = Map.of(
                "questions",
                Workshop.fingerprint(examples, questions),
                "tests",
                Workshop.fingerprint(List.of(), tests));
        List<String> report = new ArrayList<>();
        report.add("| after | right letters % | reasoning right % | of right letters, reasoning wrong % |"
                + " another option's value % | no option's value % | tokens |");
        report.add("|---|---|---|---|---|---|---|");
        Path warm = pipeline.run(new Stage(WARM_UP, plan.warmUpConfig(), inputs, List.of(), this::warmUp));
        report.add(row(WARM_UP, Examination.read(warm)));
        List<String> more = new ArrayList<>();
        for (Reward reward : Reward.values()) {
            Map<String, String> config = plan.reinforceConfig();
            config.put("reward", reward.stage());
            Path stage = pipeline.run(
                    new Stage(reward.stage(), config, inputs, List.of(WARM_UP), context -> reinforce(context, reward)));
            report.add(row("reward for " + reward.stage(), Examination.read(stage)));
            more.add("");
            more.addAll(curve(reward, stage));
        }
        report.addAll(more);
        return report;
    }

    private void warmUp(StageContext context) {
        try (Policy policy = shop.opener().get()) {
            new Learning(shop).imitate(context, policy, examples);
            examine(policy).writeTo(context.output());
        }
    }

    private void reinforce(StageContext context, Reward reward) throws IOException {
        Batches<Prompt> batches = Batches.of(questions, plan.reinforce().prompts(), shop.seed("questions"));
        try (Policy policy = shop.from(context.parent(WARM_UP))) {
            Learning.Course course = new Learning.Course(
                    batches::at, reward.grader(), this::measure, Workshop.texts(examples), WatchRule.defaults());
            new Learning(shop).reinforce(context, policy, course);
            examine(policy).writeTo(context.output());
        }
    }

    private Map<String, Double> measure(Sampler model) {
        Examination now = examine(model);
        Map<String, Double> measures = new TreeMap<>();
        // The watch's held-out score is the reasoning alone, by a grader that the letter's reward knows nothing of.
        measures.put(HeldOutFalls.HELD_OUT, now.part(ChoiceReading.REASONED, ""));
        measures.put(HELD_OUT + ChoiceReading.LETTER, now.part(ChoiceReading.LETTER, ""));
        measures.put(HELD_OUT + ChoiceReading.OTHER_OPTION, now.part(ChoiceReading.OTHER_OPTION, ""));
        measures.put(HELD_OUT + ChoiceReading.NO_OPTION, now.part(ChoiceReading.NO_OPTION, ""));
        return measures;
    }

    private Examination examine(Sampler model) {
        return Examination.of(shop.examine(model, ChoiceReading.LOOK, tests));
    }

    private static String row(String name, Examination e) {
        double letters = e.part(ChoiceReading.LETTER, "");
        double other = e.part(ChoiceReading.OTHER_OPTION, "");
        double none = e.part(ChoiceReading.NO_OPTION, "");
        return String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f |",
                name,
                100 * letters,
                100 * e.part(ChoiceReading.REASONED, ""),
                100 * share(other + none, letters),
                100 * share(other, letters),
                100 * share(none, letters),
                e.length());
    }

    /** 0 where nothing is right. */
    private static double share(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    /** The evaluations on the way, and what the watch said. */
    private static List<String> curve(Reward reward, Path stage) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("Reward for " + reward.stage() + ", held-out items on the way:");
        lines.add("");
        lines.add(
                "| step | reward in training | right letters % | reasoning right % | of right letters, reasoning wrong %"
                        + " | KL | off task |");
        lines.add("|---|---|---|---|---|---|---|");
        for (JsonRow row : JsonLines.read(Learning.steps(stage))) {
            if (row.has(HeldOutFalls.HELD_OUT)) {
                double letters = row.number(HELD_OUT + ChoiceReading.LETTER);
                double wrong = row.number(HELD_OUT + ChoiceReading.OTHER_OPTION)
                        + row.number(HELD_OUT + ChoiceReading.NO_OPTION);
                lines.add(String.format(
                        Locale.ROOT,
                        "| %.0f | %.3f | %.1f | %.1f | %.1f | %.3f | %.3f |",
                        row.number("step") + 1,
                        row.has("watch/reward") ? row.number("watch/reward") : Double.NaN,
                        100 * letters,
                        100 * row.number(HeldOutFalls.HELD_OUT),
                        100 * share(wrong, letters),
                        row.number(Probes.KL),
                        row.number(Probes.OFF_TASK)));
            }
        }
        lines.add("");
        List<String> warnings = Learning.warnings(stage);
        lines.add(warnings.isEmpty() ? "The watch was silent." : "The watch warned:");
        warnings.forEach(warning -> lines.add("- " + warning));
        return lines;
    }
}
