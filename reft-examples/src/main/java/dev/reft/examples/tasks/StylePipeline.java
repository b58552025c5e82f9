package dev.reft.examples.tasks;

import dev.reft.examples.view.ProgressLine;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.ppo.Batches;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PairRule;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.PreferenceConfig;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.PreferencePairs;
import dev.reft.ppo.PreferenceTrainer;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.ppo.data.Mixture;
import dev.reft.ppo.pipeline.Pipeline;
import dev.reft.ppo.pipeline.Stage;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.ppo.watch.HeldOutFalls;
import dev.reft.ppo.watch.WatchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * SFT, DPO on pairs of the model's own answers, and reinforcement with verifiable rewards, one after the other, on word problems with
 * and without constraints of style. Every stage is tested, every checkpoint says where it came from, and the same call after a kill
 * goes on where it was.
 */
public final class StylePipeline {
    private static final String SFT = "sft";
    private static final String PAIRS = "pairs.jsonl";

    private final TaskPlan plan;
    private final Options options;
    private final Workshop shop;
    private final StyledProblems data;
    private final List<SftExample> examples;
    private final List<Prompt> tests;

    /** Forms of DPO. */
    public enum Dpo {
        /** Sums of log-probabilities. */
        PLAIN,
        /** Sums divided by the answer's length, as Tulu 3 has it. */
        NORM;

        String stage() {
            return "dpo-" + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What the stages after SFT do.
     *
     * @param dpo the form that reinforcement goes on from
     * @param both whether the other form is run too, beside it
     * @param pairPrompts prompts whose answers are paired, half of each set, &gt;= 2
     * @param pairSamples answers to each, &gt;= 2
     * @param pairEpochs over the pairs, &gt;= 1
     * @param pairBatch pairs of a step, &gt;= 1
     * @param pairRate learning rate of DPO
     * @param styleWeights shares of the set with constraints in reinforcement, in (0, 1); one run for each
     */
    public record Options(
            Dpo dpo,
            boolean both,
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
        table.add(SFT, Examination.read(sft), "");
        List<String> more = new ArrayList<>();
        for (Dpo form : Dpo.values()) {
            if (options.both() || form == options.dpo()) {
                Path dpo = pipeline.run(
                        new Stage(form.stage(), pairConfig(), inputs, List.of(SFT), context -> prefer(context, form)));
                table.add(form.stage(), Examination.read(dpo), SFT);
                more.add(lengths(form, dpo));
            }
        }
        for (double weight : options.styleWeights()) {
            Map<String, String> config = plan.reinforceConfig();
            config.put("styleWeight", String.valueOf(weight));
            String name = rlvr(weight);
            Path rlvr = pipeline.run(new Stage(
                    name, config, inputs, List.of(options.dpo().stage()), context -> reinforce(context, weight)));
            table.add(name, Examination.read(rlvr), options.dpo().stage());
            more.add(rewards(name, rlvr));
        }
        List<String> report = new ArrayList<>(table.lines());
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
        }
    }

    /**
     * DPO. The pairs are of answers that the SFT model samples, best against worst by the grader of training; a stage that goes on
     * after a kill samples the same ones again.
     */
    private void prefer(StageContext context, Dpo form) {
        try (Policy policy = shop.from(context.parent(SFT))) {
            List<PreferencePair> pairs = pairs(policy);
            writePairs(context, pairs);
            Batches<PreferencePair> batches = Batches.of(pairs, options.pairBatch(), shop.seed("pairs"));
            long steps = options.pairEpochs() * batches.stepsPerEpoch();
            PreferenceConfig config = (form == Dpo.PLAIN ? PreferenceConfig.dpo() : PreferenceConfig.dpoNorm(steps))
                    .with(base -> base.rate(options.pairRate()));
            try (PreferenceTrainer trainer = Workshop.begun(context)
                    ? PreferenceTrainer.resume(policy, config, Workshop.scratch(context))
                    : PreferenceTrainer.start(policy, config)) {
                Workshop.Work work = Workshop.Work.of(
                        trainer::steps, () -> trainer.step(batches.at(trainer.steps())), trainer::save, () -> "");
                shop.run(context, steps, work, StylePipeline::margin);
            }
            examine(policy).writeTo(context.output());
        }
    }

    private List<PreferencePair> pairs(Policy policy) {
        List<Prompt> prompts = data.mixture(0.5).prompts(0, options.pairPrompts());
        try (PpoTrainer sampler = PpoTrainer.of(policy)
                .grader(StyledProblems.grader())
                .config(shop.grpo().toBuilder()
                        .samplesPerPrompt(options.pairSamples())
                        .concurrentSamples(256)
                        .kl(new KlPenalty.None())
                        .build())
                .start()) {
            List<PreferencePair> pairs = PreferencePairs.fromRollouts(
                            sampler.grade(sampler.collect(prompts)), new PairRule.BestAgainstWorst())
                    .pairs();
            if (pairs.isEmpty()) {
                throw new IllegalStateException("the answers to " + prompts.size()
                        + " prompts all scored the same as the others to their prompt: there is no pair");
            }
            return pairs;
        }
    }

    private static void writePairs(StageContext context, List<PreferencePair> pairs) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (PreferencePair pair : pairs) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("prompt", pair.prompt().id());
            line.put("chosen", pair.chosen().text());
            line.put("rejected", pair.rejected().text());
            line.put("margin", pair.margin());
            lines.add(line);
        }
        JsonLines.write(context.output().resolve(PAIRS), lines);
    }

    private void reinforce(StageContext context, double styleWeight) {
        Mixture mixture = data.mixture(styleWeight);
        try (Policy policy = shop.from(context.parent(options.dpo().stage()))) {
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
                    WatchRule.defaults());
            new Learning(shop).reinforce(context, policy, course);
            examine(policy).writeTo(context.output());
        }
    }

    private Examination examine(Sampler model) {
        return Examination.of(shop.examine(model, StyledProblems.LOOK, tests));
    }

    private static String margin(StepReport report) {
        return String.format(
                Locale.ROOT,
                "loss %.3f  margin %.2f",
                report.metrics().getOrDefault("loss", Double.NaN),
                report.metrics().getOrDefault("rewards/margins", Double.NaN));
    }

    /** How long, in words, the answers are that DPO saw, and in tokens what it made of them. */
    private static String lengths(Dpo form, Path stage) {
        double chosen = 0;
        double rejected = 0;
        List<JsonRow> pairs = JsonLines.read(stage.resolve(PAIRS));
        for (JsonRow pair : pairs) {
            chosen += pair.text("chosen").split(" ", -1).length;
            rejected += pair.text("rejected").split(" ", -1).length;
        }
        return String.format(
                Locale.ROOT,
                "%s: %d pairs; chosen answers have %.1f words, rejected ones %.1f; its own answers have %.1f tokens.",
                form.stage(),
                pairs.size(),
                chosen / pairs.size(),
                rejected / pairs.size(),
                Examination.read(stage).length());
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
