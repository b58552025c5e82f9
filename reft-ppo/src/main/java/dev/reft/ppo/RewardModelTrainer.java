package dev.reft.ppo;

import dev.reft.model.Objective;
import dev.reft.model.Policy;
import dev.reft.model.TokenBatch;
import dev.reft.objective.PreferenceSums;
import dev.reft.objective.RewardPairObjective;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Fits a reward model to pairs of answers (Bradley and Terry 1952; arXiv 1706.03741): the score of an answer is the value of the
 * state after its last token, which is an end token where the answer ended. Only values are computed, never the vocabulary.
 *
 * <p>Open the model with a shared value head: its trunk learns at {@link SftConfig#rate}, the head at
 * {@link RewardModelConfig#headRate}. {@link Policy#export} then writes a directory that opens with its head: as a scorer for a
 * {@link RewardModelGrader}, and as a critic to begin with by {@code ValueHead.Separate}.
 *
 * <p>The loss is the mean over a batch's pairs by their {@link PreferencePair#weight}. Reports {@code loss}, {@code accuracy} (pairs whose chosen answer has the greater score), {@code margin} (mean difference),
 * {@code rewards/chosen}, {@code rewards/rejected}, {@code score/mean}, {@code score/std}, {@code calibration/ece} (expected calibration
 * error of the probability that the preferred answer is the chosen one), {@code calibration/binN/count}, {@code .../predicted} and
 * {@code .../right} for each of ten bins that is not empty, {@code pairs} and {@code pairs/skipped}; all but the loss count pairs alike. Calls, cancellation, failures,
 * replicas and checkpoints are as with {@link SftTrainer}.
 */
public final class RewardModelTrainer extends RewardTrainer<PreferencePair> {
    private final RewardModelConfig config;

    private RewardModelTrainer(Policy policy, RewardModelConfig config) {
        super("RewardModelTrainer", "reward-model", policy, config, config.base(), config.headRate());
        this.config = config;
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
        trainer.restore(checkpoint);
        return trainer;
    }

    @Override
    BatchLoop.Task task(List<PreferencePair> pairs) {
        return new Task(pairs);
    }

    private final class Task extends ValueTask {
        private final ResponseRows.Pairs rows;

        Task(List<PreferencePair> pairs) {
            rows = encoder().pairs(pairs);
        }

        @Override
        public TokenBatch batch() {
            return rows.batch();
        }

        @Override
        public Objective objective() {
            double[] margins = new double[rows.pairs().size()];
            Arrays.setAll(
                    margins, k -> config.marginScale() * rows.pairs().get(k).margin());
            return new RewardPairObjective(margins, rows.shares(), config.centring());
        }

        @Override
        public void report(Map<String, Double> sums, Map<String, Double> metrics) {
            double counted = sums.getOrDefault(PreferenceSums.PAIRS, 0.0);
            put("pairs", rows.pairs().size(), rows.skipped(), counted, sums, metrics);
        }
    }
}
