package dev.reft.ppo;

import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.objective.Accumulation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What trainers have in common that learn from a batch by a loss on its rows: the call's life, cuts and replicas, what is done with numbers
 * that are not finite, the report, checkpoints. A trainer adds what a step is about.
 */
final class BatchLoop {
    /** What a step or an evaluation is about: rows, and a loss on what the policy says of them. */
    interface Task {
        /** The whole batch, the same on all ranks. Groups are dealt to ranks. */
        TokenBatch batch();

        /** The outputs that the objective reads. */
        Set<Output> wanted();

        /** The loss; its sums are all that is known of it afterwards. */
        Objective objective();

        /** Optimiser steps that the batch is used for, &gt;= 1. */
        default int passes() {
            return 1;
        }

        /** The rows of an optimiser step: the batch or a selection of it, the same on all ranks. */
        default TokenBatch rows(int pass) {
            return batch();
        }

        /** The loss of an optimiser step, on the rows of the batch. */
        default Objective objective(int pass) {
            return objective();
        }

        /**
         * Metrics of the whole batch from the objective's sums, those of several optimiser steps added up; {@code loss} is the one that tells checkpoints apart. Without
         * sums there was nothing to train, or a number was not finite: then only counts are reported.
         */
        void report(Map<String, Double> sums, Map<String, Double> metrics);

        /** Hears of the sums of a step that was applied, as a running mean does. */
        default void trained(Map<String, Double> sums) {}
    }

    /** What a trainer keeps in its checkpoints besides the loop's own. */
    interface Memory {
        /** Adds its fields. */
        void write(Map<String, Object> fields);

        /** Reads and checks them. */
        void read(CheckpointFields fields);

        /** Nothing is kept. */
        Memory NONE = new Memory() {
            @Override
            public void write(Map<String, Object> fields) {
                // There is nothing.
            }

            @Override
            public void read(CheckpointFields fields) {
                // There is nothing.
            }
        };
    }

    private final String kind;
    private final Policy policy;
    private final Record config;
    private final SftConfig base;
    private final double valueRate;
    private final Memory memory;
    private final Team team;
    private final Lifecycle lifecycle;
    private final Stopwatch watch = new Stopwatch();
    private final TrainerState state = new TrainerState(0);
    private volatile long steps;
    private boolean began;

    /**
     * A loop.
     *
     * @param name of the trainer, for messages
     * @param kind of its checkpoints
     * @param config all hyper-parameters, for checkpoints
     * @param base how steps are taken
     * @param valueRate rate of the values' own parameters
     * @param onFailure ends what a failed call left running
     */
    BatchLoop(
            String name,
            String kind,
            Policy policy,
            Record config,
            SftConfig base,
            double valueRate,
            Memory memory,
            Runnable onFailure) {
        this.kind = kind;
        this.policy = policy;
        this.config = config;
        this.base = base;
        this.valueRate = valueRate;
        this.memory = memory;
        team = new Team(policy.replicas());
        lifecycle = new Lifecycle(name, policy, () -> {
            onFailure.run();
            watch.drain(new TreeMap<>());
        });
    }

    /** Goes on where the latest checkpoint of a folder is. */
    void restore(Path checkpoint) {
        Checkpoints.Saved saved = new Checkpoints(checkpoint).read();
        CheckpointFields fields = new CheckpointFields(saved.fields());
        Descriptions.requireSame("kind", fields.tree("kind"), kind);
        Descriptions.requireSame("model", fields.tree("model"), Descriptions.model(policy.info()));
        Descriptions.requireSame("config", fields.tree("config"), Descriptions.of(config));
        memory.read(fields);
        policy.restoreState(saved.policy());
        state.restore(fields);
        steps = state.steps;
    }

    /** One step: all optimiser steps of a task. */
    StepReport step(Supplier<? extends Task> tasks) {
        return lifecycle.call("step", () -> {
            watch.skip();
            began = false;
            try {
                return train(tasks.get());
            } catch (RuntimeException | Error e) {
                if (began) {
                    lifecycle.tear();
                }
                throw e;
            }
        });
    }

    private StepReport train(Task task) {
        watch.lap("encode");
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("lr", rate());
        if (task.batch().size() > 0) {
            descend(task, metrics);
        } else {
            task.report(Map.of(), metrics);
        }
        watch.lap("update");
        watch.drain(metrics);
        StepReport report = new StepReport(state.steps, metrics);
        if (state.skippedInARow >= base.maxSkippedSteps()) {
            lifecycle.tear();
            throw new DivergedException(
                    "step " + state.steps + ": loss or gradient was not finite in " + state.skippedInARow
                            + " steps in a row",
                    report);
        }
        steps = ++state.steps;
        return report;
    }

