package dev.reft.examples.run;

import dev.reft.examples.view.ProgressLine;
import dev.reft.generation.Sampling;
import dev.reft.graders.AnswerScores;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.math.LearningRate;
import dev.reft.model.LanguageModel;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
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

    /** Runs what is left of a method, keeps what it cost, and tests what it left: apart, so that a test is in no cost. */
    Facts run(Method method) {
        Facts facts = folder.facts(method.name()).orElseGet(() -> {
            Facts fresh = method.train(this);
            folder.write(method.name(), fresh);
            return fresh;
        });
        if (!examiner.complete(method.name())) {
            try (Policy policy = opener.get()) {
                SavedRun.restore(policy, folder.checkpoints(method.name()));
                examiner.examine(method.name(), policy);
            }
        }
        return facts;
    }

    /** Whether a method, of which facts are known or not, has steps or tests before it. */
    boolean isOpen(String method, boolean known) {
        return !known || !examiner.complete(method);
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

    /** What a stage left, as it is, to score with. */
    LanguageModel frozen(String stage) {
        try (Policy policy = opener.get()) {
            SavedRun.restore(policy, folder.checkpoints(stage));
            return policy.frozenCopy();
        }
    }

    /** A stage of so many steps. */
    StageLog counted(
            String stage,
            StageLoop.Work work,
            String hostState,
            long steps,
            int saveEvery,
            Policy policy,
            BiFunction<StepReport, StageLog, String> describe) {
        return counted(stage, work, hostState, steps, log -> false, 0, saveEvery, policy, describe);
    }

    /** The same, ended early once something is so. */
    private StageLog counted(
            String stage,
            StageLoop.Work work,
            String hostState,
            long steps,
            Predicate<StageLog> enough,
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
                        log -> work.steps().getAsLong() < steps && !enough.test(log),
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
        return reinforce(stage, policy, config, grading, questions, log -> false);
    }

    /** The same, ended early once something is so. */
    StageLog reinforce(
            String stage,
            Policy policy,
            PpoConfig config,
            UnaryOperator<PpoTrainer.Builder> grading,
            int questions,
            Predicate<StageLog> enough) {
        PpoTrainer.Builder builder = grading.apply(PpoTrainer.of(policy).config(config));
        try (PpoTrainer trainer =
                folder.hasCheckpoint(stage) ? builder.resume(folder.checkpoints(stage)) : builder.start()) {
            Batches<Prompt> prompts = Batches.of(data.prompts(), questions, Examiner.seed(plan, "prompts"));
            StageLog log = counted(
                    stage,
                    StageLoop.Work.of(trainer, prompts),
                    trainer.hostState(),
                    plan.ppo().steps(),
                    enough,
                    plan.evaluation().every(),
                    plan.saveEvery(),
                    policy,
                    Stages::reward);
            line.end(accuracy(log));
            return log;
        }
    }

    /**
     * A stage of so many seconds, with as many accuracies as PPO had, at equal distances.
     *
     * @param begin seconds that were spent before the stage's first step, such as on samples
     */
    StageLog timed(
            String stage,
            StageLoop.Work work,
            StageLog before,
            double begin,
            long first,
            double budget,
            int saveEvery,
            Policy policy,
            BiFunction<StepReport, StageLog, String> describe) {
        int checks = checksOfPpo();
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
                        log -> checkDue(log, begin, budget, checks),
                        log -> examiner.check(policy, work.steps().getAsLong() - first, log.seconds()),
                        describe));
    }

    /** Whether one of so many moments at equal distances has come since the last accuracy; those that were missed are not made up for. */
    static boolean checkDue(StageLog log, double begin, double budget, int checks) {
        double pause = (budget - begin) / (checks + 1);
        double last = log.checks().isEmpty()
                ? begin
                : log.checks().get(log.checks().size() - 1).seconds();
        double now = Math.floor((log.seconds() - begin) / pause);
        return pause > 0 && now <= checks && now > Math.floor((last - begin) / pause);
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

    /** The questions that the warm-up has no solution of, since it answers its own by heart; all of them where there are no others. */
    List<Prompt> newQuestions() {
        Set<String> solved = new HashSet<>();
        data.examples().forEach(example -> solved.add(example.id()));
        List<Prompt> others = data.prompts().stream()
                .filter(prompt -> !solved.contains(prompt.id()))
                .toList();
        return others.isEmpty() ? data.prompts() : others;
    }

    /** The labels of the warm-up, which every method starts from. */
    Map<String, Integer> chains() {
        return Map.of("chains of thought", data.examples().size());
    }

    /** The labels of what learns from checked answers. */
    Map<String, Integer> answers() {
        return with("right answers", data.prompts().size());
    }

    /** The warm-up's labels and others. */
    Map<String, Integer> with(String kind, int count) {
        Map<String, Integer> labels = new LinkedHashMap<>(chains());
        labels.put(kind, count);
        return labels;
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

    /** The warm-up's rise of the rate, and its fall to 0 over so many steps. */
    LearningRate falling(long steps) {
        return new LearningRate.Linear(Math.min(plan.warmUp().rateSteps(), steps), steps);
    }

    SftConfig sftConfig() {
        return SftConfig.reft().toBuilder()
                .rate(plan.warmUp().rate())
                .schedule(new LearningRate.Constant(plan.warmUp().rateSteps()))
                .maxTokens(0)
                .build();
    }

    /** Where a learned reward is followed no further: nats a completion between the policy and the warm-up. */
    private static final double FAR = 4;

    /** Steps over whose mean that is taken. */
    private static final int RECENT = 3;

    /** Whether the policy has gone so far from the warm-up that a reward fitted there is no guide any more. */
    static boolean farFromWarmUp(StageLog log) {
        List<StageLog.Point> last = log.points()
                .subList(Math.max(0, log.points().size() - RECENT), log.points().size());
        return last.size() == RECENT
                && last.stream()
                                .mapToDouble(point -> point.metrics().getOrDefault("objective/kl", 0.0))
                                .average()
                                .orElse(0)
                        > FAR;
    }

    /** The number of a log's last step. */
    static long lastStep(StageLog log) {
        return log.points().isEmpty()
                ? 0
                : log.points().get(log.points().size() - 1).step();
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
