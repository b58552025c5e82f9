package dev.reft.examples.tasks;

import dev.reft.examples.generate.ConstrainedPrompt;
import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.instructions.InstructionGrader;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.ppo.Batches;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.Overlap;
import dev.reft.ppo.OverlappedTrainer;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.pipeline.Pipeline;
import dev.reft.ppo.pipeline.Stage;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.ppo.watch.CheckpointProbe;
import dev.reft.ppo.watch.Probes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * From generated prompts to a trained model in one program: prompts with checkable constraints are generated, those that hold a test's
 * request are taken out, a small model imitates careless answers, and reinforcement pays for kept constraints, with samples that are drawn
 * beside the updates (one step behind, corrected by truncated importance weights). The same call after a kill goes on where it was.
 */
public final class ConstraintRun {
    private static final String WARM_UP = "warm-up";
    private static final String GRPO = "grpo-overlapped";
    private static final int MOST_TOKENS = 24;
    private static final int PROBED = 32;

    static final Grader KEPT = new WholeAnswers(InstructionGrader.all());

    private final TaskPlan plan;
    private final Workshop shop;
    private final List<SftExample> examples;
    private final List<Prompt> questions;
    private final List<Prompt> tests;

    private ConstraintRun(TaskPlan plan, ConstraintData data, Supplier<Policy> opener, ProgressLine line) {
        this.plan = plan;
        shop = new Workshop(plan, MOST_TOKENS, opener, line);
        examples = data.examples(plan.warmUp().examples());
        questions = data.questions();
        tests = data.asked(plan.tests());
    }

    /**
     * Runs what is left.
     *
     * @param plan sizes and rates; {@code questions} prompts are generated, of which those are kept that the small model's words can
     *     answer
     * @param root the run's folder
     * @param line shows progress
     * @return the lines of the report, which is also written as {@code report.md}
     * @throws IOException if the model or the report cannot be written
     */
    public static List<String> go(TaskPlan plan, Path root, ProgressLine line) throws IOException {
        Supplier<Policy> bare = Workshop.opener(plan, root.resolve("asked"), List.of());
        ConstraintData data =
                ConstraintData.generate(plan, bare, plan.reinforce().questions());
        ConstrainedPrompt.write(root.resolve("prompts.jsonl"), data.clean());
        List<String> words = data.words(Workshop.vocabulary(root.resolve("asked")));
        List<String> report = new ArrayList<>();
        report.add(String.format(
                Locale.ROOT,
                "%d prompts generated, %d of them different and with a constraint that the small model's words can keep;"
                        + " decontamination (8-grams over half of a test's words) took out %d, which hold the requests of"
                        + " %d of %d tests; %d are left.",
                data.generated(),
                data.fitting(),
                data.report().contaminated().size(),
                data.report().testsHit().size(),
                data.tests().size(),
                data.clean().size()));
        report.add("");
        report.addAll(train(plan, data, root, Workshop.opener(plan, root, words), line));
        AtomicFiles.writeText(root.resolve("report.md"), String.join("\n", report) + "\n");
        return report;
    }

    static List<String> train(
            TaskPlan plan, ConstraintData data, Path root, Supplier<Policy> opener, ProgressLine line) {
        return new ConstraintRun(plan, data, opener, line).run(root.resolve("stages"));
    }

    private List<String> run(Path root) {
        Pipeline pipeline = Pipeline.open(root);
        Map<String, String> inputs = Map.of(
                "prompts", Workshop.fingerprint(examples, questions), "tests", Workshop.fingerprint(List.of(), tests));
        Path before = pipeline.run(new Stage(WARM_UP, plan.warmUpConfig(), inputs, List.of(), this::warmUp));
        Path after = pipeline.run(new Stage(GRPO, plan.reinforceConfig(), inputs, List.of(WARM_UP), this::reinforce));
        List<String> lines = new ArrayList<>();
        lines.add("| after | constraints kept % | tokens |");
        lines.add("|---|---|---|");
        for (Path stage : List.of(before, after)) {
            Examination e = Examination.read(stage);
            lines.add(String.format(
                    Locale.ROOT, "| %s | %.1f | %.1f |", stage.getFileName(), 100 * e.solved(), e.length()));
        }
        lines.add("");
        lines.addAll(Learning.measured(GRPO, after));
        return lines;
    }

    private void warmUp(StageContext context) {
        try (Policy policy = shop.opener().get()) {
            new Learning(shop).imitate(context, policy, examples);
            examine(policy).writeTo(context.output());
        }
    }

    private void reinforce(StageContext context) {
        Batches<Prompt> batches =
                Batches.of(questions, Math.min(plan.reinforce().prompts(), questions.size()), shop.seed("questions"));
        PpoConfig config = shop.grpo().toBuilder()
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                .build();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try (Policy policy = shop.from(context.parent(WARM_UP));
                LanguageModel initial = policy.frozenCopy()) {
            PpoTrainer.Builder builder =
                    PpoTrainer.of(policy).grader(KEPT).config(config).reference(initial);
            try (OverlappedTrainer trainer = Workshop.begun(context)
                    ? builder.resumeOverlapped(Workshop.scratch(context), Overlap.ONE_STEP, beside, batches::at)
                    : builder.startOverlapped(Overlap.ONE_STEP, beside, batches::at)) {
                CheckpointProbe probe =
                        new CheckpointProbe(initial, Probes.rows(policy.tokenizer(), Workshop.texts(examples)));
                Checks checks = new Checks(probe, () -> fresh(policy), trainer.hostState());
                Map<String, Double> last = new TreeMap<>();
                Workshop.Work work = Workshop.Work.of(
                        trainer::steps,
                        () -> stepped(trainer, last),
                        trainer::save,
                        () -> checks.measure(policy, trainer.steps(), last));
                shop.run(context, plan.reinforce().steps(), work, Learning::reward);
                new Learning(shop).write(context, checks);
            }
            examine(policy).writeTo(context.output());
        } finally {
            beside.shutdown();
        }
    }

    /** A step; how far the sampler was behind it, and what that cost, is kept for the next checkpoint. */
    private static StepReport stepped(OverlappedTrainer trainer, Map<String, Double> last) {
        StepReport report = trainer.step();
        report.metrics().forEach((name, value) -> {
            if (name.startsWith("sampler/") || name.equals("objective/scores")) {
                last.put(name, value);
            }
        });
        return report;
    }

    private Rollouts fresh(Policy policy) {
        try (PpoTrainer sampler = PpoTrainer.of(policy)
                .grader(KEPT)
                .config(shop.grpo().toBuilder()
                        .kl(new KlPenalty.None())
                        .samplesPerPrompt(2)
                        .build())
                .start()) {
            return sampler.collect(tests.subList(0, Math.min(PROBED, tests.size())));
        }
    }

    private Examination examine(Sampler model) {
        return Examination.of(shop.examine(model, KEPT, tests));
    }
}
