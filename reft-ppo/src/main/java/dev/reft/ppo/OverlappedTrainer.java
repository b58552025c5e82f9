package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.Prompt;
import dev.reft.model.CallGuard;
import dev.reft.model.Policy;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PpoTrainer} whose samples are drawn beside its updates: while step s is trained, a sampler with weights of its own draws
 * step s + lag, and its gradings run. The caller owns the loop as ever:
 *
 * <pre>{@code
 * PpoConfig config = PpoConfig.grpo().toBuilder()
 *     .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2))).build();
 * try (OverlappedTrainer trainer = PpoTrainer.of(policy).grader(grader).config(config)
 *     .startOverlapped(Overlap.ONE_STEP, executor, data::at)) {
 *   while (trainer.steps() < 100) {
 *     StepReport report = trainer.step();
 *   }
 * }
 * }</pre>
 *
 * <p><b>Weights.</b> Step s + lag is drawn with the weights before step s, or older ones if {@link Overlap#renewEvery} is more than
 * 1; never older than {@link Overlap#mostBehind} steps. They are a frozen copy of the policy, or files that {@link
 * PpoTrainer.Builder#sampler} reads if it is {@link dev.reft.model.Refreshable}. With lag 1 there is one copy at a time. The
 * first {@code lag + 1} steps of a run have the weights of its start.
 *
 * <p><b>Correction.</b> Completions of older weights are weighted by {@link PpoConfig#correction}, from the sampler's
 * log-probabilities and rescored ones, or enter by the ratio itself with {@link OldLogProbs.Sampled}; one of the two is needed unless
 * nothing is behind. Every report has {@code sampler/lag} (steps), {@code sampler/ratio_mean} and {@code _max} (importance
 * weights before truncation), {@code sampler/truncated_share} (of tokens), and {@code sampler/kl_k1} and {@code _k3} (KL from
 * the sampler to the policy, nats a token). {@code time/generate_s} is the time that training waited for samples.
 *
 * <p><b>Repeatable.</b> Samples follow from weights, step, prompt and number, so runs with the same lag are the same, whatever the
 * executor's pace; lag 0 is the plain trainer bit for bit. {@link #save} drops what was drawn ahead and starts over from the weights
 * that it saved, so that a run that resumes and the run that saved go on the same, bit for bit; it costs the drawing of
 * {@code lag} steps. Runs that save at other steps differ.
 *
 * <p><b>Failures.</b> What a sampler or a grader beside fails with is thrown by the {@code step} that needed its samples, before
 * anything was updated; the same call may be repeated and starts over from the present weights. Interrupting
 * {@code step} loses nothing that was drawn. One call at a time; {@link #progress} and {@link #steps} may be read any time.
 */
public final class OverlappedTrainer implements AutoCloseable {
    private final DefaultPpoTrainer trainer;
    private final Policy policy;
    private final Overlap overlap;
    private final LongFunction<List<Prompt>> prompts;
    private final GradingDesk desk;
    private final SamplerWeights.Source source;
    private final SamplingAhead ahead;
    private final CallGuard guard;
    private final Deque<SamplingAhead.Task> drawn = new ArrayDeque<>();
    private final List<SamplerWeights> live = new ArrayList<>();
    private @Nullable SamplerWeights current;
    private boolean closed;

    OverlappedTrainer(
            DefaultPpoTrainer trainer,
            Policy policy,
            Overlap overlap,
            Executor executor,
            LongFunction<List<Prompt>> prompts,
            GradingDesk desk,
            SamplerWeights.Source source) {
        this.trainer = trainer;
        this.policy = policy;
        this.overlap = overlap;
        this.prompts = prompts;
        this.desk = desk;
        this.source = source;
        ahead = new SamplingAhead(executor, trainer.collecting(), desk);
        guard = new CallGuard("OverlappedTrainer of " + policy.info().id());
    }

    /**
     * One step of training, on samples that were drawn ahead; the prompts of a step are asked for once, in order, on this thread.
     *
     * @return what happened
     * @throws CancellationException if interrupted before the first optimiser step; the call may be repeated
     * @throws IllegalArgumentException if there are no prompts for this step
     * @throws IllegalStateException if the trainer is closed or torn
     */
    public StepReport step() {
        try (CallGuard.Call call = guard.enter("step")) {
            if (closed) {
                throw new IllegalStateException("the OverlappedTrainer is closed");
            }
            try {
                return stepOnce();
            } catch (RuntimeException | Error e) {
                if (!(e instanceof CancellationException) || headFailed()) {
                    startOverAfter(e);
                }
                throw e;
            }
        }
    }

    private boolean headFailed() {
        SamplingAhead.Task head = drawn.peek();
        return head != null && head.failed();
    }

    private void startOverAfter(Throwable failure) {
        try {
            startOver();
        } catch (RuntimeException | Error also) {
            failure.addSuppressed(also);
        }
    }

    private StepReport stepOnce() {
        long step = trainer.steps();
        // With nothing drawn yet all steps up to the lag begin at once, with the same weights.
        draw(step, drawn.isEmpty() ? step + overlap.lag() : step);
        SamplingAhead.Task task = drawn.peek();
        if (task == null) {
            throw new IllegalArgumentException("there are no prompts for step " + step);
        }
        StepReport report = trainer.step(
                task.prompts,
                task.encoded,
                () -> {
                    Completion[][] own = task.await();
                    draw(step, step + overlap.lag());
                    return own;
                },
                task.grading);
        drawn.remove();
        Map<String, Double> metrics = new TreeMap<>(report.metrics());
        metrics.put("sampler/lag", (double) (step - task.weights.step()));
        metrics.put("grade/stuck", (double) desk.stuck());
        metrics.put("grade/timeouts", (double) desk.timeouts());
        return new StepReport(report.step(), metrics);
    }

    /** Adds what is to be drawn up to a step; {@code now} is the step whose weights the policy has. */
    private void draw(long now, long upTo) {
        long next = drawn.isEmpty() ? now : drawn.getLast().step + 1;
        for (long step = next; step <= upTo; step++) {
            List<Prompt> wanted = List.copyOf(prompts.apply(step));
            if (wanted.isEmpty()) {
                return;
            }
            List<int[]> encoded = trainer.collecting().encode(policy, wanted);
            drawn.add(ahead.add(step, wanted, encoded, trainer.grading(desk), weights(now)));
        }
    }

    private SamplerWeights weights(long now) {
        SamplerWeights present = current;
        if (present != null && now - present.step() < overlap.renewEvery()) {
            return present;
        }
        current = null;
        dropUnused(); // before the next copy is made, so that there is room for it
        SamplerWeights renewed = source.take(now);
        live.add(renewed);
        current = renewed;
        return renewed;
    }

    /** Frees weights that neither a step to come nor the next to be drawn needs; the step that is being trained has its samples. */
    private void dropUnused() {
        for (SamplerWeights weights : List.copyOf(live)) {
            boolean used = weights == current;
            for (SamplingAhead.Task task : drawn) {
                used |= task.weights == weights && !task.over();
            }
            if (!used) {
                live.remove(weights);
                weights.drop();
            }
        }
    }

    private void startOver() {
        ahead.stop();
        drawn.clear();
        current = null;
        dropUnused();
    }

    /**
     * Number of steps that were done, those before a resume included.
     *
     * @return &gt;= 0
     */
    public long steps() {
        return trainer.steps();
    }

    /**
     * Where the training is; from any thread.
     *
     * @return the phase and how much of it is done
     */
    public Progress progress() {
        return trainer.progress();
    }

    /**
     * What the host gave to {@link #save} in the checkpoint that this run was resumed from, or last gave to it.
     *
     * @return "" at a run's start
     */
    public String hostState() {
        return trainer.hostState();
    }

    /**
     * Writes a checkpoint as {@link PpoTrainer#save} does, drops what was drawn ahead and starts over from the saved weights: its
     * prompts are asked for again.
     *
     * @param checkpoint the folder of all checkpoints of the run, made if absent
     * @param hostState anything the host wants back on resume
     * @throws java.io.UncheckedIOException if writing fails; earlier checkpoints are as they were
     */
    public void save(Path checkpoint, String hostState) {
        try (CallGuard.Call call = guard.enter("save")) {
            trainer.save(checkpoint, hostState);
            startOver();
        }
    }

    /** Ends sampling, waits until the sampler is free, and closes the trainer; the second and later calls do nothing. */
    @Override
    public void close() {
        try (CallGuard.Call call = guard.enter("close")) {
            if (!closed) {
                closed = true;
                try {
                    startOver();
                } finally {
                    desk.close();
                    trainer.close();
                }
            }
        }
    }
}
