package dev.reft.examples.run;

import dev.reft.examples.view.ProgressLine;
import dev.reft.ppo.Progress;
import java.util.function.Supplier;

/** Shows on a progress line what a trainer is at within a step, by polling it; a step of a real model takes minutes. */
final class Ticker implements AutoCloseable {
    private static final long PAUSE_MILLIS = 250;

    private final Thread thread;

    Ticker(ProgressLine line, Supplier<Progress> progress) {
        thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            Thread.sleep(PAUSE_MILLIS);
                            Progress now = progress.get();
                            line.within(now.total() == 0 ? "" : now.phase() + " " + now.done() + "/" + now.total());
                        }
                    } catch (InterruptedException e) {
                        // Closed: nothing is left to show.
                        Thread.currentThread().interrupt();
                    }
                },
                "reft-progress");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
