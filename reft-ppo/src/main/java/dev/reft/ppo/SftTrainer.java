package dev.reft.ppo;

import dev.reft.math.Aggregation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.TokenBatch;
import dev.reft.objective.CrossEntropyObjective;
import dev.reft.objective.Sums;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    private final BatchLoop loop;

    private SftTrainer(Policy policy, SftConfig config) {
        this.policy = policy;
        this.config = config;
        loop = new BatchLoop("SftTrainer", "sft", policy, config, config, 0, BatchLoop.Memory.NONE, () -> {});
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
        trainer.loop.restore(checkpoint);
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
        return loop.step(() -> new Imitation(examples, false));
    }

    /**
     * The loss on examples that are not trained.
     *
     * @param examples held-out data; with replicas all ranks give the whole of it
     * @return {@code loss}, the mean negative log-probability a token in nats, {@code tokens}, {@code examples} and
     *     {@code examples/skipped}
     */
    public StepReport evaluate(List<SftExample> examples) {
        return loop.evaluate(() -> new Imitation(examples, true));
    }

    /** Cross-entropy on a batch of examples. */
    private final class Imitation implements BatchLoop.Task {
        private final SftRows.Encoded encoded;
        private final TokenBatch batch;
        private final boolean plain;

        Imitation(List<SftExample> examples, boolean plain) {
            encoded = new SftRows(policy.tokenizer(), policy.info(), config).encode(examples);
            batch = TokenBatch.of(encoded.rows());
            this.plain = plain;
        }

        @Override
        public TokenBatch batch() {
            return batch;
        }

        @Override
        public Set<Output> wanted() {
            return Set.of(Output.LOG_PROB);
        }

        @Override
        public Objective objective() {
            Aggregation aggregation = plain ? new Aggregation.TokenSum() : config.aggregation();
            return new CrossEntropyObjective(SftRows.weights(batch, aggregation));
        }

        @Override
        public void report(Map<String, Double> sums, Map<String, Double> metrics) {
            double tokens = sums.getOrDefault(Sums.TOKENS, 0.0);
            if (tokens > 0) {
                metrics.put("loss", sums.getOrDefault(Sums.NEGATIVE_LOG_PROB, 0.0) / tokens);
            }
            metrics.put("tokens", tokens);
            metrics.put("examples", (double) batch.size());
            metrics.put("examples/skipped", (double) encoded.skipped());
        }
    }

    /**
     * Number of steps that were done, those before a resume included; also the cursor of the data.
     *
     * @return &gt;= 0
     */
    public long steps() {
        return loop.steps();
    }

    /**
     * Where the trainer is; from any thread.
     *
     * @return the phase and how much of it is done
     */
    public Progress progress() {
        return loop.progress();
    }

    /**
     * What the host gave to {@link #save} in the checkpoint that this run was resumed from, or last gave to it.
     *
     * @return "" at a run's start
     */
    public String hostState() {
        return loop.hostState();
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
        loop.save(checkpoint, hostState, null);
    }

    /** Ends the run; the second and later calls do nothing. The policy stays open. */
    @Override
    public void close() {
        loop.close(() -> {});
    }
}
