package dev.reft.examples.run;

import dev.reft.examples.view.HtmlReport;
import dev.reft.examples.view.ProgressLine;
import dev.reft.generation.Sampling;
import dev.reft.graders.AnswerScores;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.math.LearningRate;
import dev.reft.model.MemoryLoad;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.ppo.Advantages;
import dev.reft.ppo.Batches;
import dev.reft.ppo.CriticWarmup;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.ppo.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * ReFT in stages: warm-up on chains of thought, PPO on checked answers, and, to compare, the warm-up continued for as long as
 * PPO took. Each stage opens the model anew, goes on from its last checkpoint, and is skipped once it is finished; so the
 * same command after a kill goes on where it was.
 */
public final class ReftRun {
    static final String UNTUNED = "untuned";
    static final String WARM_UP = "warm-up";
    static final String PPO = "ppo";
    static final String SFT = "sft";

    /** AdamW as ReFT has it: no weight decay. */
    public static final Optimizer OPTIMIZER = new Optimizer.AdamW(0.9, 0.999, 1e-8, 0);

    private static final List<String> KEPT = List.of(
            "loss",
            "objective/scores",
            "objective/kl",
            "objective/entropy",
            "grade/part/correct",
            "grade/part/readable",
            "response/length_mean",
            "loss/policy_avg",
            "loss/value_avg",
            "policy/clipfrac_avg",
            "value/explained_variance");

    private final RunPlan plan;
    private final RunFolder folder;
    private final RunData data;
    private final Supplier<Policy> opener;
    private final ProgressLine line;
    private final Examiner examiner;

    private ReftRun(RunPlan plan, RunFolder folder, Supplier<Policy> opener, ProgressLine line) {
        this.plan = plan;
        this.folder = folder;
        this.opener = opener;
        this.line = line;
        data = RunData.of(plan);
        examiner = new Examiner(plan, folder, data, line);
    }

    /**
     * Runs what is left of a plan.
     *
     * @param plan what to do
     * @param root the run's folder
     * @param opener opens the model as it is before training
     * @param line shows progress
     * @return the report's file
     * @throws IOException if the report cannot be written
     * @throws IllegalArgumentException if the folder holds a run of another plan
     */
    public static Path go(RunPlan plan, Path root, Supplier<Policy> opener, ProgressLine line) throws IOException {
        try (RunFolder folder = RunFolder.open(root, plan)) {
            return new ReftRun(plan, folder, opener, line).run();
        }
    }

    private Path run() throws IOException {
        if (plan.evaluation().untuned() && !examiner.complete(UNTUNED)) {
            try (Policy policy = opener.get()) {
                examiner.examine(UNTUNED, policy);
            }
        }
        if (isOpen(WARM_UP)) {
            warmUp();
        }
        if (isOpen(PPO)) {
            reinforce();
        }
        if (isOpen(SFT)) {
            continueWarmUp();
        }
        Path report = folder.path("report.html");
        RunReport summary = new RunReport(plan, folder, data, examiner);
        HtmlReport.write(summary.data(), report);
        summary.lines().forEach(line::say);
        return report;
    }

    private boolean isOpen(String stage) {
        return folder.finished(stage).isEmpty() || !examiner.complete(stage);
    }

    private void warmUp() {
        try (Policy policy = opener.get();
                SftTrainer trainer = folder.hasCheckpoint(WARM_UP)
                        ? SftTrainer.resume(policy, sftConfig(), folder.checkpoints(WARM_UP))
                        : SftTrainer.start(policy, sftConfig())) {
            long total = plan.warmUp().epochs() * examples().stepsPerEpoch();
            line.start(WARM_UP, trainer.steps(), total);
            supervise(WARM_UP, trainer, RunFolder.log(trainer.hostState()), 0, log -> trainer.steps() < total, policy);
            examiner.examine(WARM_UP, policy);
        }
    }

