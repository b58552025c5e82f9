package dev.reft.examples.tasks;

import dev.reft.examples.data.OffTaskTexts;
import dev.reft.examples.view.ProgressLine;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.ppo.data.Mixture;
import dev.reft.ppo.pipeline.Pipeline;
import dev.reft.ppo.pipeline.Stage;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.ppo.watch.HeldOutFalls;
import dev.reft.ppo.watch.Probes;
import dev.reft.ppo.watch.WatchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * SFT, DPO on pairs of the model's own answers (and KTO on the same answers), and reinforcement with verifiable rewards, one after the
 * other, on word problems with and without constraints of style. Every stage is tested, every checkpoint says where it came from, and the same call after a kill
 * goes on where it was.
 */
public final class StylePipeline {
    private static final String SFT = "sft";
    private static final int PROBED = 64;

    private final TaskPlan plan;
    private final Options options;
    private final Workshop shop;
    private final StyledProblems data;
    private final List<SftExample> examples;
    private final List<Prompt> tests;

    /** How preferences are learned from. */
    public enum Form {
        /** DPO by sums of log-probabilities. */
        PLAIN,
        /** DPO by sums divided by the answer's length, as Tulu 3 has it. */
        NORM,
        /** KTO, from answers marked good or bad one by one. */
        KTO;

