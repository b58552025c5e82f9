package dev.reft.examples.rft;

import dev.reft.examples.rft.Attempts.Attempt;
import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.examples.run.ReftRun;
import dev.reft.examples.run.RunFolder;
import dev.reft.examples.view.ProgressLine;
import dev.reft.generation.Sampling;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.math.LearningRate;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.CriticWarmup;
import dev.reft.ppo.DivergedException;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.CheckpointShelf;
import dev.reft.ppo.watch.HeldOutFalls;
import dev.reft.ppo.watch.NotFinite;
import dev.reft.ppo.watch.Observation;
import dev.reft.ppo.watch.RewardCollapse;
import dev.reft.ppo.watch.RollBack;
import dev.reft.ppo.watch.RolloutMeasures;
import dev.reft.ppo.watch.TrainingWatch;
import dev.reft.ppo.watch.Warning;
import dev.reft.ppo.watch.WatchRule;
import dev.reft.random.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A job's run: a warm-up where there are examples of one, then PPO on the training rows with an evaluation on the held-out rows now
 * and then. The three best checkpoints by held-out reward are kept; a watch looks for spikes and collapses, and the run goes
 * back to the best checkpoint from before, or stops. A run that was killed goes on where it was with the same call, and does what it
 * would have done.
 */
public final class JobRun {
    private static final String WARM_UP = "warm-up";
    private static final String STATE = "policy";

    private final JobPlan plan;
    private final JobData data;
    private final Grader grader;
    private final RunFolder folder;
    private final ProgressLine line;
    private final RunLog metrics;
    private final JobEvents events;
    private final CheckpointShelf shelf;
    private Attempts attempts;
    private double heldOutReward = Double.NaN;

    private JobRun(JobPlan plan, JobData data, Grader grader, RunFolder folder, ProgressLine line) {
        this.plan = plan;
        this.data = data;
        this.grader = grader;
        this.folder = folder;
        this.line = line;
        metrics = new RunLog(folder.path("metrics.jsonl"));
        events = new JobEvents(
                new RunLog(folder.path("events.jsonl")),
                new RunLog(folder.path("checkpoints.jsonl")),
                plan.job().substring(0, Math.min(12, plan.job().length())));
        shelf = CheckpointShelf.open(folder.path("best"), BestCheckpoints.KEPT);
        attempts = Attempts.open(folder.path("attempts.jsonl"));
    }

    /**
     * How a run ended.
     *
     * @param steps done, on the way that led to the end
     * @param planned steps
     * @param stopped why it ended early, or "" if it did not
     * @param attempts how often it began, &gt;= 1
     * @param start held-out reward before the first step
     * @param end held-out reward of the last evaluation
     * @param best the best checkpoints, the best first
     */
    public record Outcome(
            long steps,
            long planned,
            String stopped,
            int attempts,
            double start,
            double end,
            List<BestCheckpoints.Entry> best) {}

    /**
     * Runs what is left of a job.
     *
     * @param plan what to do
     * @param data the rows
     * @param grader of the job
     * @param root the run's folder
     * @param opener opens the model as it is before training
     * @param export where the best checkpoint goes as a model that other tools open; written when the run is over
     * @param line shows progress
     * @return how it ended
     * @throws IllegalArgumentException if the folder holds a run of another plan
     */
    public static Outcome go(
            JobPlan plan,
            JobData data,
            Grader grader,
            Path root,
            Supplier<Policy> opener,
            Path export,
            ProgressLine line) {
        try (RunFolder folder = RunFolder.open(root, plan);
                Policy policy = opener.get()) {
            JobRun run = new JobRun(plan, data, grader, folder, line);
            run.warmUp(policy);
            String stopped = run.train(policy);
            run.export(policy, export);
            return run.outcome(stopped);
        }
    }