    private void continueWarmUp() {
        double budget = folder.finished(PPO).orElse(StageLog.EMPTY).seconds();
        try (Policy policy = opener.get();
                SftTrainer trainer = SftTrainer.resume(
                        policy, sftConfig(), folder.checkpoints(folder.hasCheckpoint(SFT) ? SFT : WARM_UP))) {
            long first = plan.warmUp().epochs() * examples().stepsPerEpoch();
            StageLog log = folder.hasCheckpoint(SFT) ? RunFolder.log(trainer.hostState()) : StageLog.EMPTY;
            line.start("SFT continued, s", (long) log.seconds(), (long) Math.ceil(budget));
            supervise(SFT, trainer, log, first, now -> now.seconds() < budget, policy);
            examiner.examine(SFT, policy);
        }
    }

    /** Supervised steps as long as wanted; a stage's own steps count from {@code first}. */
    private void supervise(
            String stage, SftTrainer trainer, StageLog before, long first, Predicate<StageLog> more, Policy policy) {
        StageLog log = before;
        Batches<SftExample> batches = examples();
        boolean timed = stage.equals(SFT);
        long saved = trainer.steps();
        double pause = folder.finished(PPO).orElse(StageLog.EMPTY).seconds() / (checksOfPpo() + 1);
        try (Ticker ticker = new Ticker(line, trainer::progress)) {
            while (more.test(log)) {
                long start = System.nanoTime();
                StepReport report = trainer.step(batches.at(trainer.steps()));
                log = log.with(point(report, trainer.steps() - first, log.seconds() + secondsSince(start)));
                line.update(
                        timed ? (long) log.seconds() : trainer.steps(),
                        String.format(Locale.ROOT, "loss %.3f", report.metrics().getOrDefault("loss", Double.NaN)));
                if (timed
                        && log.checks().size() < checksOfPpo()
                        && log.seconds() >= pause * (log.checks().size() + 1)) {
                    log = log.with(examiner.check(policy, trainer.steps() - first, log.seconds()));
                }
                if (trainer.steps() - saved >= saveEvery(stage)) {
                    trainer.save(folder.checkpoints(stage), RunFolder.text(log));
                    saved = trainer.steps();
                }
            }
        }
        if (trainer.steps() != saved || !folder.hasCheckpoint(stage)) {
            trainer.save(folder.checkpoints(stage), RunFolder.text(log));
        }
        folder.finish(stage, log);
        line.end(String.format(Locale.ROOT, "%d steps, %.0f s", trainer.steps() - first, log.seconds()));
    }

    private void reinforce() throws IOException {
        try (Policy policy = opener.get()) {
            SftTrainer.resume(policy, sftConfig(), folder.checkpoints(WARM_UP)).close();
            policy.restartOptimizer(OPTIMIZER);
            PpoTrainer.Builder builder = PpoTrainer.of(policy)
                    .config(ppoConfig(plan))
                    .grader(data.grader(
                            new AnswerScores(1, plan.ppo().wrong(), plan.ppo().unreadable())));
            try (PpoTrainer trainer =
                    folder.hasCheckpoint(PPO) ? builder.resume(folder.checkpoints(PPO)) : builder.start()) {
                reinforce(trainer, policy);
            }
            examiner.examine(PPO, policy);
            Path export = folder.path("model-reft");
            if (!Files.isDirectory(export)) {
                AtomicFiles.writeDirectory(export, policy::export);
            }
        }
    }

