package dev.reft.examples.tasks;

import dev.reft.examples.data.OffTaskTexts;
import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.math.KtoLoss;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.KtoConfig;
import dev.reft.ppo.KtoTrainer;
import dev.reft.ppo.LabelledResponse;
import dev.reft.ppo.PairRule;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.PreferenceConfig;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.PreferencePairs;
import dev.reft.ppo.PreferenceTrainer;
import dev.reft.ppo.Response;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.ppo.watch.CheckpointProbe;
import dev.reft.ppo.watch.Probes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The stages of a pipeline that learn from preferences among the model's own answers: DPO in two forms from pairs, best against worst by
 * the grader of training, and KTO from the same answers marked good or bad one by one. A stage that goes on after a kill samples the same
 * answers again. At every checkpoint the KL to the stage before it is measured on fresh samples.
 */
final class PreferenceStage {
    /** Holds the policy where it is. With the usual 0.1 the small model went 9 nats from where it began, and lost its maths. */
    private static final double KTO_BETA = 0.5;

    /** The pairs, or marked answers, in a stage's output. */
    static final String PAIRS = "pairs.jsonl";

    private static final int CONCURRENT = 256;

    private final Workshop shop;
    private final StyledProblems data;
    private final StylePipeline.Options options;
    private final List<Prompt> probed;

    /** @param probed prompts whose answers the KL is measured on */
    PreferenceStage(Workshop shop, StyledProblems data, StylePipeline.Options options, List<Prompt> probed) {
        this.shop = shop;
        this.data = data;
        this.options = options;
        this.probed = List.copyOf(probed);
    }

    /** Trains; the policy is as the parent left it. */
    void run(StageContext context, Policy policy, StylePipeline.Form form) {
        GradedRollouts graded = answers(policy);
        try (LanguageModel initial = policy.frozenCopy()) {
            CheckpointProbe probe = new CheckpointProbe(initial, Probes.rows(policy.tokenizer(), OffTaskTexts.words()));
            if (form == StylePipeline.Form.KTO) {
                mark(context, policy, probe, graded);
            } else {
                prefer(context, policy, probe, form, graded);
            }
        }
    }

    private GradedRollouts answers(Policy policy) {
        try (PpoTrainer sampler = sampler(policy, options.pairSamples())) {
            return sampler.grade(sampler.collect(data.mixture(0.5).prompts(0, options.pairPrompts())));
        }
    }

    private PpoTrainer sampler(Policy policy, int samples) {
        return PpoTrainer.of(policy)
                .grader(StyledProblems.grader())
                .config(shop.grpo().toBuilder()
                        .samplesPerPrompt(samples)
                        .concurrentSamples(CONCURRENT)
                        .kl(new KlPenalty.None())
                        .build())
                .start();
    }

    private Rollouts fresh(Policy policy) {
        try (PpoTrainer sampler = sampler(policy, 2)) {
            return sampler.collect(probed);
        }
    }

    private void prefer(
            StageContext context,
            Policy policy,
            CheckpointProbe probe,
            StylePipeline.Form form,
            GradedRollouts graded) {
        List<PreferencePair> pairs = pairs(graded);
        write(context, pairs);
        Batches<PreferencePair> batches = Batches.of(pairs, options.pairBatch(), shop.seed("pairs"));
        long steps = options.pairEpochs() * batches.stepsPerEpoch();
        PreferenceConfig config = (form == StylePipeline.Form.PLAIN
                        ? PreferenceConfig.dpo()
                        : PreferenceConfig.dpoNorm(steps))
                .with(base -> base.rate(options.pairRate()));
        try (PreferenceTrainer trainer = Workshop.begun(context)
                ? PreferenceTrainer.resume(policy, config, Workshop.scratch(context))
                : PreferenceTrainer.start(policy, config)) {
            Checks checks = new Checks(probe, () -> fresh(policy), trainer.hostState());
            Workshop.Work work = Workshop.Work.of(
                    trainer::steps,
                    () -> trainer.step(batches.at(trainer.steps())),
                    trainer::save,
                    () -> checks.measure(policy, trainer.steps()));
            shop.run(context, steps, work, PreferenceStage::margin);
            new Learning(shop).write(context, checks);
        }
    }

