package dev.reft.examples.tasks;

import dev.reft.examples.data.EmbeddedModel;
import dev.reft.examples.run.ModelFiles;
import dev.reft.examples.run.ReftRun;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.generation.Sampling;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.Aggregation;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.math.LearningRate;
import dev.reft.model.Adapter;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Replicas;
import dev.reft.model.Sampler;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.ppo.Advantages;
import dev.reft.ppo.Advantages.Deviation;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.SavedRun;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.ppo.pipeline.Fingerprints;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.random.Seeds;
import dev.reft.random.Seeds.Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the stages of the examples share: the model, its settings, and how a stage is saved so that it goes on after a kill.
 *
 * @param plan sizes and rates
 * @param maxTokens most tokens of an answer
 * @param opener opens the model as it is before training
 * @param line shows progress
 */
record Workshop(TaskPlan plan, int maxTokens, Supplier<Policy> opener, ProgressLine line) {
    private static final String CHECKPOINTS = "checkpoints";
    private static final int CONCURRENT = 256;
    private static final int PROBES = 32;

    /** The embedded model with random weights; it knows further words. */
    static Supplier<Policy> opener(TaskPlan plan, Path folder, List<String> words) throws IOException {
        return opener(plan, folder, words, EmbeddedModel.DEVIATION);
    }

    /** The same with another deviation of the random weights. */
    static Supplier<Policy> opener(TaskPlan plan, Path folder, List<String> words, double deviation)
            throws IOException {
        ModelPlan model = new ModelPlan("", "cpu", Precision.FP32, 0, false, plan.threads());
        ModelSpec spec = ModelFiles.spec(model, folder, plan.seed(), words, deviation);
        Training training =
                new Training(new ValueHead.None(), new Adapter.Full(), ReftRun.OPTIMIZER, plan.seed(), Replicas.SINGLE);
        return () -> Models.openPolicy(spec, training);
    }

    /** The words that the model has whose files an {@link #opener} wrote. */
    static Set<String> vocabulary(Path folder) throws IOException {
        JsonRow tokenizer = JsonLines.parse(
                "the tokenizer",
                1,
                Files.readString(folder.resolve("model/tokenizer.json")).replace('\n', ' '));
        Set<String> words = new TreeSet<>();
        if (tokenizer.typed("model", Map.class, "a map").get("vocab") instanceof Map<?, ?> vocabulary) {
            vocabulary.keySet().forEach(word -> words.add(String.valueOf(word)));
        }
        return words;
    }

    /** The model that a stage left, with a new optimiser. */
    Policy from(Path stage) {
        Policy policy = opener.get();
        try {
            SavedRun.restore(policy, stage.resolve(CHECKPOINTS));
            policy.restartOptimizer(ReftRun.OPTIMIZER);
            return policy;
        } catch (RuntimeException | Error e) {
            policy.close();
            throw e;
        }
    }

    long seed(String what) {
        return Seeds.at(plan.seed(), Stream.SHUFFLE, 0, what, 0);
    }

    SftConfig sft() {
        return SftConfig.reft().toBuilder()
                .rate(plan.warmUp().rate())
                .schedule(new LearningRate.Constant(20))
                .maxTokens(0)
                .build();
    }

    /** GRPO: answers to a question are compared with each other; the loss of each answer is the mean over its tokens. */
    PpoConfig grpo() {
        TaskPlan.Reinforce plan = this.plan.reinforce();
        KlPenalty kl = plan.kl() == 0
                ? new KlPenalty.None()
                : new KlPenalty.InLoss(KlEstimator.K3, new KlController.Fixed(plan.kl()));
        return PpoConfig.grpo().toBuilder()
                .sampling(Sampling.at(1f))
                .maxTokens(maxTokens)
                .samplesPerPrompt(plan.samples())
                .concurrentSamples(Math.min(CONCURRENT, plan.prompts() * plan.samples()))
                .advantages(new Advantages.Group(Deviation.OfGroup.TRL))
                .aggregation(new Aggregation.SequenceMean())
                .epochs(2)
                .miniBatches(4)
                .policyRate(plan.rate())
                .kl(kl)
                .seed(this.plan.seed())
                .build();
    }

    /** The likeliest answer to each prompt, graded. */
    EvaluationReport examine(Sampler model, Grader grader, List<Prompt> prompts) {
        EvaluationConfig config = EvaluationConfig.greedy(maxTokens).withConcurrentSamples(CONCURRENT);
        return new Evaluator(model, grader, config).evaluate(prompts);
    }

    /** Where a stage that runs keeps its checkpoints until it is done. */
    static Path scratch(StageContext context) {
        return context.scratch().resolve(CHECKPOINTS);
    }

    static boolean begun(StageContext context) {
        return Files.exists(scratch(context).resolve("latest"));
    }

    /**
     * What a trainer is asked for.
     *
     * @param steps how many it has done
     * @param step does one
     * @param save writes a checkpoint into a folder
     */
    record Work(LongSupplier steps, Supplier<StepReport> step, Function<Path, Path> save) {
        /** @param saving as the trainers have it, with what the host keeps */
        static Work of(LongSupplier steps, Supplier<StepReport> step, Saving saving, Supplier<String> state) {
            return new Work(steps, step, folder -> {
                saving.save(folder, state.get());
                return folder;
            });
        }
    }

    /** Writes a checkpoint with what the host keeps. */
    @FunctionalInterface
    interface Saving {
        void save(Path folder, String state);
    }

    /** Steps up to a number, saved every now and then in the scratch folder and at the end in the output, with provenance. */
    void run(StageContext context, long steps, Work work, Function<StepReport, String> describe) {
        if (begun(context)) {
            stamp(context, scratch(context)); // a kill between a checkpoint and its stamp
        }
        line.start(context.provenance().stage(), work.steps().getAsLong(), steps);
        while (work.steps().getAsLong() < steps) {
            StepReport report = work.step().get();
            long done = work.steps().getAsLong();
            line.update(done, describe.apply(report));
            if (done % plan.saveEvery() == 0 && done < steps) {
                stamp(context, work.save().apply(scratch(context)));
            }
        }
        stamp(context, work.save().apply(context.output().resolve(CHECKPOINTS)));
        line.end(work.steps().getAsLong() + " steps");
    }

    private static void stamp(StageContext context, Path folder) {
        try {
            context.stamp(
                    folder.resolve(Files.readString(folder.resolve("latest")).strip()));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + folder, e);
        }
    }

    /** The fingerprint of data. Attributes are sorted: a map's own order differs from process to process. */
    static String fingerprint(List<SftExample> examples, List<Prompt> prompts) {
        StringBuilder text = new StringBuilder(examples.toString());
        for (Prompt prompt : prompts) {
            text.append('\n').append(prompt.id()).append('\n').append(prompt.input());
            text.append('\n').append(prompt.reference()).append('\n').append(new TreeMap<>(prompt.attributes()));
        }
        return Fingerprints.of(text.toString());
    }

    /** Worked items as texts: what the warm-up taught and reinforcement does not train on. */
    static List<String> texts(List<SftExample> examples) {
        return examples.stream()
                .limit(PROBES)
                .map(e -> ((Prompt.Input.Text) e.input()).text() + " " + e.completion())
                .toList();
    }

    static String loss(StepReport report) {
        return String.format(Locale.ROOT, "loss %.3f", report.metrics().getOrDefault("loss", Double.NaN));
    }
}
