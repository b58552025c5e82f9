package dev.reft.examples.run;

import dev.reft.examples.view.ProgressLine;
import dev.reft.generation.Sampling;
import dev.reft.graders.AnswerScores;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.math.LearningRate;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.ppo.Advantages;
import dev.reft.ppo.Batches;
import dev.reft.ppo.CriticWarmup;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.SavedRun;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.StepReport;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What the stages of a run share: its plan, data and folder, how the model is opened, and how long a stage goes on. */
record Stages(
        RunPlan plan,
        RunFolder folder,
        RunData data,
        Supplier<Policy> opener,
        ProgressLine line,
        Examiner examiner,
        StageLoop loop) {
    static final String UNTUNED = "untuned";
    static final String WARM_UP = "warm-up";
    static final String PPO = "ppo";
    static final String SFT = "sft";

    /** AdamW as ReFT has it: no weight decay. */
    static final Optimizer OPTIMIZER = new Optimizer.AdamW(0.9, 0.999, 1e-8, 0);

    static Stages of(RunPlan plan, RunFolder folder, Supplier<Policy> opener, ProgressLine line) {
        RunData data = RunData.of(plan);
        return new Stages(
                plan, folder, data, opener, line, new Examiner(plan, folder, data, line), new StageLoop(folder, line));
    }

    /** Whether a stage has steps or tests before it. */
    boolean isOpen(String stage) {
        return folder.finished(stage).isEmpty() || !examiner.complete(stage);
    }

    /** Runs what is left of a method, and keeps what it cost. */
    Facts run(Method method) {
        Optional<Facts> known = folder.facts(method.name());
        if (known.isPresent() && !isOpen(method.name())) {
            return known.get();
        }
        Resident.restart();
        // Also where all is trained and tested: a kill before the facts were written left something to do.
        Map<String, Double> measures = method.train(this);
        double seconds = folder.finished(method.name()).orElse(StageLog.EMPTY).seconds()
                + measures.getOrDefault(Method.BEFORE, 0.0);
        Facts facts = new Facts(method.labels(this), seconds, Resident.peakMegabytes(), measures);
        folder.write(method.name(), facts);
        return facts;
    }

    /** The seconds that PPO's steps took, which every other method gets too. */
    double budget() {
        return folder.finished(PPO).orElse(StageLog.EMPTY).seconds();
    }

    /** The model as the warm-up left it, with a new optimiser. */
    Policy warm() {
        Policy policy = opener.get();
        try {
            SavedRun.restore(policy, folder.checkpoints(WARM_UP));
            policy.restartOptimizer(OPTIMIZER);
            return policy;
        } catch (RuntimeException | Error e) {
            policy.close();
            throw e;
        }
    }

    /** A stage of so many steps, with an accuracy every so many of them. */
    StageLog counted(
            String stage,
            StageLoop.Work work,
            String hostState,
            long steps,
            int checkEvery,
            int saveEvery,
            Policy policy,
            BiFunction<StepReport, StageLog, String> describe) {
        line.start(stage.equals(PPO) ? "PPO" : stage, work.steps().getAsLong(), steps);
        return loop.run(
                stage,
                work,
                RunFolder.log(hostState),
                new StageLoop.Course(
                        0,
                        log -> work.steps().getAsLong() < steps,
                        log -> work.steps().getAsLong(),
                        saveEvery,
                        log -> checkEvery > 0
                                && work.steps().getAsLong() % checkEvery == 0
                                && work.steps().getAsLong() < steps,
                        log -> examiner.check(policy, work.steps().getAsLong(), log.seconds()),
                        describe));
    }

    /** Reinforcement for as many steps as the plan has, with any configuration and grader. */
    StageLog reinforce(String stage, Policy policy, PpoConfig config, Grader grader, int questions) {
        return reinforce(stage, policy, config, builder -> builder.grader(grader), questions);
    }

    /** The same with any way to grade. */
    StageLog reinforce(
            String stage, Policy policy, PpoConfig config, UnaryOperator<PpoTrainer.Builder> grading, int questions) {
        PpoTrainer.Builder builder = grading.apply(PpoTrainer.of(policy).config(config));
        try (PpoTrainer trainer =
                folder.hasCheckpoint(stage) ? builder.resume(folder.checkpoints(stage)) : builder.start()) {
            Batches<Prompt> prompts = Batches.of(data.prompts(), questions, Examiner.seed(plan, "prompts"));
            StageLog log = counted(
                    stage,
                    StageLoop.Work.of(trainer, prompts),
                    trainer.hostState(),
                    plan.ppo().steps(),
                    plan.evaluation().every(),
                    plan.saveEvery(),
                    policy,
                    Stages::reward);
            line.end(accuracy(log));
            return log;
        }
    }

    /** A stage of so many seconds, with as many accuracies as PPO had, at equal distances. */
    StageLog timed(
            String stage,
            StageLoop.Work work,
            StageLog before,
            long first,
            double budget,
            int saveEvery,
            Policy policy,
            BiFunction<StepReport, StageLog, String> describe) {
        double pause = budget / (checksOfPpo() + 1);
        line.start(stage + ", s", (long) before.seconds(), (long) Math.ceil(budget));
        return loop.run(
                stage,
                work,
                before,
                new StageLoop.Course(
                        first,
                        log -> log.seconds() < budget,
                        log -> (long) log.seconds(),
                        saveEvery,
                        log -> log.checks().size() < checksOfPpo()
                                && log.seconds() >= pause * (log.checks().size() + 1),
                        log -> examiner.check(policy, work.steps().getAsLong() - first, log.seconds()),
                        describe));
    }

    private int checksOfPpo() {
        int every = plan.evaluation().every();
        return every == 0 ? 0 : (plan.ppo().steps() - 1) / every;
    }

    /** A step of reinforcement in a few words. */
    static String reward(StepReport report, StageLog log) {
        Map<String, Double> metrics = report.metrics();
        String text = String.format(Locale.ROOT, "reward %.2f", metrics.getOrDefault("objective/scores", Double.NaN));
        Double kl = metrics.get("objective/kl");
        if (kl != null && Double.isFinite(kl)) { // without a penalty nothing is compared with the reference
            text += String.format(Locale.ROOT, "  KL %.3f", kl);
        }
        return text + (log.checks().isEmpty() ? "" : "  " + accuracy(log));
    }

    static String accuracy(StageLog log) {
        if (log.checks().isEmpty()) {
            return "";
        }
        StageLog.Check last = log.checks().get(log.checks().size() - 1);
        return String.format(Locale.ROOT, "accuracy %.1f %%", 100.0 * last.right() / Math.max(1, last.total()));
    }

    static String spent(StageLog log, long steps) {
        return String.format(Locale.ROOT, "%d steps, %.0f s", steps, log.seconds());
    }

    /** Supervised steps are shorter than PPO steps, so they are saved less often. */
    int saveEverySupervised() {
        return 5 * plan.saveEvery();
    }

    Batches<SftExample> examples() {
        return Batches.of(data.examples(), plan.warmUp().batch(), Examiner.seed(plan, "examples"));
    }

    long warmUpSteps() {
        return plan.warmUp().epochs() * examples().stepsPerEpoch();
    }

    Grader grader() {
        return data.grader(new AnswerScores(1, plan.ppo().wrong(), plan.ppo().unreadable()));
    }

    SftConfig sftConfig() {
        return SftConfig.reft().toBuilder()
                .rate(plan.warmUp().rate())
                .schedule(new LearningRate.Constant(plan.warmUp().rateSteps()))
                .maxTokens(0)
                .build();
    }

    /** ReFT's settings for a reward that is learned: it is right near what it was fitted on only, so the policy is held closer. */
    static PpoConfig learnedReward(RunPlan plan) {
        return ppoConfig(plan).toBuilder().kl(kl(10 * plan.ppo().kl())).build();
    }

    private static KlPenalty kl(double coefficient) {
        return coefficient == 0
                ? new KlPenalty.None()
                : new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(coefficient));
    }

    static PpoConfig ppoConfig(RunPlan plan) {
        RunPlan.PpoPlan ppo = plan.ppo();
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
                .kl(kl(ppo.kl()))
                .criticWarmup(new CriticWarmup(ppo.criticWarmup(), false))
                .seed(plan.seed())
                .build();
    }
}