    private void warmUp(Policy policy) {
        if (data.warmUp().isEmpty() || plan.warmUpEpochs() == 0) {
            return;
        }
        SftConfig config = SftConfig.reft().toBuilder()
                .rate(plan.warmUpRate())
                .schedule(new LearningRate.Constant(20))
                .maxTokens(0)
                .build();
        Path checkpoints = folder.checkpoints(WARM_UP);
        Batches<SftExample> batches =
                Batches.of(data.warmUp(), Math.min(32, data.warmUp().size()), seed("examples"));
        long total = plan.warmUpEpochs() * batches.stepsPerEpoch();
        try (SftTrainer trainer = folder.hasCheckpoint(WARM_UP)
                ? SftTrainer.resume(policy, config, checkpoints)
                : SftTrainer.start(policy, config)) {
            long saved = folder.hasCheckpoint(WARM_UP) ? trainer.steps() : -1;
            if (trainer.steps() < total) {
                line.start(WARM_UP, trainer.steps(), total);
            }
            while (trainer.steps() < total) {
                StepReport report = trainer.step(batches.at(trainer.steps()));
                line.update(
                        trainer.steps(), format("loss %.3f", report.metrics().getOrDefault("loss", Double.NaN)));
                if (trainer.steps() - saved >= 10L * plan.saveEvery()) {
                    trainer.save(checkpoints, "");
                    saved = trainer.steps();
                }
            }
            if (saved != trainer.steps()) {
                trainer.save(checkpoints, "");
                line.end(trainer.steps() + " steps");
            }
        }
        policy.restartOptimizer(ReftRun.OPTIMIZER);
    }

    /** Attempts until one comes to its end; says why it ended early, or "". */
    private String train(Policy policy) {
        LanguageModel reference = plan.kl() == 0 ? null : policy.frozenCopy();
        try {
            while (true) {
                RollBack advice = attempt(policy, reference, attempts.last());
                if (advice instanceof RollBack.GoBack back) {
                    boolean again = plan.onCollapse() == OnCollapse.BACK
                            && attempts.last().number() < plan.goBacks();
                    if (!again) {
                        return back.warning().toString();
                    }
                    attempts = attempts.back(back.step(), back.warning().toString());
                    tell("warn", "going back to step " + back.step() + " at half the learning rate", Map.of());
                } else {
                    return advice instanceof RollBack.Stop stop ? stop.warning().toString() : "";
                }
            }
        } finally {
            if (reference != null) {
                reference.close();
            }
        }
    }

    private RollBack attempt(Policy policy, @Nullable LanguageModel reference, Attempt attempt) {
        PpoTrainer.Builder builder =
                PpoTrainer.of(policy).config(config(attempt)).grader(grader);
        if (reference != null) {
            builder.reference(reference);
        }
        Path checkpoints = folder.checkpoints(attempt.stage());
        boolean begun = folder.hasCheckpoint(attempt.stage());
        if (!begun && attempt.number() > 0) {
            policy.restoreState(shelf.path(attempt.base()).resolve(STATE));
        }
        try (PpoTrainer trainer = begun ? builder.resume(checkpoints) : builder.start()) {
            long step = attempt.base() + trainer.steps();
            forget(attempt, step);
            if (!begun) {
                begin(policy, attempt);
                trainer.save(checkpoints, "");
            }
            return new Steps(policy, trainer, attempt).go();
        }
    }

    /** What was written after the last checkpoint will be done again. */
    private void forget(Attempt attempt, long step) {
        metrics.keep(row -> RunLog.number(row, "attempt") < attempt.number()
                || (RunLog.number(row, "attempt") == attempt.number() && RunLog.number(row, "step") <= step));
        events.keep(attempt.number(), step);
        heldOutReward = last("valid_reward_mean");
    }

    private void begin(Policy policy, Attempt attempt) {
        if (attempt.number() > 0) {
            return;
        }
        metrics.keep(row -> false);
        tell("info", "the job has started", Map.of());
        HeldOut start = evaluate(policy, 0);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("step", 0);
        row.put("attempt", 0);
        row.putAll(start.metrics());
        metrics.add(row);
        offer(policy, attempt, 0, start);
        tell("info", format("before training: held-out reward %.3f", start.reward()), start.metrics());
    }

    /** The steps of one attempt. */
    private final class Steps {
        private final Policy policy;
        private final PpoTrainer trainer;
        private final Attempt attempt;
        private final TrainingWatch watch;
        private final Batches<Prompt> batches =
                Batches.of(data.training(), plan.numbers().promptsPerStep(), seed("prompts"));
        private final long total = batches.stepsPerEpoch() * plan.numbers().epochs();

