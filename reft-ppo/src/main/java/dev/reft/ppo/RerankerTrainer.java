package dev.reft.ppo;

import dev.reft.model.Objective;
import dev.reft.model.Policy;
import dev.reft.model.TokenBatch;
import dev.reft.objective.PreferenceSums;
import dev.reft.objective.RewardLabelObjective;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
public final class RerankerTrainer extends RewardTrainer<LabelledResponse> {
    private RerankerTrainer(Policy policy, RerankerConfig config) {
        super("RerankerTrainer", "reranker", policy, config, config.base(), config.headRate());
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
        trainer.restore(checkpoint);
        return trainer;
    }

    @Override
    BatchLoop.Task task(List<LabelledResponse> examples) {
        return new Task(examples);
    }

    private final class Task extends ValueTask {
        private final ResponseRows.Labelled rows;

        Task(List<LabelledResponse> examples) {
            rows = encoder().labelled(examples);
        }

        @Override
        public TokenBatch batch() {
            return rows.batch();
        }

        @Override
        public Objective objective() {
            boolean[] right = new boolean[rows.examples().size()];
            for (int i = 0; i < right.length; i++) {
                right[i] = rows.examples().get(i).good();
            }
            return new RewardLabelObjective(right, equal(right.length));
        }

        @Override
        public void report(Map<String, Double> sums, Map<String, Double> metrics) {
            double counted =
                    sums.getOrDefault(PreferenceSums.CHOSEN, 0.0) + sums.getOrDefault(PreferenceSums.REJECTED, 0.0);
            put("examples", rows.examples().size(), rows.skipped(), counted, sums, metrics);
        }
    }
}