    private void reinforce(PpoTrainer trainer, Policy policy) {
        int total = plan.ppo().steps();
        Batches<Prompt> batches = Batches.of(data.prompts(), plan.ppo().prompts(), Examiner.seed(plan, "prompts"));
        StageLog log = RunFolder.log(trainer.hostState());
        line.start("PPO", trainer.steps(), total);
        long saved = trainer.steps();
        try (Ticker ticker = new Ticker(line, trainer::progress)) {
            while (trainer.steps() < total) {
                long start = System.nanoTime();
                StepReport report = trainer.step(batches.at(trainer.steps()));
                log = log.with(point(report, trainer.steps(), log.seconds() + secondsSince(start)));
                line.update(trainer.steps(), describe(report, log));
                int every = plan.evaluation().every();
                if (every > 0 && trainer.steps() % every == 0 && trainer.steps() < total) {
                    log = log.with(examiner.check(policy, trainer.steps(), log.seconds()));
                }
                if (trainer.steps() - saved >= plan.saveEvery()) {
                    trainer.save(folder.checkpoints(PPO), RunFolder.text(log));
                    saved = trainer.steps();
                }
            }
        }
        if (trainer.steps() != saved || !folder.hasCheckpoint(PPO)) {
            trainer.save(folder.checkpoints(PPO), RunFolder.text(log));
        }
        folder.finish(PPO, log);
        line.end(describe(log));
    }

    private String describe(StepReport report, StageLog log) {
        Map<String, Double> metrics = report.metrics();
        String text = String.format(Locale.ROOT, "reward %.2f", metrics.getOrDefault("objective/scores", Double.NaN));
        Double kl = metrics.get("objective/kl");
        if (kl != null && Double.isFinite(kl)) { // without a penalty nothing is compared with the reference
            text += String.format(Locale.ROOT, "  KL %.3f", kl);
        }
        return text + (log.checks().isEmpty() ? "" : "  " + describe(log));
    }

    private static String describe(StageLog log) {
        if (log.checks().isEmpty()) {
            return "";
        }
        StageLog.Check last = log.checks().get(log.checks().size() - 1);
        return String.format(Locale.ROOT, "accuracy %.1f %%", 100.0 * last.right() / Math.max(1, last.total()));
    }

    private static StageLog.Point point(StepReport report, long step, double seconds) {
        Map<String, Double> kept = new LinkedHashMap<>();
        for (String name : KEPT) {
            Double value = report.metrics().get(name);
            if (value != null && Double.isFinite(value)) {
                kept.put(name, value);
            }
        }
        return new StageLog.Point(step, seconds, 1, kept);
    }

    private int checksOfPpo() {
        int every = plan.evaluation().every();
        return every == 0 ? 0 : (plan.ppo().steps() - 1) / every;
    }

    /** Supervised steps are shorter than PPO steps, so they are saved less often. */
    private int saveEvery(String stage) {
        return stage.equals(PPO) ? plan.saveEvery() : 5 * plan.saveEvery();
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private Batches<SftExample> examples() {
        return Batches.of(data.examples(), plan.warmUp().batch(), Examiner.seed(plan, "examples"));
    }

    private SftConfig sftConfig() {
        return SftConfig.reft().toBuilder()
                .rate(plan.warmUp().rate())
                .schedule(new LearningRate.Constant(plan.warmUp().rateSteps()))
                .maxTokens(0)
                .build();
    }

    /**
     * What a plan asks of a model's memory, with prompts as long as the longest answer.
     *
     * @param plan what to do
     * @return the load
     */
    public static MemoryLoad memoryLoad(RunPlan plan) {
        return ppoConfig(plan).memoryLoad(plan.maxTokens());
    }

    private static PpoConfig ppoConfig(RunPlan plan) {
        RunPlan.PpoPlan ppo = plan.ppo();
        KlPenalty kl = ppo.kl() == 0
                ? new KlPenalty.None()
                : new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(ppo.kl()));
        return PpoConfig.reft().toBuilder()
                .sampling(Sampling.at((float) ppo.temperature()))
                .maxTokens(plan.maxTokens())
                .samplesPerPrompt(ppo.samples())
                .concurrentSamples(Math.min(256, ppo.prompts() * ppo.samples()))
                .epochs(ppo.epochs())
                .miniBatches(ppo.miniBatches())
                .policyRate(ppo.rate())
                .valueRate(ppo.valueRate())
                .advantages(new Advantages.Gae(1, ppo.gaeLambda()))
                .valueCoefficient(ppo.valueCoefficient())
                .kl(kl)
                .criticWarmup(new CriticWarmup(ppo.criticWarmup(), false))
                .seed(plan.seed())
                .build();
    }
}
