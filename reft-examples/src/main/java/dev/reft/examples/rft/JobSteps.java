package dev.reft.examples.rft;

import dev.reft.examples.rft.Attempts.Attempt;
import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.grading.Prompt;
import dev.reft.ppo.Batches;
import dev.reft.ppo.DivergedException;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.HeldOutFalls;
import dev.reft.ppo.watch.NotFinite;
import dev.reft.ppo.watch.Observation;
import dev.reft.ppo.watch.RollBack;
import dev.reft.ppo.watch.RolloutMeasures;
import dev.reft.ppo.watch.TrainingWatch;
import dev.reft.ppo.watch.Warning;
import dev.reft.ppo.watch.WatchRule;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The steps of one attempt, each watched; checkpoints are measured, and held-out rows answered now and then. */
final class JobSteps {
    private final JobRun run;
    private final PpoTrainer trainer;
    private final Attempt attempt;
    private final Path checkpoints;
    private final TrainingWatch watch;
    private final Batches<Prompt> batches;
    private final long total;
    private long saved;

    JobSteps(JobRun run, PpoTrainer trainer, Attempt attempt, Path checkpoints) {
        this.run = run;
        this.trainer = trainer;
        this.attempt = attempt;
        this.checkpoints = checkpoints;
        batches = run.batches();
        total = batches.stepsPerEpoch() * run.plan().numbers().epochs();
        List<WatchRule> rules = JobRules.of(run.heldOut().answers());
        String state = trainer.hostState();
        watch = state.isEmpty() ? new TrainingWatch(rules) : TrainingWatch.resume(rules, state);
        saved = attempt.base() + trainer.steps();
    }

    /** Steps until the last, or until the watch advises something else than to go on. */
    RollBack go() {
        String name = attempt.number() == 0 ? "RFT" : "RFT, attempt " + (attempt.number() + 1);
        run.line().start(name, saved, total);
        RollBack advice = new RollBack.GoOn();
        for (long step = saved; step < total && advice instanceof RollBack.GoOn; step++) {
            List<Warning> warnings;
            try {
                warnings = step(step);
            } catch (DivergedException e) {
                return diverged(step + 1, e);
            }
            // After the last step there is nothing to protect: the best checkpoints are kept.
            if (run.plan().onCollapse() != OnCollapse.WARN && step + 1 < total) {
                advice = RollBack.advise(JobRules.grave(warnings), run.records().goodOnTheWay());
            }
            // Not what the watch warned of: whoever goes on after a kill comes to the same warning again.
            if (advice instanceof RollBack.GoOn && saves(step + 1)) {
                trainer.save(checkpoints, watch.state());
                saved = step + 1;
            }
        }
        run.line()
                .end(
                        advice instanceof RollBack.GoOn
                                ? format("held-out reward %.3f", run.heldOutReward())
                                : "stopped by the watch");
        return advice;
    }

    private boolean saves(long done) {
        return done - saved >= run.plan().saveEvery() || done == total;
    }

    private List<Warning> step(long step) {
        long done = step + 1;
        GradedRollouts graded = trainer.grade(trainer.collect(batches.at(step)));
        StepReport report = trainer.update(graded);
        Map<String, Double> measures = new LinkedHashMap<>(RolloutMeasures.of(graded));
        double reward = measures.getOrDefault(RolloutMeasures.REWARD, Double.NaN);
        boolean evaluates = done % run.plan().numbers().evaluateEvery() == 0
                || done == total
                || JobRules.leaps(watch.history(), done, reward);
        if (evaluates || saves(done)) {
            measures.putAll(run.probe().of(run.policy(), graded.rollouts()));
        }
        Map<String, Double> told = new LinkedHashMap<>();
        told.put("train_reward_mean", reward);
        HeldOut heldOut = evaluates ? run.evaluate(attempt, done, measures) : null;
        if (heldOut != null) {
            told.putAll(heldOut.metrics());
            measures.put(HeldOutFalls.HELD_OUT, heldOut.reward());
        }
        List<Warning> warnings = watch.observe(new Observation(done, report.metrics()).with(measures));
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("epoch", batches.epoch(step) + 1.0);
        row.putAll(told);
        row.putAll(report.metrics());
        row.putAll(measures);
        run.records().add(attempt, done, row);
        tell(done, told, heldOut, warnings);
        return warnings;
    }

    private void tell(long done, Map<String, Double> told, @Nullable HeldOut heldOut, List<Warning> warnings) {
        double reward = told.getOrDefault("train_reward_mean", Double.NaN);
        run.line().update(done, format("reward %.2f", reward) + format("  held out %.3f", run.heldOutReward()));
        JobEvents events = run.records().events();
        if (heldOut != null) {
            told.values().removeIf(value -> !Double.isFinite(value));
            String message = format("Step %d/%d: ", done, total)
                    + format("train_reward_mean=%.3f, valid_reward_mean=%.3f", reward, heldOut.reward());
            events.tell("info", attempt.number(), done, message, told);
        }
        warnings.forEach(warning -> warn(done, warning));
    }

    private void warn(long step, Warning warning) {
        run.line().say("warning: " + warning);
        run.records().events().tell("warn", attempt.number(), step, warning.toString(), Map.of());
    }

    /** The trainer is torn; the checkpoints are not. */
    private RollBack diverged(long step, DivergedException e) {
        Warning warning =
                new Warning(new NotFinite(), step, Double.NaN, Double.MAX_VALUE, String.valueOf(e.getMessage()));
        warn(step, warning);
        Optional<BestCheckpoints.Entry> good = run.records().goodOnTheWay().bestBefore(step);
        return good.isPresent() ? new RollBack.GoBack(good.get().step(), warning) : new RollBack.Stop(warning);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
