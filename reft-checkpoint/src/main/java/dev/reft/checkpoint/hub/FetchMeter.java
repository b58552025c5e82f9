package dev.reft.checkpoint.hub;

import java.util.function.UnaryOperator;

/** Tells the progress of the fetch that it was given to, from any thread. */
public final class FetchMeter {
    private volatile FetchProgress now = new FetchProgress("", 0, 0, 0, 0);

    /** A meter that stands at nothing. */
    public FetchMeter() {}

    /**
     * The progress now.
     *
     * @return a consistent set of numbers
     */
    public FetchProgress progress() {
        return now;
    }

    void plan(int files, long bytes) {
        change(p -> new FetchProgress("", 0, files, 0, bytes));
    }

    void begin(String file) {
        change(p -> new FetchProgress(file, p.files(), p.allFiles(), p.bytes(), p.allBytes()));
    }

    /** Negative where a part turned out to be wrong. */
    void add(long bytes) {
        change(p -> new FetchProgress(p.file(), p.files(), p.allFiles(), p.bytes() + bytes, p.allBytes()));
    }

    void end() {
        change(p -> new FetchProgress("", p.files() + 1, p.allFiles(), p.bytes(), p.allBytes()));
    }

    private synchronized void change(UnaryOperator<FetchProgress> change) {
        now = change.apply(now);
    }
}
