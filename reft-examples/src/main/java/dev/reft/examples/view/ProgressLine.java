package dev.reft.examples.view;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Live progress: one line that is written over on a terminal, and a plain line now and then elsewhere, so that logs stay
 * readable. Thread-safe.
 */
public final class ProgressLine {
    private static final int BAR = 24;
    private static final long TERMINAL_PAUSE = 100_000_000L;
    private static final long LOG_PAUSE = 10_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final int width;
    private final LongSupplier nanos;
    private String phase = "";
    private long total;
    private long first;
    private long startedAt;
    private long shownAt;
    private int shownLength;
    private long lastDone;
    private String details = "";
    private String inner = "";

    /**
     * Progress on the standard output, which is probed for a terminal.
     *
     * @return the line
     */
    public static ProgressLine standard() {
        return new ProgressLine(System.out, isTerminal(), columns(System.getenv("COLUMNS")), System::nanoTime);
    }

    /**
     * Progress elsewhere.
     *
     * @param out where to write
     * @param terminal whether lines can be written over
     * @param width columns, &gt;= 40
     * @param nanos a clock in nanoseconds
     * @throws IllegalArgumentException if the width is below 40
     */
    public ProgressLine(PrintStream out, boolean terminal, int width, LongSupplier nanos) {
        if (width < 40) {
            throw new IllegalArgumentException("a progress line of " + width + " columns; it needs 40");
        }
        this.out = out;
        this.terminal = terminal;
        this.width = width;
        this.nanos = nanos;
    }

    /**
     * Begins a phase.
     *
     * @param name such as {@code "PPO"}
     * @param done units that an earlier run did; they do not count for the time left
     * @param units how many in all, &gt;= 0
     */
    public synchronized void start(String name, long done, long units) {
        phase = name;
        total = units;
        first = done;
        startedAt = nanos.getAsLong();
        lastDone = done;
        details = "";
        inner = "";
        show();
    }

    /**
     * Shows how far the phase is, unless the last line is too fresh.
     *
     * @param done units, those of an earlier run included
     * @param text such as {@code "reward 0.61"}
     */
    public synchronized void update(long done, String text) {
        lastDone = done;
        details = text;
        showIfDue();
    }

    /**
     * Shows what is being done within a unit, unless the last line is too fresh.
     *
     * @param text such as {@code "generate 34/64"}
     */
    public synchronized void within(String text) {
        inner = text;
        showIfDue();
    }

    private void showIfDue() {
        if (nanos.getAsLong() - shownAt >= (terminal ? TERMINAL_PAUSE : LOG_PAUSE)) {
            show();
        }
    }

    /**
     * Ends the phase with a line that stays.
     *
     * @param summary such as {@code "accuracy 61.2 % [58.9, 63.5]"}
     */
    public synchronized void end(String summary) {
        write(String.format(Locale.ROOT, "%-20s done in %s  %s", phase, clock(nanos.getAsLong() - startedAt), summary));
        if (terminal) {
            out.println();
            shownLength = 0;
        }
    }

    /**
     * A line of its own.
     *
     * @param text without line breaks
     */
    public synchronized void say(String text) {
        write(text);
        if (terminal) {
            out.println();
            shownLength = 0;
        }
    }

    private void show() {
        long done = lastDone;
        shownAt = nanos.getAsLong();
        double share = total == 0 ? 1 : Math.min(1, (double) done / total);
        int full = (int) Math.round(share * BAR);
        long spent = shownAt - startedAt;
        String left = done > first && done < total
                ? clock((long) (spent * ((double) (total - done) / (done - first)))) + " left"
                : "";
        write(String.format(
                Locale.ROOT,
                "%-20s [%s%s] %3.0f %%  %d/%d  %s  %s  %s",
                phase,
                "#".repeat(full),
                "-".repeat(BAR - full),
                100 * share,
                done,
                total,
                left,
                details,
                inner));
    }

    private void write(String text) {
        String line = text.stripTrailing();
        if (!terminal) {
            out.println(line);
            out.flush();
            return;
        }
        String shown = line.length() < width ? line : line.substring(0, width - 1);
        // Blanks instead of an escape code wipe the rest of the old line: they work on every console.
        out.print('\r' + shown + " ".repeat(Math.max(0, shownLength - shown.length())));
        out.flush();
        shownLength = shown.length();
    }

    private static String clock(long nanos) {
        long seconds = Math.max(0, Math.round(nanos / 1e9));
        return seconds >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }

    private static int columns(@Nullable String variable) {
        try {
            return variable == null ? 110 : Math.max(40, Integer.parseInt(variable.strip()));
        } catch (NumberFormatException e) {
            return 110;
        }
    }

    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            // From 22 on there is a console even where the output is a file; only isTerminal tells.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