        Steps(Policy policy, PpoTrainer trainer, Attempt attempt) {
            this.policy = policy;
            this.trainer = trainer;
            this.attempt = attempt;
            String state = trainer.hostState();
            watch = state.isEmpty()
                    ? new TrainingWatch(WatchRule.defaults())
                    : TrainingWatch.resume(WatchRule.defaults(), state);
        }

        RollBack go() {
            long saved = attempt.base() + trainer.steps();
            line.start(attempt.number() == 0 ? "RFT" : "RFT, attempt " + (attempt.number() + 1), saved, total);
            RollBack advice = new RollBack.GoOn();
            for (long step = saved; step < total && advice instanceof RollBack.GoOn; step++) {
                List<Warning> warnings;
                try {
                    warnings = step(step);
                } catch (DivergedException e) {
                    return diverged(step + 1, e);
                }
                // After the last step there is nothing to protect: the best checkpoints are kept.
                if (plan.onCollapse() != OnCollapse.WARN && step + 1 < total) {
                    advice = RollBack.advise(grave(warnings), shelf.best());
                }
                if (step + 1 - saved >= plan.saveEvery() || step + 1 == total) {
                    trainer.save(folder.checkpoints(attempt.stage()), watch.state());
                    saved = step + 1;
                }
            }
            line.end(
                    advice instanceof RollBack.GoOn
                            ? format("held-out reward %.3f", heldOutReward)
                            : "stopped by the watch");
            return advice;
        }

        private List<Warning> step(long step) {
            long done = step + 1;
            GradedRollouts graded = trainer.grade(trainer.collect(batches.at(step)));
            StepReport report = trainer.update(graded);
            Map<String, Double> measures = new LinkedHashMap<>(RolloutMeasures.of(graded));
            Map<String, Double> told = new LinkedHashMap<>();
            told.put("train_reward_mean", measures.getOrDefault(RolloutMeasures.REWARD, Double.NaN));
            boolean due = done % plan.numbers().evaluateEvery() == 0 || done == total;
            HeldOut heldOut = due ? evaluate(policy, done) : null;
            if (heldOut != null) {
                told.putAll(heldOut.metrics());
                measures.put(HeldOutFalls.HELD_OUT, heldOut.reward());
                offer(policy, attempt, done, heldOut);
            }
            List<Warning> warnings = watch.observe(new Observation(done, report.metrics()).with(measures));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("step", done);
            row.put("attempt", attempt.number());
            row.put("epoch", batches.epoch(step) + 1);
            told.forEach((name, value) -> put(row, name, value));
            report.metrics().forEach((name, value) -> put(row, name, value));
            measures.forEach((name, value) -> put(row, name, value));
            metrics.add(row);
            report(done, told, heldOut, warnings);
            return warnings;
        }

        private void report(long done, Map<String, Double> told, @Nullable HeldOut heldOut, List<Warning> warnings) {
            double reward = told.getOrDefault("train_reward_mean", Double.NaN);
            line.update(done, format("reward %.2f", reward) + format("  held out %.3f", heldOutReward));
            if (heldOut != null) {
                told.values().removeIf(value -> !Double.isFinite(value));
                events.tell(
                        "info",
                        attempt.number(),
                        done,
                        format("Step %d/%d: ", done, total)
                                + format("train_reward_mean=%.3f, valid_reward_mean=%.3f", reward, heldOut.reward()),
                        told);
            }
            for (Warning warning : warnings) {
                line.say("warning: " + warning);
                events.tell("warn", attempt.number(), done, warning.toString(), Map.of());
            }
        }

        /** The trainer is torn; the checkpoints are not. */
        private RollBack diverged(long step, DivergedException e) {
            Warning warning =
                    new Warning(new NotFinite(), step, Double.NaN, Double.MAX_VALUE, String.valueOf(e.getMessage()));
            Optional<BestCheckpoints.Entry> good = shelf.best().bestBefore(step);
            return good.isPresent() ? new RollBack.GoBack(good.get().step(), warning) : new RollBack.Stop(warning);
        }
    }

    /**
     * What the run stops for. The watch's other rules are told only: a job whose right answers are few words has identical completions, and that
     * is no collapse.
     */
    private static List<Warning> grave(List<Warning> warnings) {
        return warnings.stream()
                .filter(warning -> warning.rule() instanceof NotFinite
                        || warning.rule() instanceof HeldOutFalls
                        || warning.rule() instanceof RewardCollapse)
                .toList();
    }

