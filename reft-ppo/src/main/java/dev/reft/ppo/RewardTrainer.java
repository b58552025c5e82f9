package dev.reft.ppo;

import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.TokenBatch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What trainers of models have in common whose score is the value of the state after an answer's last token: the steps, their report and the
 * checkpoints.
 *
 * @param <E> an example
 */
abstract class RewardTrainer<E> implements AutoCloseable {
    private final BatchLoop loop;
    private final ResponseRows encoder;

    /**
     * A trainer of a kind.
     *
     * @param name for messages
     * @param kind of its checkpoints
     * @throws IllegalArgumentException if the policy has no value head
     */
    RewardTrainer(String name, String kind, Policy policy, Record config, SftConfig base, double headRate) {
        if (!policy.info().outputs().contains(Output.VALUE)) {
            throw new IllegalArgumentException(
                    "policy " + policy.info().id() + " does not give VALUE, which a reward model is; it gives "
                            + policy.info().outputs() + ". Open it with a value head (Training.valueHead)");
        }
        encoder = new ResponseRows(policy.tokenizer(), policy.info(), base, false);
        loop = new BatchLoop(name, kind, policy, config, base, headRate, BatchLoop.Memory.NONE, () -> {});
    }

    /** Rows that score nothing: only the value after the last token is wanted. */
    final ResponseRows encoder() {
        return encoder;
    }

    /** Goes on where a folder's latest checkpoint is. */
    final void restore(Path checkpoint) {
        loop.restore(checkpoint);
    }

    /** What a batch is about. */
    abstract BatchLoop.Task task(List<E> examples);

    /** A loss on values. */
    abstract static class ValueTask implements BatchLoop.Task {
        @Override
        public final Set<Output> wanted() {
            return Set.of(Output.VALUE);
        }

        @Override
        public abstract TokenBatch batch();

        @Override
        public abstract Objective objective();

        /** The same weight for each, one in all. */
        static double[] equal(int size) {
            double[] weights = new double[size];
            Arrays.fill(weights, 1.0 / size);
            return weights;
        }

        /** Counts, and what is known of the scores of so many predictions. */
        static void put(
                String unit,
                int kept,
                int skipped,
                double predictions,
                Map<String, Double> sums,
                Map<String, Double> metrics) {
            metrics.put(unit, (double) kept);
            metrics.put(unit + "/skipped", (double) skipped);
            if (predictions > 0) {
                RewardReport.put(sums, predictions, metrics);
            }
        }
    }

    /**
     * One optimiser step on a batch.
     *
     * @param examples the batch; with replicas all ranks give the whole of it
     * @return what happened, of the batch before the step
     * @throws java.util.concurrent.CancellationException if interrupted before the optimiser step
     * @throws DivergedException if loss or gradient was not finite too often in a row
     */
    public StepReport step(List<E> examples) {
        return loop.step(() -> task(examples));
    }

    /**
     * The metrics of examples that are not trained.
     *
     * @param examples held-out data; with replicas all ranks give the whole of it
     * @return the metrics of a step, without those of the optimiser
     */
    public StepReport evaluate(List<E> examples) {
        return loop.evaluate(() -> task(examples));
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
     * Writes a checkpoint into a folder and makes it the latest; as {@link SftTrainer#save}.
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
