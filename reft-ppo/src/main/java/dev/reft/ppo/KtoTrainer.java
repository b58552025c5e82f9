package dev.reft.ppo;

import dev.reft.math.KtoLoss;
import dev.reft.math.SequenceLogProbs;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Trains on answers that are each marked desirable or not, without pairs: KTO (arXiv 2402.01306).
 *
 * <p>Its reference point is the mean log-ratio of answers after other prompts, at least 0: each example's prompt gets the answer of
 * the next example in the batch whose prompt is another one (TRL takes the next whatever its prompt). It is computed over the whole
 * batch before that is cut, and has no slope. A batch of one prompt has the reference point 0.
 *
 * <p>References, metrics, calls, cancellation, failures, replicas and checkpoints are as with {@link PreferenceTrainer}, a chosen answer
 * being a desirable one; further {@code kl}, {@code count/chosen} and {@code count/rejected}. The first loss is half the mean weight.
 */
public final class KtoTrainer implements AutoCloseable {
    private final Policy policy;
    private final KtoConfig config;
    private final ReferenceCache references;
    private final @Nullable LanguageModel ownReference;
    private final BatchLoop loop;

    private KtoTrainer(Policy policy, KtoConfig config, @Nullable ReferenceCache given) {
        this.policy = policy;
        this.config = config;
        if (given == null) {
            LanguageModel copy = policy.frozenCopy();
            ownReference = copy;
            references = ReferenceCache.of(copy);
        } else {
            ownReference = null;
            references = given;
        }
        ReferenceMemory memory = new ReferenceMemory(references, new RunningMean(0));
        loop = new BatchLoop("KtoTrainer", "kto", policy, config, config.base(), 0, memory, () -> {});
    }

    /**
     * Starts a run whose reference is the policy as it is now.
     *
     * @param policy what is trained; stays the caller's to close
     * @param config the hyper-parameters
     * @return the trainer; close it
     */
    public static KtoTrainer start(Policy policy, KtoConfig config) {
        return new KtoTrainer(policy, config, null);
    }

    /**
     * Starts a run.
     *
     * @param policy what is trained; stays the caller's to close
     * @param config the hyper-parameters
     * @param references the reference's log-probabilities. Which answers come after which other prompts depends on the batch, so it
     *     needs a reference to ask
     * @return the trainer; close it
     */
    public static KtoTrainer start(Policy policy, KtoConfig config, ReferenceCache references) {
        return new KtoTrainer(policy, config, references);
    }

    /**
     * Goes on with a run where its latest checkpoint is, bit for bit; its reference is the policy as it was opened.
     *
     * @param policy of the same model, with the weights that the run began with
     * @param config the same hyper-parameters
     * @param checkpoint the folder that was given to {@link #save}
     * @return the trainer; close it
     * @throws IllegalArgumentException if there is no checkpoint, or it is of another model, configuration or reference, naming
     *     the field
     */
    public static KtoTrainer resume(Policy policy, KtoConfig config, Path checkpoint) {
        return restored(new KtoTrainer(policy, config, null), checkpoint);
    }

    /**
     * Goes on with a run where its latest checkpoint is, bit for bit.
     *
     * @param policy of the same model
     * @param config the same hyper-parameters
     * @param references log-probabilities of the same reference
     * @param checkpoint the folder that was given to {@link #save}
     * @return the trainer; close it
     * @throws IllegalArgumentException if there is no checkpoint, or it is of another model, configuration or reference, naming
     *     the field
     */
    public static KtoTrainer resume(Policy policy, KtoConfig config, ReferenceCache references, Path checkpoint) {
        return restored(new KtoTrainer(policy, config, references), checkpoint);
    }

    private static KtoTrainer restored(KtoTrainer trainer, Path checkpoint) {
        try {
            trainer.loop.restore(checkpoint);
            return trainer;
        } catch (RuntimeException | Error e) {
            trainer.close();
            throw e;
        }
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
        return loop.step(() -> task(examples));
    }

    /**
     * The metrics of examples that are not trained.
     *
     * @param examples held-out data; with replicas all ranks give the whole of it
     * @return the metrics of a step, without those of the optimiser
     */
    public StepReport evaluate(List<LabelledResponse> examples) {
        return loop.evaluate(() -> task(examples));
    }

    private KtoTask task(List<LabelledResponse> examples) {
        ResponseRows encoder = new ResponseRows(policy.tokenizer(), policy.info(), config.base(), true);
        ResponseRows.Labelled rows = encoder.labelled(examples);
        TokenBatch mismatched = TokenBatch.of(mismatched(encoder, rows));
        loop.lap("encode");
        double[] own = references.of(loop, rows.batch(), 1, row -> Integer.MAX_VALUE);
        double[] others = references.of(loop, mismatched, 1, row -> Integer.MAX_VALUE);
        loop.lap("reference");
        double kl = kl(mismatched, others);
        loop.lap("kl");
        return new KtoTask(config.loss(), rows, own, kl);
    }

    /** Each prompt with the answer of the next example that has another prompt; those that do not fit are left out. */
    private static List<Row> mismatched(ResponseRows encoder, ResponseRows.Labelled rows) {
        List<Row> mismatched = new ArrayList<>();
        int n = rows.examples().size();
        for (int i = 0; i < n; i++) {
            for (int d = 1; d < n; d++) {
                int j = (i + d) % n;
                if (!Arrays.equals(rows.prompts().get(i), rows.prompts().get(j))) {
                    Row row = encoder.moved(
                            rows.prompts().get(i),
                            rows.prompts().get(j).length,
                            rows.batch().row(j));
                    if (row != null) {
                        mismatched.add(row);
                    }
                    break;
                }
            }
        }
        return mismatched;
    }

    private double kl(TokenBatch mismatched, double[] references) {
        Map<String, Double> sums = TeamSums.exchange(loop.team(), () -> {
            double ratios = 0;
            List<TokenBatch> cuts = loop.cuts(mismatched);
            for (int c = 0; c < cuts.size(); c++) {
                Interrupts.check();
                loop.progress("kl", c, cuts.size());
                TokenBatch cut = cuts.get(c);
                float[][] logProbs = policy.score(cut, Set.of(Output.LOG_PROB)).logProbs();
                for (int i = 0; i < cut.size(); i++) {
                    ratios += SequenceLogProbs.desensitised(logProbs[i], logProbs[i].length, 1)
                            - references[cut.origin(i)];
                }
            }
            return new TreeMap<>(Map.of("ratios", ratios));
        });
        double ratios = sums.getOrDefault("ratios", 0.0);
        return mismatched.size() == 0 ? 0 : KtoLoss.kl(new double[] {ratios / mismatched.size()}, new double[] {0});
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
     * Writes a checkpoint into a folder and makes it the latest; as {@link PreferenceTrainer#save}.
     *
     * @param checkpoint the folder of all checkpoints of the run, made if absent
     * @param hostState anything the host wants back on resume
     * @throws java.io.UncheckedIOException if writing fails; earlier checkpoints are as they were
     */
    public void save(Path checkpoint, String hostState) {
        loop.save(checkpoint, hostState, references::writeIfFiled);
    }

    /** Ends the run; the second and later calls do nothing. The policy stays open. */
    @Override
    public void close() {
        loop.close(() -> {
            if (ownReference != null) {
                ownReference.close();
            }
        });
    }
}