    private static void put(Map<String, Object> row, String name, double value) {
        if (Double.isFinite(value)) {
            row.put(name, value);
        }
    }

    private HeldOut evaluate(Policy policy, long step) {
        int samples = plan.numbers().evaluationSamples();
        EvaluationConfig config = (samples == 1
                        ? EvaluationConfig.greedy(plan.maxTokens())
                        : EvaluationConfig.voting(
                                samples, (float) plan.temperature(), plan.maxTokens(), seed("evaluation")))
                .withConcurrentSamples(128);
        EvaluationReport report = new Evaluator(policy, grader, config).evaluate(data.validation());
        HeldOut.write(report, folder.path(String.format(Locale.ROOT, "answers/step-%06d.jsonl", step)));
        HeldOut heldOut = HeldOut.of(report);
        heldOutReward = heldOut.reward();
        return heldOut;
    }

    private void offer(Policy policy, Attempt attempt, long step, HeldOut heldOut) {
        if (!Double.isFinite(heldOut.reward())) {
            return;
        }
        boolean kept = shelf.offer(step, heldOut.reward(), target -> {
            try {
                policy.saveState(Files.createDirectories(target.resolve(STATE)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (kept) {
            events.checkpoint(
                    attempt.number(), step, String.valueOf(shelf.path(step).getFileName()), heldOut.metrics());
        }
    }

    private void tell(String level, String message, Map<String, Double> told) {
        Attempt attempt = attempts.last();
        events.tell(level, attempt.number(), attempt.base(), message, told);
        line.say(message);
    }

    private void export(Policy policy, Path export) {
        Optional<BestCheckpoints.Entry> best = shelf.best().entries().stream().findFirst();
        if (best.isEmpty() || Files.isDirectory(export)) {
            return;
        }
        policy.restoreState(shelf.path(best.get().step()).resolve(STATE));
        try {
            AtomicFiles.writeDirectory(export, policy::export);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + export, e);
        }
    }

    private Outcome outcome(String stopped) {
        List<Map<String, Object>> way = way(metrics, attempts);
        double end = heldOutReward;
        double start = way.isEmpty() ? Double.NaN : RunLog.number(way.get(0), "valid_reward_mean");
        long steps = way.isEmpty() ? 0 : (long) RunLog.number(way.get(way.size() - 1), "step");
        long planned =
                Batches.of(data.training(), plan.numbers().promptsPerStep(), 0).stepsPerEpoch()
                        * plan.numbers().epochs();
        return new Outcome(
                steps,
                planned,
                stopped,
                attempts.all().size(),
                start,
                end,
                shelf.best().entries());
    }

    /** The rows that led to where the run is: without those that it went back from. */
    static List<Map<String, Object>> way(RunLog metrics, Attempts attempts) {
        return metrics.rows().stream()
                .filter(row -> attempts.leads((int) RunLog.number(row, "attempt"), (long) RunLog.number(row, "step")))
                .toList();
    }

    private double last(String name) {
        double last = Double.NaN;
        for (Map<String, Object> row : metrics.rows()) {
            double value = RunLog.number(row, name);
            last = Double.isNaN(value) ? last : value;
        }
        return last;
    }

    private PpoConfig config(Attempt attempt) {
        KlPenalty kl = plan.kl() == 0
                ? new KlPenalty.None()
                : new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(plan.kl()));
        int samples = plan.numbers().samplesPerPrompt();
        return PpoConfig.reft().toBuilder()
                .sampling(Sampling.at((float) plan.temperature()))
                .maxTokens(plan.maxTokens())
                .samplesPerPrompt(samples)
                .concurrentSamples(Math.min(256, plan.numbers().promptsPerStep() * samples))
                .policyRate(plan.numbers().learningRate() * attempt.rateFactor())
                .valueRate(plan.valueRate() * attempt.rateFactor())
                .kl(kl)
                .criticWarmup(attempt.number() == 0 ? new CriticWarmup(2, false) : CriticWarmup.NONE)
                .seed(plan.seed() + attempt.number())
                .build();
    }

    private long seed(String part) {
        return Seeds.at(plan.seed(), Seeds.Stream.SHUFFLE, 0, part, 0);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
