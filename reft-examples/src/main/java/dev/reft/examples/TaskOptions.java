package dev.reft.examples;

import dev.reft.examples.tasks.TaskPlan;
import dev.reft.examples.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that the examples beyond the quickstart share. */
final class TaskOptions {
    private static final Tasks.Habit HABIT = new Tasks.Habit(300, 25, 1.5e-4);

    @Option(
            names = "--examples",
            paramLabel = "N",
            description = "items with an answer to imitate (default: 300; puzzle 1200, extraction 1000)")
    private @Nullable Integer examples;

    @Option(names = "--warm-up-epochs", paramLabel = "N", description = "epochs over them (default: 25; extraction 5)")
    private @Nullable Integer warmUpEpochs;

    @Option(names = "--warm-up-batch", paramLabel = "N", description = "examples of a step (default: 32)")
    private int warmUpBatch = 32;

    @Option(names = "--warm-up-rate", paramLabel = "RATE", description = "default: 1e-3")
    private double warmUpRate = 1e-3;

    @Option(names = "--questions", paramLabel = "N", description = "items to reinforce on (default: 4000)")
    private int questions = 4000;

    @Option(names = "--steps", paramLabel = "N", description = "steps of reinforcement (default: 60)")
    private int steps = 60;

    @Option(names = "--prompts", paramLabel = "N", description = "items of a step (default: 32)")
    private int prompts = 32;

    @Option(names = "--samples", paramLabel = "N", description = "answers to each (default: 8)")
    private int samples = 8;

    @Option(names = "--rate", paramLabel = "RATE", description = "of reinforcement (default: 1.5e-4; extraction 3e-4)")
    private @Nullable Double rate;

    @Option(names = "--kl", paramLabel = "C", description = "coefficient of the KL penalty (default: 0.01; 0 for none)")
    private double kl = 0.01;

    @Option(names = "--tests", paramLabel = "N", description = "held-out items (default: 200)")
    private int tests = 200;

    @Option(names = "--evaluate-every", paramLabel = "N", description = "steps between evaluations (default: 10)")
    private int every = 10;

    @Option(names = "--save-every", paramLabel = "N", description = "steps between checkpoints (default: 20)")
    private int saveEvery = 20;

    @Option(names = "--threads", paramLabel = "N", description = "of the engine (default: 2)")
    private int threads = 2;

    @Option(names = "--seed", paramLabel = "N", description = "of weights, data, order and samples (default: 1)")
    private long seed = 1;

    TaskPlan plan() {
        return plan(HABIT);
    }

    /** With a task's sizes and rate where none were given. */
    TaskPlan plan(Tasks.Habit habit) {
        return new TaskPlan(
                seed,
                threads,
                new TaskPlan.WarmUp(
                        examples == null ? habit.examples() : examples,
                        warmUpEpochs == null ? habit.epochs() : warmUpEpochs,
                        warmUpBatch,
                        warmUpRate),
                new TaskPlan.Reinforce(
                        questions, steps, prompts, samples, rate == null ? habit.rate() : rate, kl, every),
                tests,
                saveEvery);
    }
}
