package dev.reft.ppo;

import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.TokenBatch;
import dev.reft.objective.PreferenceSums;
import dev.reft.objective.RewardLabelObjective;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fits a reward model to answers that are marked right or wrong, such as the reranker of ReFT (arXiv 2401.08967, section 4.4) or any
 * outcome verifier (arXiv 2110.14168): binary cross-entropy of the value of the state after an answer's last token, read as a logit.
 *
 * <p>ReFT's code has two classes and a softmax over two logits, which enter the loss by their difference only. Here the one value
 * stands for that difference, so losses and probabilities are the same; the two rows of its head move apart twice as fast as one row
 * moves, at the same rate of plain gradient descent.
 *
 * <p>Reports {@code loss}, {@code accuracy} (answers on the right side of 0), {@code margin} (mean logit of right answers less that of
 * wrong ones), {@code rewards/chosen} and {@code rewards/rejected} (mean logits of right and wrong answers), {@code examples} and
 * {@code examples/skipped}, and the rest as {@link RewardModelTrainer}; calibration is that of the probability of being right. What is
 * said there of value heads, export and use holds here.
 */
public final class RerankerTrainer implements AutoCloseable {
    private final Policy policy;
    private final RerankerConfig config;
    private final BatchLoop loop;

    private RerankerTrainer(Policy policy, RerankerConfig config) {
        this.policy = policy;
        this.config = config;
        RewardModelTrainer.requireValues(policy);
        loop = new BatchLoop(
                "RerankerTrainer",
                "reranker",
                policy,
                config,
                config.base(),
                config.headRate(),
                BatchLoop.Memory.NONE,
                () -> {});
    }

    /**
     * Starts a run.
     *
     * @param policy what becomes the reranker; stays the caller's to close
     * @param config the hyper-parameters
     * @return the trainer; close it
     * @throws IllegalArgumentException if the policy has no value head
     */
    public static RerankerTrainer start(Policy policy, RerankerConfig config) {
        return new RerankerTrainer(policy, config);
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
    public static RerankerTrainer resume(Policy policy, RerankerConfig config, Path checkpoint) {
        RerankerTrainer trainer = new RerankerTrainer(policy, config);
        trainer.loop.restore(checkpoint);
        return trainer;
    }

    /**
     * One optimiser step on a batch of examples.
     *
     * @param examples the batch; with replicas all ranks give the whole of it
     * @return what happened, of the batch before the step
     * @throws java.util.concurrent.CancellationException if interrupted before the optimiser step
     * @throws DivergedException if loss or gradient was not finite too often in a row
     */
    public StepReport step(List<LabelledResponse> examples) {
        return loop.step(() -> new Task(examples));
    }

    /**
     * The metrics of examples that are not trained.
     *
     * @param examples held-out data; with replicas all ranks give the whole of it
     * @return the metrics of a step, without those of the optimiser
     */
    public StepReport evaluate(List<LabelledResponse> examples) {
        return loop.evaluate(() -> new Task(examples));
    }

    private final class Task implements BatchLoop.Task {
        private final ResponseRows.Labelled rows;

        Task(List<LabelledResponse> examples) {
            rows = new ResponseRows(policy.tokenizer(), policy.info(), config.base(), false).labelled(examples);
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
            boolean[] right = new boolean[rows.examples().size()];
            double[] weights = new double[right.length];
            Arrays.fill(weights, 1.0 / weights.length);
            for (int i = 0; i < right.length; i++) {
                right[i] = rows.examples().get(i).good();
            }
            return new RewardLabelObjective(right, weights);
        }

        @Override
        public void report(Map<String, Double> sums, Map<String, Double> metrics) {
            metrics.put("examples", (double) rows.examples().size());
            metrics.put("examples/skipped", (double) rows.skipped());
            double counted =
                    sums.getOrDefault(PreferenceSums.CHOSEN, 0.0) + sums.getOrDefault(PreferenceSums.REJECTED, 0.0);
            if (counted > 0) {
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
