package dev.reft.examples.run;

import dev.reft.examples.view.ProgressLine;
import dev.reft.grading.Prompt;
import dev.reft.ppo.Batches;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.Progress;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.ppo.StepReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Runs the steps of a stage, whatever trains in it: progress, accuracies on the way, checkpoints, and the record at the end. */
final class StageLoop {
    private static final List<String> KEPT = List.of(
            "loss",
            "objective/scores",
            "objective/kl",
            "objective/entropy",
            "grade/part/correct",
            "grade/part/readable",
            "grade/part/hidden",
            "grade/part/agrees",
            "rewards/accuracies",
            "rewards/margins",
            "response/length_mean",
            "loss/policy_avg",
            "loss/value_avg",
            "examples",
            "update/optimizer_steps",
            "policy/clipfrac_avg",
            "value/explained_variance",
            "sampler/logp_gap_mean",
            "sampler/logp_gap_max");

    /**
     * What trains: a trainer with the data of its steps.
     *
     * @param step makes the next step
     * @param steps counts those that were made
     * @param progress tells where it is within a step
     * @param save writes a checkpoint
     */
    record Work(
            Supplier<StepReport> step, LongSupplier steps, Supplier<Progress> progress, BiConsumer<Path, String> save) {
        static Work of(SftTrainer trainer, Batches<SftExample> batches) {
            return new Work(
                    () -> trainer.step(batches.at(trainer.steps())), trainer::steps, trainer::progress, trainer::save);
        }

        static Work of(PpoTrainer trainer, Batches<Prompt> batches) {
            return new Work(
                    () -> trainer.step(batches.at(trainer.steps())), trainer::steps, trainer::progress, trainer::save);
        }
    }

    /**
     * How long a stage goes on and what happens on the way.
     *
     * @param first steps that the trainer had done before the stage
     * @param more whether another step is wanted
     * @param place what the progress line counts
     * @param saveEvery steps between two checkpoints
     * @param checkDue whether an accuracy is due after a step
     * @param check measures it
     * @param describe a step in a few words
     */
    record Course(
            long first,
            Predicate<StageLog> more,
            ToLongFunction<StageLog> place,
            int saveEvery,
            Predicate<StageLog> checkDue,
            Function<StageLog, StageLog.Check> check,
            BiFunction<StepReport, StageLog, String> describe) {}

    private final RunFolder folder;
    private final ProgressLine line;

    StageLoop(RunFolder folder, ProgressLine line) {
        this.folder = folder;
        this.line = line;
    }

    /** Runs a stage to its end, from what its last checkpoint says of it. */
    StageLog run(String stage, Work work, StageLog before, Course course) {
        StageLog log = before;
        long saved = work.steps().getAsLong();
        Resident.restart();
        try (Ticker ticker = new Ticker(line, work.progress())) {
            while (course.more().test(log)) {
                long start = System.nanoTime();
                StepReport report = work.step().get();
                double seconds = log.seconds() + (System.nanoTime() - start) / 1e9;
                log = log.with(point(report, work.steps().getAsLong() - course.first(), seconds), Resident.megabytes());
                line.update(course.place().applyAsLong(log), course.describe().apply(report, log));
                if (course.checkDue().test(log)) {
                    log = log.with(course.check().apply(log));
                    Resident.restart();
                }
                if (work.steps().getAsLong() - saved >= course.saveEvery()) {
                    work.save().accept(folder.checkpoints(stage), RunFolder.text(log));
                    saved = work.steps().getAsLong();
                }
            }
        }
        if (work.steps().getAsLong() != saved || !folder.hasCheckpoint(stage)) {
            work.save().accept(folder.checkpoints(stage), RunFolder.text(log));
        }
        folder.finish(stage, log);
        return log;
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

    /** A supervised step in a few words. */
    static String loss(StepReport report, StageLog log) {
        return String.format(Locale.ROOT, "loss %.3f", report.metrics().getOrDefault("loss", Double.NaN));
    }
}