        String stage() {
            return this == KTO ? "kto" : "dpo-" + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What the stages after SFT do.
     *
     * @param form what reinforcement goes on from
     * @param both whether both forms of DPO are run, side by side
     * @param kto whether KTO is run beside them
     * @param pairPrompts prompts whose answers are paired, half of each set, &gt;= 2
     * @param pairSamples answers to each, &gt;= 2
     * @param pairEpochs over the pairs, &gt;= 1
     * @param pairBatch pairs of a step, &gt;= 1
     * @param pairRate learning rate of DPO
     * @param styleWeights shares of the set with constraints in reinforcement, in (0, 1); one run for each
     */
    public record Options(
            Form form,
            boolean both,
            boolean kto,
            int pairPrompts,
            int pairSamples,
            int pairEpochs,
            int pairBatch,
            double pairRate,
            List<Double> styleWeights) {
        /** Checks the numbers. */
        public Options {
            styleWeights = List.copyOf(styleWeights);
            if (pairPrompts < 2 || pairSamples < 2 || pairEpochs < 1 || pairBatch < 1) {
                throw new IllegalArgumentException("pairs of " + pairSamples + " answers to " + pairPrompts
                        + " prompts, " + pairEpochs + " epochs in batches of " + pairBatch);
            }
            for (double weight : styleWeights) {
                if (!(weight > 0 && weight < 1)) {
                    throw new IllegalArgumentException("weight " + weight + " of style must be between 0 and 1");
                }
            }
            if (styleWeights.isEmpty()
                    || styleWeights.stream().map(StylePipeline::rlvr).distinct().count() < styleWeights.size()) {
                throw new IllegalArgumentException("weights of style " + styleWeights + " must differ by a hundredth");
            }
        }

        boolean runs(Form other) {
            return other == form || (other == Form.KTO ? kto : both);
        }
    }

    private StylePipeline(TaskPlan plan, Options options, Supplier<Policy> opener, ProgressLine line) {
        this.plan = plan;
        this.options = options;
        shop = new Workshop(plan, 24, opener, line);
        data = new StyledProblems(plan);
        examples = data.examples();
        tests = data.tests();
    }

    /**
     * Runs what is left.
     *
     * @param plan sizes and rates
     * @param options of DPO and reinforcement
     * @param root the run's folder
     * @param line shows progress
     * @return the lines of the report, which is also written as {@code report.md}
     * @throws IOException if the model or the report cannot be written
     */
    public static List<String> go(TaskPlan plan, Options options, Path root, ProgressLine line) throws IOException {
        return go(plan, options, root, Workshop.opener(plan, root, StyledProblems.WORDS), line);
    }

    static List<String> go(TaskPlan plan, Options options, Path root, Supplier<Policy> opener, ProgressLine line)
            throws IOException {
        List<String> report = new StylePipeline(plan, options, opener, line).run(root.resolve("stages"));
        AtomicFiles.writeText(root.resolve("report.md"), String.join("\n", report) + "\n");
        return report;
    }

    private List<String> run(Path root) {
        Pipeline pipeline = Pipeline.open(root);
        Map<String, String> inputs = Map.of(
                "examples", Workshop.fingerprint(examples, List.of()), "tests", Workshop.fingerprint(List.of(), tests));
        StageTable table = new StageTable();
        Path sft = pipeline.run(new Stage(SFT, plan.warmUpConfig(), inputs, List.of(), this::sft));
        table.add(SFT, Learning.examined(sft), "");
        List<String> more = new ArrayList<>();
        Map<String, Examination> forms = new LinkedHashMap<>();
        for (Form form : Form.values()) {
            if (options.runs(form)) {
                Path stage = pipeline.run(
                        new Stage(form.stage(), pairConfig(), inputs, List.of(SFT), context -> prefer(context, form)));
                table.add(form.stage(), Learning.examined(stage), SFT);
                forms.put(form.stage(), Examination.read(stage));
                more.add(lengths(form, stage));
            }
        }
        for (double weight : options.styleWeights()) {
            Map<String, String> config = plan.reinforceConfig();
            config.put("styleWeight", String.valueOf(weight));
            String name = rlvr(weight);
            Path rlvr = pipeline.run(new Stage(
                    name, config, inputs, List.of(options.form().stage()), context -> reinforce(context, weight)));
            table.add(name, Learning.examined(rlvr), options.form().stage());
            more.add(rewards(name, rlvr));
            more.addAll(Learning.watched(name, rlvr));
        }
        List<String> report = new ArrayList<>(table.lines());
        report.add("");
        report.addAll(LengthBins.lines(SFT, Examination.read(sft), forms));
        report.add("");
        report.addAll(more);
        return report;
    }

    private static String rlvr(double styleWeight) {
        return "rlvr-style-" + Math.round(100 * styleWeight);
    }

    private Map<String, String> pairConfig() {
        Map<String, String> config = plan.warmUpConfig();
        config.remove("warmUp"); // it is in the parent
        config.put("prompts", String.valueOf(options.pairPrompts()));
        config.put("questions", String.valueOf(plan.reinforce().questions()));
        config.put("samples", String.valueOf(options.pairSamples()));
        config.put("epochs", String.valueOf(options.pairEpochs()));
        config.put("batch", String.valueOf(options.pairBatch()));
        config.put("rate", String.valueOf(options.pairRate()));
        return config;
    }

    private void sft(StageContext context) {
        try (Policy policy = shop.opener().get()) {
            new Learning(shop).imitate(context, policy, examples);
            examine(policy).writeTo(context.output());
            // Where everything begins, there is no distance to tell yet.
            double offTask = Probes.logProb(policy, Probes.rows(policy.tokenizer(), OffTaskTexts.words()));
            JsonLines.write(Learning.steps(context.output()), List.of(Map.of(Probes.OFF_TASK, offTask)));
        }
    }

    private void prefer(StageContext context, Form form) {
        List<Prompt> probed = tests.subList(0, Math.min(PROBED, tests.size()));
        try (Policy policy = shop.from(context.parent(SFT))) {
            new PreferenceStage(shop, data, options, probed).run(context, policy, form);
            examine(policy).writeTo(context.output());
        }
    }

    private void reinforce(StageContext context, double styleWeight) {
        Mixture mixture = data.mixture(styleWeight);
        try (Policy policy = shop.from(context.parent(options.form().stage()))) {
            Learning.Course course = new Learning.Course(
                    step -> mixture.prompts(step, plan.reinforce().prompts()),
                    StyledProblems.grader(),
                    model -> {
                        Examination now = examine(model);
                        return Map.of(
                                HeldOutFalls.HELD_OUT,
                                now.score(),
                                "held_out/maths",
                                StageTable.maths(now),
                                "held_out/constraints",
                                StageTable.style(now));
                    },
                    OffTaskTexts.words(),
                    WatchRule.defaults());
            new Learning(shop).reinforce(context, policy, course);
            examine(policy).writeTo(context.output());
        }
    }

    private Examination examine(Sampler model) {
        return Examination.of(shop.examine(model, StyledProblems.LOOK, tests));
    }

    /** How long, in words, the answers are that a form saw, and in tokens what it made of them. */
    private static String lengths(Form form, Path stage) {
        Map<Boolean, DoubleSummaryStatistics> words = new TreeMap<>();
        words.put(true, new DoubleSummaryStatistics());
        words.put(false, new DoubleSummaryStatistics());
        for (JsonRow row : JsonLines.read(stage.resolve(PreferenceStage.PAIRS))) {
            if (form == Form.KTO) {
                words(words, row.typed("good", Boolean.class, "true or false"), row.text("text"));
            } else {
                words(words, true, row.text("chosen"));
                words(words, false, row.text("rejected"));
            }
        }
        DoubleSummaryStatistics good = words.getOrDefault(true, new DoubleSummaryStatistics());
        DoubleSummaryStatistics bad = words.getOrDefault(false, new DoubleSummaryStatistics());
        return String.format(
                Locale.ROOT,
                "%s: %d good answers of %.1f words, %d bad ones of %.1f; its own answers have %.1f tokens.",
                form.stage(),
                good.getCount(),
                good.getAverage(),
                bad.getCount(),
                bad.getAverage(),
                Examination.read(stage).length());
    }

    private static void words(Map<Boolean, DoubleSummaryStatistics> words, boolean good, String text) {
        words.computeIfAbsent(good, key -> new DoubleSummaryStatistics()).accept(text.split(" ", -1).length);
    }

    /** Each set's reward in the first and in the last steps. */
    private static String rewards(String name, Path stage) {
        List<JsonRow> rows = JsonLines.read(Learning.steps(stage));
        int window = Math.max(1, Math.min(5, rows.size() / 2));
        return name + ": "
                + List.of(StyledProblems.MATHS, StyledProblems.STYLE).stream()
                        .map(set -> String.format(
                                Locale.ROOT,
                                "reward of the set %s %.3f, then %.3f",
                                set,
                                mean(rows.subList(0, window), set),
                                mean(rows.subList(rows.size() - window, rows.size()), set)))
                        .collect(Collectors.joining("; "))
                + " (means of " + window + " steps).";
    }

    private static double mean(List<JsonRow> rows, String set) {
        return rows.stream()
                .map(row -> row.fields().get("set/" + set + "/reward"))
                .filter(Number.class::isInstance)
                .mapToDouble(value -> ((Number) value).doubleValue())
                .average()
                .orElse(Double.NaN);
    }
}
