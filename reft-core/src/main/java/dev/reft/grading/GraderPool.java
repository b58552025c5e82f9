package dev.reft.grading;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;

/** A desk's own grading threads: named daemons, of which one that is stuck can be replaced. */
final class GraderPool implements Executor, AutoCloseable {
    private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Set<Thread> workers = new HashSet<>();
    private int started;
    private boolean closed;

    GraderPool(int threads) {
        for (int i = 0; i < threads; i++) {
            startWorker();
        }
    }

    private synchronized void startWorker() {
        Thread worker = new Thread(this::work, "reft-grader-" + started++);
        worker.setDaemon(true);
        workers.add(worker);
        worker.start();
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
    }

    /** Gives up a thread that will not end and starts another in its place. */
    synchronized void replace(Thread stuck) {
        if (!closed && workers.remove(stuck)) {
            startWorker();
        }
    }

    private synchronized boolean employed() {
        return !closed && workers.contains(Thread.currentThread());
    }

    private void work() {
        try {
            while (employed()) {
                queue.take().run();
            }
        } catch (InterruptedException e) {
            // Only close interrupts a worker that waits: this is its end.
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the threads; one that is stuck is a daemon and is left to itself. */
    @Override
    public synchronized void close() {
        closed = true;
        queue.clear();
        workers.forEach(Thread::interrupt);
        workers.clear();
    }
}
