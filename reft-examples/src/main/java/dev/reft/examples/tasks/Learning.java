package dev.reft.examples.tasks;

import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.ppo.Batches;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.SetRewards;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.ppo.watch.Observation;
import dev.reft.ppo.watch.RolloutMeasures;
import dev.reft.ppo.watch.TrainingWatch;
import dev.reft.ppo.watch.Warning;
import dev.reft.ppo.watch.WatchRule;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongFunction;

/** The two kinds of stages that all examples have: supervised, and reinforcement under a watch. */
final class Learning {
    /** One line a step, in a stage's output. */
    static final String STEPS = "steps.jsonl";

    private final Workshop shop;

    Learning(Workshop shop) {
        this.shop = shop;
    }

    /**
     * A stage of reinforcement.
     *
     * @param prompts of a step, by its number from 0
     * @param grader of training
     * @param heldOut measures the policy every now and then; {@link dev.reft.ppo.watch.HeldOutFalls#HELD_OUT} is what the watch knows
     * @param rules of the watch
     */
    record Course(
            LongFunction<List<Prompt>> prompts,
            Grader grader,
            Function<Sampler, Map<String, Double>> heldOut,
            List<WatchRule> rules) {
        Course {
            rules = List.copyOf(rules);
        }
    }

    /** Trains on examples; the policy is as it was opened, or as the scratch folder has it. */
    void imitate(StageContext context, Policy policy, List<SftExample> examples) {
        TaskPlan.WarmUp plan = shop.plan().warmUp();
        Batches<SftExample> batches = Batches.of(examples, plan.batch(), shop.seed("examples"));
        try (SftTrainer trainer = Workshop.begun(context)
                ? SftTrainer.resume(policy, shop.sft(), Workshop.scratch(context))
                : SftTrainer.start(policy, shop.sft())) {
            Workshop.Work work = Workshop.Work.of(
                    trainer::steps, () -> trainer.step(batches.at(trainer.steps())), trainer::save, () -> "");
            shop.run(context, plan.epochs() * batches.stepsPerEpoch(), work, Workshop::loss);
        }
    }

    /** Reinforces; the policy is as the parent left it. */
    StepLog reinforce(StageContext context, Policy policy, Course course) {
        PpoTrainer.Builder builder =
                PpoTrainer.of(policy).grader(course.grader()).config(shop.grpo());
        try (PpoTrainer trainer =
                Workshop.begun(context) ? builder.resume(Workshop.scratch(context)) : builder.start()) {
            Rounds rounds = new Rounds(trainer, policy, course);
            Workshop.Work work = Workshop.Work.of(trainer::steps, rounds::step, trainer::save, () -> rounds.log.text());
            shop.run(context, shop.plan().reinforce().steps(), work, Learning::reward);
            JsonLines.write(context.output().resolve(STEPS), rounds.log.rows());
            return rounds.log;
        }
    }

    /** Steps of reinforcement with what is remembered of them. */
    private final class Rounds {
        private final PpoTrainer trainer;
        private final Policy policy;
        private final Course course;
        private final TrainingWatch watch;
        private StepLog log;

        Rounds(PpoTrainer trainer, Policy policy, Course course) {
            this.trainer = trainer;
            this.policy = policy;
            this.course = course;
            log = StepLog.of(trainer.hostState());
            watch = log.watch().isEmpty()
                    ? new TrainingWatch(course.rules())
                    : TrainingWatch.resume(course.rules(), log.watch());
        }

        StepReport step() {
            GradedRollouts graded =
                    trainer.grade(trainer.collect(course.prompts().apply(trainer.steps())));
            StepReport report = trainer.update(graded);
            Map<String, Double> row = new TreeMap<>(RolloutMeasures.of(graded));
            row.putAll(SetRewards.of(graded));
            TaskPlan.Reinforce plan = shop.plan().reinforce();
            if (report.step() % plan.every() == 0 || report.step() == plan.steps() - 1) {
                row.putAll(course.heldOut().apply(policy));
            }
            List<String> warnings = watch.observe(Observation.of(report).with(row)).stream()
                    .map(Warning::toString)
                    .toList();
            warnings.forEach(warning -> shop.line().say("Watch: " + warning));
            row.put("step", (double) report.step());
            log = log.with(row, warnings, watch.state());
            return report;
        }
    }

    private static String reward(StepReport report) {
        return String.format(Locale.ROOT, "reward %.3f", report.metrics().getOrDefault("objective/scores", Double.NaN));
    }

    /** Where a stage's log of steps is. */
    static Path steps(Path stage) {
        return stage.resolve(STEPS);
    }
}
