package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.Prompt;
import dev.reft.math.Ragged;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.TokenBatch;
import dev.reft.objective.CrossEntropyObjective;
import dev.reft.objective.Sums;
import dev.reft.random.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The Online Self-Training baseline of the ReFT paper (arXiv 2401.08967, section 4.2): the policy samples answers to a batch of
 * problems, and imitates those that are right, together with the worked solutions. The loop is ReFT's; what differs is that right answers
 * are learned by cross-entropy, wrong ones are dropped, and nothing holds the policy to where it began.
 *
 * <p>Sampled answers keep their token ids. Of answers that read the same but for white space only the first is learned, and none that was
 * cut off. A batch is gone over as often, and in as many mini-batches, as {@link OnlineSelfTrainingConfig} says, like PPO's; an optimiser
 * step's loss is the mean over the tokens of its mini-batch.
 *
 * <p>Reports {@code loss} (mean negative log-probability a token, each optimiser step's before it), {@code tokens} and {@code examples}
 * (rows) of the batch, {@code update/optimizer_steps}, {@code examples/skipped}, {@code samples}, {@code samples/right}, {@code samples/kept}, {@code objective/scores},
 * {@code grade/failed} and {@code grade/none}. Calls, cancellation, failures, replicas and checkpoints are as with
 * {@link PpoTrainer}.
 */
public final class OnlineSelfTraining implements AutoCloseable {
    private final Policy policy;
    private final OnlineSelfTrainingConfig config;
    private final GradingDesk desk;
    private final BatchLoop loop;

    private OnlineSelfTraining(Policy policy, Grader grader, OnlineSelfTrainingConfig config) {
        this.policy = policy;
        this.config = config;
        desk = new GradingDesk(
                (prompt, group) -> List.of(grader.grade(prompt, group.get(0))),
                config.answers().grading(),
                null);
        loop = new BatchLoop(
                "OnlineSelfTraining",
                "online-self-training",
                policy,
                config,
                config.base(),
                0,
                BatchLoop.Memory.NONE,
                desk::cancel);
    }

    /**
     * Starts a run.
     *
     * @param policy what is trained, and what samples; stays the caller's to close
     * @param grader thread-safe
     * @param config the hyper-parameters
     * @return the trainer; close it
     */
    public static OnlineSelfTraining start(Policy policy, Grader grader, OnlineSelfTrainingConfig config) {
        return new OnlineSelfTraining(policy, grader, config);
    }

    /**
     * Goes on with a run where its latest checkpoint is, bit for bit.
     *
     * @param policy of the same model
     * @param grader thread-safe
     * @param config the same hyper-parameters
     * @param checkpoint the folder that was given to {@link #save}
     * @return the trainer; close it
     * @throws IllegalArgumentException if there is no checkpoint, or it is of another model or configuration, naming the
     *     field
     */
    public static OnlineSelfTraining resume(
            Policy policy, Grader grader, OnlineSelfTrainingConfig config, Path checkpoint) {
        OnlineSelfTraining trainer = new OnlineSelfTraining(policy, grader, config);
        try {
            trainer.loop.restore(checkpoint);
            return trainer;
        } catch (RuntimeException | Error e) {
            trainer.close();
            throw e;
        }
    }

    /**
     * Samples, grades, and takes the optimiser steps of the batch.
     *
     * @param problems the batch, with different ids; with replicas all ranks give the whole of it
     * @return what happened
     * @throws java.util.concurrent.CancellationException if interrupted before the first optimiser step
     * @throws DivergedException if loss or gradient was not finite too often in a row
     * @throws dev.reft.grading.GradingException if all gradings failed, or too many graders hang
     */
    public StepReport step(List<Demonstration> problems) {
        return loop.step(() -> new Task(problems));
    }

    private final class Task implements BatchLoop.Task {
        private final ResponseRows.Labelled rows;
        private final Map<String, Double> counts;
        private final int kept;

        Task(List<Demonstration> problems) {
            List<Prompt> prompts = problems.stream().map(Demonstration::prompt).toList();
            OwnAnswers.Kept own = new OwnAnswers(policy, config.answers(), desk, loop).collect(prompts);
            counts = own.counts();
            List<LabelledResponse> examples = new ArrayList<>();
            int drawn = 0;
            for (int p = 0; p < prompts.size(); p++) {
                if (config.gold() && problems.get(p).solved()) {
                    Response solution = Response.of(problems.get(p).completion());
                    examples.add(new LabelledResponse(prompts.get(p), solution, true));
                }
                for (Completion completion : own.completions().get(p)) {
                    examples.add(new LabelledResponse(prompts.get(p), Response.of(completion), true));
                    drawn++;
                }
            }
            kept = drawn;
            rows = new ResponseRows(policy.tokenizer(), policy.info(), config.base(), true).labelled(examples);
        }

        @Override
        public TokenBatch batch() {
            return rows.batch();
        }

        @Override
        public Set<Output> wanted() {
            return Set.of(Output.LOG_PROB);
        }

        @Override
        public Objective objective() {
            return new CrossEntropyObjective(
                    SftRows.weights(rows.batch(), config.base().aggregation()));
        }

        private int miniBatches() {
            return Math.min(config.miniBatches(), Math.max(1, rows.batch().size()));
        }

        @Override
        public int passes() {
            return config.epochs() * miniBatches();
        }

        /** A mini-batch's rows in the order of its epoch; a function of place, so that replicas and resumed runs agree. */
        private int[] chosen(int pass) {
            int size = rows.batch().size();
            int parts = miniBatches();
            int[] order = new int[size];
            Arrays.setAll(order, i -> i);
            if (parts > 1) {
                long seed = config.answers().seed();
                order = Seeds.permutation(
                        size, Seeds.at(seed, Seeds.Stream.SHUFFLE, loop.steps(), "mini-batches", pass / parts));
            }
            int part = pass % parts;
            return Arrays.copyOfRange(
                    order, (int) ((long) size * part / parts), (int) ((long) size * (part + 1) / parts));
        }

        @Override
        public TokenBatch rows(int pass) {
            return rows.batch().select(chosen(pass));
        }

        @Override
        public Objective objective(int pass) {
            int[] lengths = new int[rows.batch().size()];
            boolean[] counted = new boolean[lengths.length];
            for (int i = 0; i < lengths.length; i++) {
                lengths[i] = rows.batch().row(i).scored().length;
            }
            for (int row : chosen(pass)) {
                counted[row] = true;
            }
            return new CrossEntropyObjective(
                    Ragged.floats(config.base().aggregation().weights(lengths, counted)));
        }

        @Override
        public void report(Map<String, Double> sums, Map<String, Double> metrics) {
            double tokens = sums.getOrDefault(Sums.TOKENS, 0.0);
            if (tokens > 0) {
                metrics.put("loss", sums.getOrDefault(Sums.NEGATIVE_LOG_PROB, 0.0) / tokens);
            }
            int length = 0;
            for (int i = 0; i < rows.batch().size(); i++) {
                length += rows.batch().row(i).scored().length;
            }
            metrics.put("tokens", (double) length);
            metrics.put("examples", (double) rows.examples().size());
            metrics.put("examples/skipped", (double) rows.skipped());
            for (String name : List.of("samples", "samples/right", "grade/failed", "grade/none")) {
                metrics.put(name, counts.getOrDefault(name, 0.0));
            }
            metrics.put("samples/kept", (double) kept);
            Double scored = counts.get("scored");
            if (scored != null) {
                metrics.put("objective/scores", counts.getOrDefault("scores", 0.0) / scored);
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
        loop.close(desk::close);
    }
}
