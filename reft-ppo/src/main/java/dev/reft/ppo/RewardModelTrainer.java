package dev.reft.ppo;

import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.TokenBatch;
import dev.reft.objective.PreferenceSums;
import dev.reft.objective.RewardPairObjective;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fits a reward model to pairs of answers (Bradley and Terry 1952; arXiv 1706.03741): the score of an answer is the value of the
 * state after its last token, which is an end token where the answer ended. Only values are computed, never the vocabulary.
 *
 * <p>Open the model with a shared value head: its trunk learns at {@link SftConfig#rate}, the head at
 * {@link RewardModelConfig#headRate}. {@link Policy#export} then writes a directory that opens with its head: as a scorer for a
 * {@link RewardModelGrader}, and as a critic to begin with by {@code ValueHead.Separate}.
 *
 * <p>Reports {@code loss}, {@code accuracy} (pairs whose chosen answer has the greater score), {@code margin} (mean difference),
 * {@code rewards/chosen}, {@code rewards/rejected}, {@code score/mean}, {@code score/std}, {@code calibration/ece} (expected calibration
 * error of the probability that the preferred answer is the chosen one), {@code calibration/binN/count}, {@code .../predicted} and
 * {@code .../right} for each of ten bins that is not empty, {@code pairs} and {@code pairs/skipped}. Calls, cancellation, failures,
 * replicas and checkpoints are as with {@link SftTrainer}.
 */
public final class RewardModelTrainer implements AutoCloseable {
    private final Policy policy;
    private final RewardModelConfig config;
    private final BatchLoop loop;

    private RewardModelTrainer(Policy policy, RewardModelConfig config) {
        this.policy = policy;
        this.config = config;
        requireValues(policy);
        loop = new BatchLoop(
                "RewardModelTrainer",
                "reward-model",
                policy,
                config,
                config.base(),
                config.headRate(),
                BatchLoop.Memory.NONE,
                () -> {});
    }

    static void requireValues(Policy policy) {
        if (!policy.info().outputs().contains(Output.VALUE)) {
            throw new IllegalArgumentException(
                    "policy " + policy.info().id() + " does not give VALUE, which a reward model" + " is; it gives "
                            + policy.info().outputs() + ". Open it with a value head (Training.valueHead)");
        }
    }

    /**
     * Starts a run.
     *
     * @param policy what becomes the reward model; stays the caller's to close
     * @param config the hyper-parameters
     * @return the trainer; close it
     * @throws IllegalArgumentException if the policy has no value head
     */
    public static RewardModelTrainer start(Policy policy, RewardModelConfig config) {
        return new RewardModelTrainer(policy, config);
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
    public static RewardModelTrainer resume(Policy policy, RewardModelConfig config, Path checkpoint) {
        RewardModelTrainer trainer = new RewardModelTrainer(policy, config);
        trainer.loop.restore(checkpoint);
        return trainer;
    }

    /**
     * One optimiser step on a batch of pairs.
     *
     * @param pairs the batch; with replicas all ranks give the whole of it
     * @return what happened, of the batch before the step
     * @throws java.util.concurrent.CancellationException if interrupted before the optimiser step
     * @throws DivergedException if loss or gradient was not finite too often in a row
     */
    public StepReport step(List<PreferencePair> pairs) {
        return loop.step(() -> new Task(pairs));
    }

    /**
     * The metrics of pairs that are not trained.
     *
     * @param pairs held-out data; with replicas all ranks give the whole of it
     * @return the metrics of a step, without those of the optimiser
     */
    public StepReport evaluate(List<PreferencePair> pairs) {
        return loop.evaluate(() -> new Task(pairs));
    }

    private final class Task implements BatchLoop.Task {
        private final ResponseRows.Pairs rows;

        Task(List<PreferencePair> pairs) {
            rows = new ResponseRows(policy.tokenizer(), policy.info(), config.base(), false).pairs(pairs);
        }

        @Override
        public TokenBatch batch() {
            return rows.batch();
        }

        @Override
        public Set<Output> wanted() {
            return Set.of(Output.VALUE);
        }

        @Override
        public Objective objective() {
            double[] weights = new double[rows.pairs().size()];
            double[] margins = new double[weights.length];
            Arrays.fill(weights, 1.0 / weights.length);
            Arrays.setAll(
                    margins, k -> config.marginScale() * rows.pairs().get(k).margin());
            return new RewardPairObjective(margins, weights, config.centring());
        }

        @Override
        public void report(Map<String, Double> sums, Map<String, Double> metrics) {
            metrics.put("pairs", (double) rows.pairs().size());
            metrics.put("pairs/skipped", (double) rows.skipped());
            Double counted = sums.get(PreferenceSums.PAIRS);
            if (counted != null) {
                RewardReport.put(sums, counted, metrics);
            }
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
