package dev.reft.examples.rft;

import dev.reft.examples.rft.Attempts.Attempt;
import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.examples.run.RunFolder;
import dev.reft.examples.view.ProgressLine;
import dev.reft.generation.Sampling;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.CriticWarmup;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoConfigBuilder;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.CheckpointProbe;
import dev.reft.ppo.watch.Probes;
import dev.reft.ppo.watch.RollBack;
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

/**
 * A job's run: a warm-up where there are examples of one, then reinforcement on the training rows with an evaluation on the held-out rows now
 * and then. The three best checkpoints by held-out reward are kept; a watch looks for spikes and collapses, and the
 * run goes back to the last good checkpoint at half the rate, so often as the plan says, and then stops. The last good checkpoint is the
 * one with the best held-out reward of those kept before the warning, the start among them. A run that was killed goes on where it was
 * with the same call, and does what it would have done.
 */
public final class JobRun {
    private static final String VALID = "valid_reward_mean";

    private final JobPlan plan;
    private final JobData data;
    private final Grader grader;
    private final RunFolder folder;
    private final Policy policy;
    private final ProgressLine line;
    private final JobRecords records;
    private final HeldOutRows heldOut;
    private final CheckpointProbe probe;
    private double heldOutReward = Double.NaN;

    private JobRun(
            JobPlan plan,
            JobData data,
            Grader grader,
            RunFolder folder,
            Policy policy,
            LanguageModel initial,
            ProgressLine line) {
        this.plan = plan;
        this.data = data;
        this.grader = grader;
        this.folder = folder;
        this.policy = policy;
        this.line = line;
        records = new JobRecords(folder, plan.job());
        heldOut = new HeldOutRows(plan, data, grader, folder);
        probe = new CheckpointProbe(initial, Probes.rows(policy.tokenizer(), data.probes()));
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
            JobWarmUp.run(plan, data, folder, policy, line);
            // Also without a penalty: each checkpoint is told how far it is from here.
            try (LanguageModel initial = policy.frozenCopy()) {
                JobRun run = new JobRun(plan, data, grader, folder, policy, initial, line);
                String stopped = run.train();
                run.export(export);
                return run.outcome(stopped);
            }
        }
    }

    JobPlan plan() {
        return plan;
    }

    Policy policy() {
        return policy;
    }

    ProgressLine line() {
        return line;
    }

    JobRecords records() {
        return records;
    }

    HeldOutRows heldOut() {
        return heldOut;
    }

    CheckpointProbe probe() {
        return probe;
    }

    /** Held-out reward of the last evaluation; NaN before the first. */
    double heldOutReward() {
        return heldOutReward;
    }

    /** Attempts until one comes to its end; says why it ended early, or "". A run that was stopped stays so. */
    private String train() {
        if (!records.stopped().isEmpty()) {
            heldOutReward = records.last(VALID);
            return records.stopped();
        }
        while (true) {
            RollBack advice = attempt(records.attempts().last());
            if (advice instanceof RollBack.GoBack back) {
                boolean again = plan.onCollapse() == OnCollapse.BACK
                        && records.attempts().last().number() < plan.goBacks();
                if (!again) {
                    return records.stop(back.warning().toString());
                }
                records.back(back.step(), back.warning().toString());
            } else {
                return advice instanceof RollBack.Stop stop
                        ? records.stop(stop.warning().toString())
                        : "";
            }
        }
    }

    private RollBack attempt(Attempt attempt) {
        PpoTrainer.Builder builder =
                PpoTrainer.of(policy).config(config(attempt)).grader(grader);
        if (plan.kl() > 0) {
            builder.reference(probe.initial());
        }
        Path checkpoints = folder.checkpoints(attempt.stage());
        boolean begun = folder.hasCheckpoint(attempt.stage());
        if (!begun && attempt.number() > 0) {
            records.restore(policy, attempt.base());
        }
        try (PpoTrainer trainer = begun ? builder.resume(checkpoints) : builder.start()) {
            records.forget(attempt, attempt.base() + trainer.steps());
            heldOutReward = records.last(VALID);
            if (!begun) {
                begin(attempt);
                trainer.save(checkpoints, "");
            }
            return new JobSteps(this, trainer, attempt, checkpoints).go();
        }
    }

    /** Before the first step of all, the policy is measured as at every checkpoint. */
    private void begin(Attempt attempt) {
        // A kill before the first checkpoint may have left rows, which come again.
        records.forget(attempt, -1);
        if (attempt.number() > 0) {
            tell("warn", "going back to step " + attempt.base() + " at half the learning rate", Map.of());
            return;
        }
        tell("info", "the job has started", Map.of());
        Map<String, Double> measures = new LinkedHashMap<>(probe.start(policy));
        HeldOut start = evaluate(attempt, 0, measures);
        measures.putAll(start.metrics());
        records.add(attempt, 0, measures);
        tell(
                "info",
                String.format(Locale.ROOT, "before training: held-out reward %.3f", start.reward()),
                start.metrics());
    }

    /** Answers the held-out rows; the checkpoint is kept if it is among the best, with what was measured on it. */
    HeldOut evaluate(Attempt attempt, long step, Map<String, Double> measures) {
        HeldOut now = heldOut.evaluate(policy, step);
        heldOutReward = now.reward();
        Map<String, Double> metrics = new LinkedHashMap<>(now.metrics());
        measures.forEach((name, value) -> {
            if (name.equals(Probes.KL) || name.equals(Probes.OFF_TASK)) {
                metrics.put(name, value);
            }
        });
        records.offer(policy, attempt, step, now.reward(), metrics);
        return now;
    }

    private void tell(String level, String message, Map<String, Double> told) {
        Attempt attempt = records.attempts().last();
        records.events().tell(level, attempt.number(), attempt.base(), message, told);
        line.say(message);
    }

    private void export(Path export) {
        Optional<BestCheckpoints.Entry> best = records.bestOfAll();
        if (best.isEmpty() || Files.isDirectory(export)) {
            return;
        }
        records.restore(policy, best.get().step());
        try {
            AtomicFiles.writeDirectory(export, policy::export);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + export, e);
        }
    }

    private Outcome outcome(String stopped) {
        List<Map<String, Object>> way = records.way();
        double start = way.isEmpty() ? Double.NaN : RunLog.number(way.get(0), VALID);
        long steps = way.isEmpty() ? 0 : (long) RunLog.number(way.get(way.size() - 1), "step");
        long planned = batches().stepsPerEpoch() * plan.numbers().epochs();
        return new Outcome(
                steps,
                planned,
                stopped,
                records.attempts().all().size(),
                start,
                heldOutReward,
                records.best().entries());
    }

    /** The training rows in the order of steps. */
    Batches<Prompt> batches() {
        return Batches.of(data.training(), plan.numbers().promptsPerStep(), seed(plan, "prompts"));
    }

    /**
     * With a value head PPO as ReFT has it, without one answers to a row are compared with each other. The latter is what suits few rows over
     * many epochs: once all answers to a row earn the same, it pulls nowhere, where whitened advantages would go on pushing by noise.
     */
    private PpoConfig config(Attempt attempt) {
        boolean critic = plan.valueRate() > 0;
        PpoConfig base = critic ? PpoConfig.reft() : PpoConfig.grpo();
        int samples = plan.numbers().samplesPerPrompt();
        PpoConfigBuilder builder = base.toBuilder()
                .sampling(Sampling.at((float) plan.temperature()))
                .maxTokens(plan.maxTokens())
                .samplesPerPrompt(samples)
                .concurrentSamples(Math.min(256, plan.numbers().promptsPerStep() * samples))
                .epochs(2)
                .policyRate(plan.numbers().learningRate() * attempt.rateFactor())
                .kl(kl(critic))
                .seed(plan.seed() + attempt.number());
        if (critic) {
            builder.valueRate(plan.valueRate() * attempt.rateFactor())
                    .criticWarmup(attempt.number() == 0 ? new CriticWarmup(2, false) : CriticWarmup.NONE);
        }
        return builder.build();
    }

    private KlPenalty kl(boolean critic) {
        if (plan.kl() == 0) {
            return new KlPenalty.None();
        }
        KlController coefficient = new KlController.Fixed(plan.kl());
        return critic
                ? new KlPenalty.InReward(KlEstimator.K1, coefficient)
                : new KlPenalty.InLoss(KlEstimator.K3, coefficient);
    }

    static long seed(JobPlan plan, String part) {
        return Seeds.at(plan.seed(), Seeds.Stream.SHUFFLE, 0, part, 0);
    }
}
