package dev.reft.ppo;

import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.objective.PpoLoss;
import dev.reft.objective.PpoObjective;
import dev.reft.objective.PpoTargets;
import dev.reft.objective.ValueObjective;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjLongConsumer;

/** The optimiser steps that an experience is used for. */
final class Update {
    private final Policy policy;
    private final PpoConfig config;
    private final Team team;
    private final ObjLongConsumer<String> progress;
    private final Means means = new Means();
    private final Set<Output> wanted;
    private final Objective objective;
    private final StepSize size;
    private final boolean criticOnly;
    private int skippedInARow;
    private int skipped;
    private int applied;
    private boolean started;
    private boolean stopped;

    Update(
            Policy policy,
            PpoConfig config,
            Team team,
            Experience experience,
            Plan plan,
            double klCoefficient,
            long trainerStep,
            int skippedInARow,
            ObjLongConsumer<String> progress) {
        this.policy = policy;
        this.config = config;
        this.team = team;
        this.progress = progress;
        this.skippedInARow = skippedInARow;
        float[][] weights = scaled(experience.weights(), plan.miniBatches());
        float[][] valueWeights = scaled(experience.valueWeights(), plan.miniBatches());
        criticOnly = trainerStep < config.criticWarmup().steps();
        if (criticOnly) {
            wanted = Set.of(config.criticWarmup().separateCritic() ? Output.VALUE : Output.DETACHED_VALUE);
            objective =
                    new ValueObjective(config.valueClip(), experience.oldValues(), experience.returns(), valueWeights);
        } else {
            boolean inLoss = config.kl() instanceof KlPenalty.InLoss;
            PpoLoss loss = new PpoLoss(
                    config.surrogate(),
                    config.valueClip(),
                    config.valueCoefficient(),
                    config.entropyCoefficient(),
                    inLoss ? klCoefficient : 0,
                    config.kl() instanceof KlPenalty.InLoss in ? in.estimator() : KlEstimator.K2);
            wanted = loss.outputs();
            objective = new PpoObjective(loss, targets(config, experience, weights, valueWeights));
        }
        size = new StepSize(
                config.policySchedule().at(config.policyRate(), trainerStep),
                config.valueSchedule().at(config.valueRate(), trainerStep),
                config.maxGradientNorm());
    }

    // NullAway does not see in a class file that a record's component is a nullable array.
    @SuppressWarnings("NullAway")
    private static PpoTargets targets(
            PpoConfig config, Experience experience, float[][] weights, float[][] valueWeights) {
        return new PpoTargets(
                config.oldLogProbs() instanceof OldLogProbs.Own ? null : experience.oldLogProbs(),
                config.advantages().valued() ? experience.oldValues() : null,
                experience.referenceLogProbs(),
                experience.advantages(),
                experience.returns(),
                weights,
                valueWeights);
    }

    /** Whether an optimiser step was begun: from then on there is no way back. */
    boolean started() {
        return started;
    }

    int skippedInARow() {
        return skippedInARow;
    }

    boolean diverged() {
        return skippedInARow >= config.maxSkippedSteps();
    }

    void run(Plan plan) {
        for (int epoch = 0; epoch < config.epochs() && plan.counted() > 0; epoch++) {
            for (int m = 0; m < plan.miniBatches(); m++) {
                one(plan, epoch, m);
                if (stopped || diverged()) {
                    return;
                }
                progress.accept("update", (long) epoch * plan.miniBatches() + m + 1);
            }
        }
    }

    private void one(Plan plan, int epoch, int miniBatch) {
        Map<String, Double> sums =
                TeamSums.accumulate(team, policy, plan.cuts(epoch, miniBatch), wanted, objective, this::heed);
        if (!TeamSums.finite(sums, team)) {
            policy.discardGradients();
            skip();
            return;
        }
        means.take(sums, criticOnly, applied == 0 && skipped == 0);
        if (!criticOnly && means.lastKl() > config.stopKl()) {
            policy.discardGradients();
            stopped = true;
            return;
        }
        started = true;
        StepResult result = policy.step(size);
        if (result.applied()) {
            applied++;
            skippedInARow = 0;
            means.gradient(result.gradientNorm());
        } else {
            skip();
        }
    }

    private void skip() {
        skipped++;
        skippedInARow++;
    }

    private void heed() {
        if (!started) {
            Interrupts.check();
        }
    }

    /** Means over the optimiser steps, and what was done. */
    void report(Map<String, Double> metrics) {
        means.report(metrics);
        metrics.put("lr", criticOnly ? 0.0 : size.policyRate());
        metrics.put("lr_value", size.valueRate());
        metrics.put("update/optimizer_steps", (double) applied);
        metrics.put("update/skipped_steps", (double) skipped);
        metrics.put("update/stopped_by_kl", stopped ? 1.0 : 0.0);
        metrics.put("update/critic_only", criticOnly ? 1.0 : 0.0);
    }

    /** The coefficient of the next step; moved by the whole batch's measures. */
    static double nextCoefficient(PpoConfig config, double coefficient, Map<String, Double> measures) {
        KlController control = config.kl() instanceof KlPenalty.InReward in
                ? in.control()
                : config.kl() instanceof KlPenalty.InLoss in ? in.control() : null;
        Double kl = measures.get("objective/kl");
        Double rows = measures.get("rows");
        if (control == null || kl == null || rows == null || rows < 1) {
            return coefficient;
        }
        return control.next(coefficient, kl, rows.longValue());
    }

    /** A mini-batch's loss is its share of the batch's, times the number of mini-batches. */
    private static float[][] scaled(float[][] weights, int factor) {
        if (factor == 1) {
            return weights;
        }
        float[][] scaled = new float[weights.length][];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = new float[weights[i].length];
            for (int t = 0; t < scaled[i].length; t++) {
                scaled[i][t] = weights[i][t] * factor;
            }
        }
        return scaled;
    }
}
