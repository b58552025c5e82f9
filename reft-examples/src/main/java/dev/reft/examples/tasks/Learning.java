package dev.reft.examples.tasks;

import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.ppo.Batches;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.SetRewards;
import dev.reft.ppo.pipeline.StageContext;
import dev.reft.ppo.watch.CheckpointProbe;
import dev.reft.ppo.watch.Observation;
import dev.reft.ppo.watch.Probes;
import dev.reft.ppo.watch.RolloutMeasures;
import dev.reft.ppo.watch.TrainingWatch;
import dev.reft.ppo.watch.Warning;
import dev.reft.ppo.watch.WatchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** The watch's warnings, one a line, in a stage's output. */
    private static final String WARNINGS = "warnings.txt";

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
     * @param offTask texts that are not trained on; what becomes of them is measured at every checkpoint
     * @param rules of the watch
     */
    record Course(
            LongFunction<List<Prompt>> prompts,
            Grader grader,
            Function<Sampler, Map<String, Double>> heldOut,
            List<String> offTask,
            List<WatchRule> rules) {
        Course {
            offTask = List.copyOf(offTask);
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

    /** Puts the measures of a stage's checkpoints into its output. */
    void write(StageContext context, Checks checks) {
        JsonLines.write(context.output().resolve(STEPS), checks.log().rows());
    }

    /**
     * Reinforces; the policy is as the parent left it. Before the first step, at every checkpoint and at every evaluation its distance
     * from there and the texts that are not trained on are measured.
     */
    StepLog reinforce(StageContext context, Policy policy, Course course) {
        PpoConfig config = shop.grpo();
        // Before the trainer takes up a checkpoint: this is where the stage began. Also a run without a penalty is
        // measured by it.
        try (LanguageModel initial = policy.frozenCopy()) {
            PpoTrainer.Builder builder =
                    PpoTrainer.of(policy).grader(course.grader()).config(config);
            if (!(config.kl() instanceof KlPenalty.None)) {
                builder.reference(initial);
            }
            CheckpointProbe probe = new CheckpointProbe(initial, Probes.rows(policy.tokenizer(), course.offTask()));
            try (PpoTrainer trainer =
                    Workshop.begun(context) ? builder.resume(Workshop.scratch(context)) : builder.start()) {
                Rounds rounds = new Rounds(trainer, policy, course, probe);
                Workshop.Work work =
                        Workshop.Work.of(trainer::steps, rounds::step, trainer::save, () -> rounds.log.text());
                shop.run(context, shop.plan().reinforce().steps(), work, Learning::reward);
                JsonLines.write(context.output().resolve(STEPS), rounds.log.rows());
                Files.write(context.output().resolve(WARNINGS), rounds.log.warnings(), StandardCharsets.UTF_8);
                return rounds.log;
            } catch (IOException e) {
                throw new UncheckedIOException("writing " + context.output(), e);
            }
        }
    }

    /** What was measured at a stage's checkpoints, in words: its distance from where it began, and what it has forgotten. */
    static List<String> measured(String name, Path stage) {
        List<Double> kl = numbers(stage, Probes.KL);
        List<Double> offTask = numbers(stage, Probes.OFF_TASK);
        List<String> lines = new ArrayList<>();
        if (!kl.isEmpty() && !offTask.isEmpty()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s: KL to where it began %.3f nats a completion at the end, %.3f at most; off task %.3f nats a token at the"
                            + " first checkpoint, %.3f at the last.",
                    name,
                    kl.get(kl.size() - 1),
                    kl.stream().mapToDouble(v -> v).max().orElse(Double.NaN),
                    offTask.get(0),
                    offTask.get(offTask.size() - 1)));
        }
        return lines;
    }

    /** The same, and what the watch said. */
    static List<String> watched(String name, Path stage) {
        List<String> lines = new ArrayList<>(measured(name, stage));
        warnings(stage).forEach(warning -> lines.add("- " + name + ", the watch at " + warning));
        return lines;
    }

    /** The numbers of a name at a stage's checkpoints, in order. */
    private static List<Double> numbers(Path stage, String name) {
        return JsonLines.read(steps(stage)).stream()
                .filter(row -> row.has(name))
                .map(row -> row.number(name))
                .toList();
    }

    /** A stage as its table has it: its answers, and what was measured of it last. */
    static StageTable.Examined examined(Path stage) {
        List<Double> kl = numbers(stage, Probes.KL);
        List<Double> offTask = numbers(stage, Probes.OFF_TASK);
        return new StageTable.Examined(Examination.read(stage), last(kl), last(offTask));
    }

    /** NaN if there is none. */
    private static double last(List<Double> numbers) {
        return numbers.isEmpty() ? Double.NaN : numbers.get(numbers.size() - 1);
    }

    /** What the watch said in a stage. */
    static List<String> warnings(Path stage) {
        try {
            return Files.readAllLines(stage.resolve(WARNINGS));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + stage, e);
        }
    }

    /** Steps of reinforcement with what is remembered of them. */
    private final class Rounds {
        private final PpoTrainer trainer;
        private final Policy policy;
        private final Course course;
        private final CheckpointProbe probe;
        private final TrainingWatch watch;
        private StepLog log;

        Rounds(PpoTrainer trainer, Policy policy, Course course, CheckpointProbe probe) {
            this.trainer = trainer;
            this.policy = policy;
            this.course = course;
            this.probe = probe;
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
            long done = report.step() + 1;
            boolean evaluates = report.step() % plan.every() == 0 || done == plan.steps();
            if (evaluates) {
                row.putAll(course.heldOut().apply(policy));
            }
            if (evaluates || done % shop.plan().saveEvery() == 0) {
                row.putAll(probe.of(policy, graded.rollouts()));
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

    static String reward(StepReport report) {
        return String.format(Locale.ROOT, "reward %.3f", report.metrics().getOrDefault("objective/scores", Double.NaN));
    }

    /** Where a stage's log of steps is. */
    static Path steps(Path stage) {
        return stage.resolve(STEPS);
    }
}
