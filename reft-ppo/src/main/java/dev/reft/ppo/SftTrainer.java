package dev.reft.ppo;

import dev.reft.model.Evaluation;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.objective.Accumulation;
import dev.reft.objective.CrossEntropyObjective;
import dev.reft.objective.Sums;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Supervised fine-tuning on completions, such as the warm-up of ReFT. The caller owns the loop:
 *
 * <pre>{@code
 * Batches<SftExample> batches = Batches.of(examples, 48, seed);
 * try (SftTrainer trainer = SftTrainer.start(policy, SftConfig.reft())) {
 *   while (batches.epoch(trainer.steps()) < 2) {
 *     trainer.step(batches.at(trainer.steps()));
 *   }
 * }
 * }</pre>
 *
 * <p>Calls, cancellation, failures, replicas and checkpoints are as with {@link PpoTrainer}. Before reinforcement call
 * {@link Policy#restartOptimizer}: the moments of this stage are no use there.
 */
public final class SftTrainer implements AutoCloseable {
    private final Policy policy;
    private final SftConfig config;
    private final Team team;
    private final Lifecycle lifecycle;
    private final Stopwatch watch = new Stopwatch();
    private final TrainerState state = new TrainerState(0);
    private volatile long steps;
    private boolean began;

    private SftTrainer(Policy policy, SftConfig config) {
        this.policy = policy;
        this.config = config;
        team = new Team(policy.replicas());
        lifecycle = new Lifecycle("SftTrainer", policy, () -> watch.drain(new TreeMap<>()));
    }

    /**
     * Starts a run.
     *
     * @param policy what is trained; stays the caller's to close
     * @param config the hyper-parameters
     * @return the trainer; close it
     */
    public static SftTrainer start(Policy policy, SftConfig config) {
        return new SftTrainer(policy, config);
    }

    /**
     * Goes on with a run where its latest checkpoint is, bit for bit.
     *
     * @param policy of the same model
     * @param config the same hyper-parameters
     * @param checkpoint the folder that was given to {@link #save}
     * @return the trainer; close it
     * @throws IllegalArgumentException if there is no checkpoint, or it is of another model or configuration, naming the
     *     field
     */
    public static SftTrainer resume(Policy policy, SftConfig config, Path checkpoint) {
        SftTrainer trainer = new SftTrainer(policy, config);
        Checkpoints.Saved saved = new Checkpoints(checkpoint).read();
        CheckpointFields fields = new CheckpointFields(saved.fields());
        Descriptions.requireSame("kind", fields.tree("kind"), "sft");
        Descriptions.requireSame("model", fields.tree("model"), Descriptions.model(policy.info()));
        Descriptions.requireSame("config", fields.tree("config"), Descriptions.of(config));
        policy.restoreState(saved.policy());
        trainer.state.restore(fields);
        trainer.steps = trainer.state.steps;
        return trainer;
    }

    /**
     * One optimiser step on a batch of examples.
     *
     * @param examples the batch; with replicas all ranks give the whole of it
     * @return what happened: {@code loss} is the mean negative log-probability a token in nats, before the step
     * @throws java.util.concurrent.CancellationException if interrupted before the optimiser step
     * @throws DivergedException if loss or gradient was not finite too often in a row
     */
    public StepReport step(List<SftExample> examples) {
        return lifecycle.call("step", () -> {
            watch.skip();
            began = false;
            try {
                return train(examples);
            } catch (RuntimeException | Error e) {
                if (began) {
                    lifecycle.tear();
                }
                throw e;
            }
        });
    }

    private StepReport train(List<SftExample> examples) {
        SftRows.Encoded encoded = new SftRows(policy.tokenizer(), policy.info(), config).encode(examples);
        TokenBatch batch = TokenBatch.of(encoded.rows());
        watch.lap("encode");
        List<TokenBatch> cuts = cuts(batch);
        lifecycle.progress("update", 0, cuts.size());
        int[] done = {0};
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("examples", (double) batch.size());
        metrics.put("examples/skipped", (double) encoded.skipped());
        metrics.put("lr", rate());
        if (batch.size() > 0) {
            CrossEntropyObjective objective = new CrossEntropyObjective(weights(batch));
            Map<String, Double> sums =
                    TeamSums.accumulate(team, policy, cuts, Set.of(Output.LOG_PROB), objective, () -> {
                        Interrupts.check();
                        lifecycle.progress("update", done[0]++, cuts.size());
                    });
            descend(sums, metrics);
        }
        watch.lap("update");
        watch.drain(metrics);
        StepReport report = new StepReport(state.steps, metrics);
        if (state.skippedInARow >= config.maxSkippedSteps()) {
            lifecycle.tear();
            throw new DivergedException(
                    "step " + state.steps + ": loss or gradient was not finite in " + state.skippedInARow
                            + " steps in a row",
                    report);
        }
        steps = ++state.steps;
        return report;
    }

    private void descend(Map<String, Double> sums, Map<String, Double> metrics) {
        boolean finite = TeamSums.finite(sums, team);
        if (finite) {
            double tokens = Math.max(1, sums.getOrDefault(Sums.TOKENS, 0.0));
            double loss = sums.getOrDefault(Sums.NEGATIVE_LOG_PROB, 0.0) / tokens;
            metrics.put("loss", loss);
            metrics.put("tokens", tokens);
            state.score(-loss);
            began = true;
            StepResult result = policy.step(new StepSize(rate(), 0, config.maxGradientNorm()));
            metrics.put("gradient/norm", result.gradientNorm());
            finite = result.applied();
        } else {
            policy.discardGradients();
        }
        metrics.put("update/skipped_steps", finite ? 0.0 : 1.0);
        state.skippedInARow = finite ? 0 : state.skippedInARow + 1;
    }

    private double rate() {
        return config.schedule().at(config.rate(), state.steps);
    }

    /**
     * The loss on examples that are not trained.
     *
     * @param examples held-out data; with replicas all ranks give the whole of it
     * @return {@code loss}, the mean negative log-probability a token in nats, {@code tokens}, {@code examples} and
     *     {@code examples/skipped}
     */
    public StepReport evaluate(List<SftExample> examples) {
        return lifecycle.call("evaluate", () -> {
            SftRows.Encoded encoded = new SftRows(policy.tokenizer(), policy.info(), config).encode(examples);
            TokenBatch batch = TokenBatch.of(encoded.rows());
            List<TokenBatch> cuts = cuts(batch);
            Map<String, Double> sums = TeamSums.exchange(team, () -> {
                Map<String, Double> own = new TreeMap<>();
                for (TokenBatch cut : cuts) {
                    Interrupts.checkEvaluation();
                    lifecycle.progress("evaluate", cuts.indexOf(cut), cuts.size());
                    TokenScores scores = policy.score(cut, Set.of(Output.LOG_PROB));
                    Evaluation evaluation = new CrossEntropyObjective(ones(batch)).evaluate(scores);
                    evaluation.sums().forEach((name, sum) -> own.merge(name, sum, Double::sum));
                }
                return own;
            });
            double tokens = sums.getOrDefault(Sums.TOKENS, 0.0);
            Map<String, Double> metrics = new TreeMap<>();
            if (tokens > 0) {
                metrics.put("loss", sums.getOrDefault(Sums.NEGATIVE_LOG_PROB, 0.0) / tokens);
            }
            metrics.put("tokens", tokens);
            metrics.put("examples", (double) batch.size());
            metrics.put("examples/skipped", (double) encoded.skipped());
            return new StepReport(state.steps, metrics);
        });
    }

    private List<TokenBatch> cuts(TokenBatch batch) {
        List<Integer> mine = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            if (team.owns(i)) {
                mine.add(i);
            }
        }
        int tokens = config.microBatchTokens() == 0 ? policy.info().tokensPerPass() : config.microBatchTokens();
        return Accumulation.cuts(
                batch.select(mine.stream().mapToInt(Integer::intValue).toArray()), tokens);
    }

    private float[][] weights(TokenBatch batch) {
        int[] lengths = new int[batch.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = batch.row(i).scored().length;
        }
        double[][] exact = config.aggregation().weights(lengths);
        float[][] weights = new float[exact.length][];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = new float[exact[i].length];
            for (int t = 0; t < weights[i].length; t++) {
                weights[i][t] = (float) exact[i][t];
            }
        }
        return weights;
    }

    private static float[][] ones(TokenBatch batch) {
        float[][] ones = new float[batch.size()][];
        for (int i = 0; i < ones.length; i++) {
            ones[i] = new float[batch.row(i).scored().length];
            Arrays.fill(ones[i], 1);
        }
        return ones;
    }

    /**
     * Number of steps that were done, those before a resume included; also the cursor of the data.
     *
     * @return &gt;= 0
     */
    public long steps() {
        return steps;
    }

    /**
     * Where the trainer is; from any thread.
     *
     * @return the phase and how much of it is done
     */
    public Progress progress() {
        return lifecycle.progress();
    }

    /**
     * What the host gave to {@link #save} in the checkpoint that this run was resumed from, or last gave to it.
     *
     * @return "" at a run's start
     */
    public String hostState() {
        return state.hostState;
    }

    /**
     * Writes a checkpoint into a folder and makes it the latest; as {@link PpoTrainer#save}, the best being the one with the
     * lowest mean loss.
     *
     * @param checkpoint the folder of all checkpoints of the run, made if absent
     * @param hostState anything the host wants back on resume
     * @throws java.io.UncheckedIOException if writing fails; earlier checkpoints are as they were
     */
    public void save(Path checkpoint, String hostState) {
        lifecycle.call("save", () -> {
            Map<String, Object> fields = state.fields(hostState);
            fields.put("kind", "sft");
            fields.put("model", Descriptions.model(policy.info()));
            fields.put("config", Descriptions.of(config));
            team.exchange(out -> {
                if (team.rank() == 0) {
                    new Checkpoints(checkpoint).write(state.steps, fields, policy::saveState);
                }
            });
            state.saved(hostState);
            return true;
        });
    }

    /** Ends the run; the second and later calls do nothing. The policy stays open. */
    @Override
    public void close() {
        lifecycle.close(() -> {});
    }
}
