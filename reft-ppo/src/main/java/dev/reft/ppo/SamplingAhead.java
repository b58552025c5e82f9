package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.Prompt;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Samples steps one after the other on the host's executor. The thread that trains adds steps and waits for them; only the task
 * that runs touches the sampler.
 */
final class SamplingAhead {
    /** A step to be sampled; its gradings begin as samples end. */
    final class Task {
        final long step;
        final List<Prompt> prompts;
        final List<int[]> encoded;
        final StepGrading grading;
        final SamplerWeights weights;
        private Completion @Nullable [][] own;
        private @Nullable Throwable failure;
        private boolean over;
        private volatile boolean cancelled;

        Task(long step, List<Prompt> prompts, List<int[]> encoded, StepGrading grading, SamplerWeights weights) {
            this.step = step;
            this.prompts = prompts;
            this.encoded = encoded;
            this.grading = grading;
            this.weights = weights;
        }

        /** Waits for this rank's samples; if sampling failed, throws what it failed with. */
        Completion[][] await() {
            synchronized (lock) {
                try {
                    while (!over) {
                        lock.wait();
                    }
                } catch (InterruptedException e) {
                    throw Interrupts.cancelled();
                }
                if (failure instanceof RuntimeException e) {
                    throw e;
                } else if (failure instanceof Error e) {
                    throw e;
                } else if (own == null) {
                    throw new CancellationException("sampling ahead of step " + step + " was ended");
                }
                return own;
            }
        }

        /** Whether the sampler is done with it. */
        boolean over() {
            synchronized (lock) {
                return over;
            }
        }

        boolean failed() {
            synchronized (lock) {
                return failure != null;
            }
        }

        private void run() {
            Completion @Nullable [][] drawn = null;
            Throwable thrown = null;
            try {
                drawn = collecting.own(
                        weights.open(), step, prompts, encoded, grading, (phase, done) -> {}, this::heed);
            } catch (RuntimeException | Error e) {
                thrown = e;
            }
            synchronized (lock) {
                own = drawn;
                failure = thrown;
                over = true;
                lock.notifyAll();
            }
        }

        private void heed() {
            if (cancelled) {
                throw new CancellationException("sampling ahead of step " + step + " was ended");
            }
            desk.poll();
        }
    }

    private final Executor executor;
    private final Collecting collecting;
    private final GradingDesk desk;
    private final Object lock = new Object();
    private final Deque<Task> waiting = new ArrayDeque<>();
    private @Nullable Task active;
    private boolean launched;

    SamplingAhead(Executor executor, Collecting collecting, GradingDesk desk) {
        this.executor = executor;
        this.collecting = collecting;
        this.desk = desk;
    }

    Task add(long step, List<Prompt> prompts, List<int[]> encoded, StepGrading grading, SamplerWeights weights) {
        Task task = new Task(step, prompts, encoded, grading, weights);
        boolean launch;
        synchronized (lock) {
            waiting.add(task);
            launch = !launched;
            launched = true;
        }
        if (launch) {
            try {
                executor.execute(this::drain);
            } catch (RejectedExecutionException e) {
                synchronized (lock) {
                    waiting.remove(task);
                    launched = false;
                }
                throw new IllegalStateException("the executor takes no sampling of step " + step, e);
            }
        }
        return task;
    }

    private void drain() {
        while (true) {
            Task task;
            synchronized (lock) {
                active = null;
                lock.notifyAll();
                task = waiting.poll();
                if (task == null) {
                    launched = false;
                    return;
                }
                active = task;
            }
            task.run();
        }
    }

    /** Ends all sampling and its gradings, and waits until the sampler is free. */
    void stop() {
        boolean interrupted = false;
        synchronized (lock) {
            for (Task task : waiting) {
                task.over = true;
            }
            waiting.clear();
            while (active != null) {
                active.cancelled = true;
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        desk.cancel();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