    private static List<PreferencePair> pairs(GradedRollouts graded) {
        List<PreferencePair> pairs = PreferencePairs.fromRollouts(graded, new PairRule.BestAgainstWorst())
                .pairs();
        if (pairs.isEmpty()) {
            throw new IllegalStateException("the answers to "
                    + graded.rollouts().groups().size()
                    + " prompts all scored the same as the others to their prompt: there is no pair");
        }
        return pairs;
    }

    private void mark(StageContext context, Policy policy, CheckpointProbe probe, GradedRollouts graded) {
        List<LabelledResponse> marked = marked(graded);
        long good = marked.stream().filter(LabelledResponse::good).count();
        if (good == 0 || good == marked.size()) {
            throw new IllegalStateException(
                    good + " of " + marked.size() + " answers are good: KTO needs both good and bad ones");
        }
        writeMarked(context, marked);
        Batches<LabelledResponse> batches = Batches.of(marked, 2 * options.pairBatch(), shop.seed("marked"));
        // Every answer is marked, where a pair takes two of a prompt's: fewer passes see as many answers.
        long steps = Math.max(1, 2 * options.pairEpochs() / options.pairSamples()) * batches.stepsPerEpoch();
        // The paper's advice: what is rarer weighs more, so that both sides count the same.
        double weight = (double) (marked.size() - good) / good;
        KtoConfig config = KtoConfig.kto()
                .withLoss(new KtoLoss(KTO_BETA, Math.max(1, weight), Math.max(1, 1 / weight)))
                .with(base -> base.rate(options.pairRate()));
        try (KtoTrainer trainer = Workshop.begun(context)
                ? KtoTrainer.resume(policy, config, Workshop.scratch(context))
                : KtoTrainer.start(policy, config)) {
            Checks checks = new Checks(probe, () -> fresh(policy), trainer.hostState());
            Workshop.Work work = Workshop.Work.of(
                    trainer::steps,
                    () -> trainer.step(batches.at(trainer.steps())),
                    trainer::save,
                    () -> checks.measure(policy, trainer.steps()));
            shop.run(context, steps, work, PreferenceStage::margin);
            new Learning(shop).write(context, checks);
        }
    }

    /** An answer is good that earns more of the grader of training than the mean of all. */
    private static List<LabelledResponse> marked(GradedRollouts graded) {
        double mean = graded.flat().stream()
                .filter(Grade.Score.class::isInstance)
                .mapToDouble(grade -> ((Grade.Score) grade).value())
                .average()
                .orElse(0);
        List<LabelledResponse> marked = new ArrayList<>();
        for (int g = 0; g < graded.grades().size(); g++) {
            Rollouts.Group group = graded.rollouts().groups().get(g);
            for (int s = 0; s < group.completions().size(); s++) {
                Completion completion = group.completions().get(s);
                if (graded.grades().get(g).get(s) instanceof Grade.Score score) {
                    marked.add(new LabelledResponse(group.prompt(), Response.of(completion), score.value() > mean));
                }
            }
        }
        return marked;
    }

    private static void write(StageContext context, List<PreferencePair> pairs) {
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

    private static void writeMarked(StageContext context, List<LabelledResponse> marked) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (LabelledResponse answer : marked) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("prompt", answer.prompt().id());
            line.put("text", answer.response().text());
            line.put("good", answer.good());
            lines.add(line);
        }
        JsonLines.write(context.output().resolve(PAIRS), lines);
    }

    private static String margin(StepReport report) {
        return String.format(
                Locale.ROOT,
                "loss %.3f  margin %.2f",
                report.metrics().getOrDefault("loss", Double.NaN),
                report.metrics().getOrDefault("rewards/margins", Double.NaN));
    }
}
