package dev.reft.examples.guide;

import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.ppo.Batches;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.PairSet;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.PreferenceTrainer;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.evaluation.Ranker;
import dev.reft.ppo.evaluation.Selection;
import dev.reft.ppo.evaluation.SelectionReport;
import dev.reft.ppo.feedback.FeedbackSheet;
import dev.reft.ppo.feedback.FeedbackTask;
import dev.reft.ppo.feedback.Ratings;
import dev.reft.ppo.feedback.RolloutFiles;
import dev.reft.ppo.pipeline.Fingerprints;
import dev.reft.ppo.pipeline.Pipeline;
import dev.reft.ppo.pipeline.Stage;
import dev.reft.ppo.statistics.Bootstrap;
import dev.reft.ppo.statistics.Estimate;
import dev.reft.ppo.statistics.PairedOutcomes;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.CheckpointShelf;
import dev.reft.ppo.watch.HeldOutFalls;
import dev.reft.ppo.watch.Observation;
import dev.reft.ppo.watch.Probes;
import dev.reft.ppo.watch.RolloutMeasures;
import dev.reft.ppo.watch.TrainingWatch;
import dev.reft.ppo.watch.Warning;
import dev.reft.ppo.watch.WatchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Evaluating, watching a run, people as graders, and stages that run once. */
public final class Watched {
    private Watched() {}

    // region evaluating
    /**
     * One sampling of several answers, voted on and reranked.
     *
     * @param model what answers
     * @param rewardModel scores answers, of the same tokenizer
     * @param grader says what it read ({@code Grade.Score.extracted}), since that is the vote
     * @param problems the test
     * @param audit where every answer, vote and choice is written
     * @return how much more reranking solves than voting
     */
    public static Estimate votedAndReranked(
            LanguageModel model, Scorer rewardModel, Grader grader, List<Prompt> problems, Path audit) {
        EvaluationReport sampled =
                new Evaluator(model, grader, EvaluationConfig.voting(16, 1f, 24, 0)).evaluate(problems);
        SelectionReport voted = SelectionReport.of(sampled, Selection.majority(), 16);
        SelectionReport reranked = SelectionReport.of(sampled, Selection.best(Ranker.rewardModel(rewardModel)), 16);
        voted.writeAudit(audit);
        PairedOutcomes pairs = PairedOutcomes.of(reranked.outcomes(), voted.outcomes());
        System.out.println("McNemar p = " + pairs.mcNemar());
        return pairs.difference(Bootstrap.DEFAULT, 0.95);
    }
    // endregion

    // region watching
    /**
     * Steps that are watched for hacking and collapse; the watch's state travels in the checkpoints, and the best three by held-out
     * score stay.
     *
     * @param policy what learns
     * @param trainer started or resumed
     * @param prompts the problems
     * @param heldOut answers what training never sees
     * @param heldOutProblems its problems
     * @param probes fixed texts that have nothing to do with the task
     * @param folder for checkpoints; {@code resume} takes it, and each of those on the shelf: {@code shelf.path(step)}
     * @param steps of training
     * @return all warnings, with advice
     */
    public static List<Warning> watched(
            Policy policy,
            PpoTrainer trainer,
            Batches<Prompt> prompts,
            Evaluator heldOut,
            List<Prompt> heldOutProblems,
            List<Row> probes,
            Path folder,
            int steps) {
        TrainingWatch watch = trainer.hostState().isEmpty()
                ? new TrainingWatch(WatchRule.defaults())
                : TrainingWatch.resume(WatchRule.defaults(), trainer.hostState());
        CheckpointShelf shelf = CheckpointShelf.open(folder.resolve("best"), BestCheckpoints.KEPT);
        List<Warning> warnings = new ArrayList<>();
        while (trainer.steps() < steps) {
            GradedRollouts graded = trainer.grade(trainer.collect(prompts.at(trainer.steps())));
            StepReport report = trainer.update(graded);
            Observation seen = Observation.of(report).with(RolloutMeasures.of(graded));
            if (report.step() % 5 != 0) {
                warnings.addAll(watch.observe(seen));
            } else {
                double score = heldOut.evaluate(heldOutProblems).accuracy();
                warnings.addAll(watch.observe(
                        seen.with(HeldOutFalls.HELD_OUT, score).with(Probes.OFF_TASK, Probes.logProb(policy, probes))));
                shelf.offer(trainer.steps(), score, best -> trainer.save(best, watch.state()));
            }
            trainer.save(folder, watch.state());
        }
        return warnings;
    }
    // endregion

    // region people
    /**
     * Asks people: a page to rate, and their files read back.
     *
     * @param rollouts what was sampled
     * @param run the folder of the run
     * @return the sheet, to read ratings with
     * @throws IOException if a file cannot be written
     */
    public static FeedbackSheet ask(Rollouts rollouts, Path run) throws IOException {
        Files.createDirectories(run);
        RolloutFiles.write(run.resolve("rollouts.jsonl"), rollouts); // people take longer than processes live
        FeedbackSheet sheet = FeedbackSheet.of(rollouts, new FeedbackTask.Scores(1, 5));
        sheet.writePage(run.resolve("rate.html"), "Which answers help?"); // or writeJsonl, for a tool of your own
        return sheet;
    }

    /**
     * Learns from what the raters sent back.
     *
     * @param trainer that sampled, or another of the same policy
     * @param rollouts what was rated
     * @param sheet what was asked
     * @param files what the raters' browsers saved
     * @return what happened; completions that nobody rated are left out
     */
    public static StepReport learn(PpoTrainer trainer, Rollouts rollouts, FeedbackSheet sheet, List<Path> files) {
        Ratings ratings = Ratings.read(files, sheet);
        ratings.problems().forEach(System.err::println); // row, field and value of what could not be used
        return trainer.update(ratings.grades(rollouts));
    }

    /**
     * Learns from the same files by pairs, which scores, choices and rankings all give.
     *
     * @param trainer of DPO; a {@code RewardModelTrainer} takes the same pairs
     * @param rollouts what was rated
     * @param sheet what was asked
     * @param files what the raters' browsers saved
     * @return what happened
     */
    public static StepReport prefer(
            PreferenceTrainer trainer, Rollouts rollouts, FeedbackSheet sheet, List<Path> files) {
        PairSet preferred = Ratings.read(files, sheet).pairs(rollouts);
        return trainer.step(preferred.pairs());
    }
    // endregion

    // region pipeline
    /**
     * Two stages that run once each, whatever kills the process between.
     *
     * @param folder of the pipeline
     * @param data training rows, whose content is part of what a stage was made of
     */
    public static void stages(Path folder, Path data) {
        Pipeline pipeline = Pipeline.open(folder);
        pipeline.run(new Stage(
                "sft", Map.of("rate", "1e-5"), Map.of("rows", Fingerprints.of(data)), List.of(), context -> {
                    // context.scratch() outlives a kill: train there, resume from there
                    Files.writeString(context.output().resolve("model.txt"), "after SFT\n");
                    context.stamp(context.output()); // provenance into any checkpoint or export
                }));
        pipeline.run(new Stage("dpo", Map.of("beta", "5"), Map.of(), List.of("sft"), context -> {
            String before = Files.readString(context.parent("sft").resolve("model.txt"));
            Files.writeString(context.output().resolve("model.txt"), before + "after DPO\n");
        }));
    }
    // endregion
}