    private void descend(Task task, Map<String, Double> metrics) {
        Map<String, Double> all = new TreeMap<>();
        int applied = 0;
        int skipped = 0;
        int stepped = 0;
        double norms = 0;
        for (int pass = 0; pass < task.passes() && state.skippedInARow < base.maxSkippedSteps(); pass++) {
            Map<String, Double> sums = gradient(task, pass);
            StepResult result = null;
            if (TeamSums.finite(sums, team)) {
                sums.forEach((name, sum) -> all.merge(name, sum, Double::sum));
                began = true;
                result = policy.step(new StepSize(rate(), valueRate(), base.maxGradientNorm()));
                stepped++;
                norms += result.gradientNorm();
            } else {
                policy.discardGradients();
            }
            if (result != null && result.applied()) {
                applied++;
                state.skippedInARow = 0;
                task.trained(sums);
            } else {
                skipped++;
                state.skippedInARow++;
            }
        }
        if (stepped > 0) {
            metrics.put("gradient/norm", norms / stepped);
        }
        task.report(all, metrics);
        Double loss = metrics.get("loss");
        state.score(loss == null ? null : -loss);
        metrics.put("update/optimizer_steps", (double) applied);
        metrics.put("update/skipped_steps", (double) skipped);
    }

    /** Adds up the gradient of an optimiser step. An interrupt is heeded before the first one only: then nothing has changed. */
    private Map<String, Double> gradient(Task task, int pass) {
        List<TokenBatch> cuts = cuts(task.rows(pass));
        long first = (long) pass * cuts.size();
        long total = (long) task.passes() * cuts.size();
        int[] done = {0};
        lifecycle.progress("update", first, total);
        return TeamSums.accumulate(team, policy, cuts, task.wanted(), task.objective(pass), () -> {
            if (!began) {
                Interrupts.check();
            }
            lifecycle.progress("update", first + done[0]++, total);
        });
    }

    private double rate() {
        return base.schedule().at(base.rate(), state.steps);
    }

    private double valueRate() {
        return valueRate == 0 ? 0 : base.schedule().at(valueRate, state.steps);
    }

    /** The report on a batch that is not trained. */
    StepReport evaluate(Supplier<? extends Task> tasks) {
        return lifecycle.call("evaluate", () -> {
            Task task = tasks.get();
            List<TokenBatch> cuts = cuts(task.batch());
            Map<String, Double> sums = TeamSums.exchange(team, () -> {
                Map<String, Double> own = new TreeMap<>();
                long done = 0;
                for (TokenBatch cut : cuts) {
                    Interrupts.checkEvaluation();
                    lifecycle.progress("evaluate", done++, cuts.size());
                    TokenScores scores = policy.score(cut, task.wanted());
                    Evaluation evaluation = task.objective().evaluate(scores);
                    evaluation.sums().forEach((name, sum) -> own.merge(name, sum, Double::sum));
                }
                return own;
            });
            Map<String, Double> metrics = new TreeMap<>();
            task.report(sums, metrics);
            return new StepReport(state.steps, metrics);
        });
    }

    /** Other work under the trainer's guard, such as scoring ahead. */
    <T> T call(String operation, Supplier<T> work) {
        return lifecycle.call(operation, work);
    }

    /** This rank's cuts of a batch. */
    List<TokenBatch> cuts(TokenBatch batch) {
        List<Integer> mine = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            if (team.owns(batch.group(i))) {
                mine.add(i);
            }
        }
        int tokens = base.microBatchTokens() == 0 ? policy.info().tokensPerPass() : base.microBatchTokens();
        return Accumulation.cuts(
                batch.select(mine.stream().mapToInt(Integer::intValue).toArray()), tokens);
    }

    Team team() {
        return team;
    }

    void progress(String phase, long done, long total) {
        lifecycle.progress(phase, done, total);
    }

    void lap(String phase) {
        watch.lap(phase);
    }

    long steps() {
        return steps;
    }

    Progress progress() {
        return lifecycle.progress();
    }

    String hostState() {
        return state.hostState;
    }

    /** Writes a checkpoint, and what a trainer keeps elsewhere before it. */
    void save(Path checkpoint, String hostState, @Nullable Runnable before) {
        lifecycle.call("save", () -> {
            lifecycle.progress("save", 0, 1);
            Map<String, Object> fields = state.fields(hostState);
            fields.put("kind", kind);
            fields.put("model", Descriptions.model(policy.info()));
            fields.put("config", Descriptions.of(config));
            memory.write(fields);
            team.exchange(out -> {
                if (team.rank() == 0) {
                    if (before != null) {
                        before.run();
                    }
                    new Checkpoints(checkpoint).write(state.steps, fields, policy::saveState);
                }
            });
            state.saved(hostState);
            return true;
        });
    }

    void close(Runnable work) {
        lifecycle.close(work);
    }
}
