package dev.reft.examples.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Resident memory of this process, as Linux tells it: the largest since {@link #restart} where a process may forget its own peak
 * ({@code /proc/self/clear_refs}, {@code VmHWM}); elsewhere what is resident when asked ({@code VmRSS}), which misses what comes and goes
 * between two questions.
 */
final class Resident {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final boolean FORGETS = forget();

    private Resident() {}

    /** Forgets the largest so far, if it may. */
    static void restart() {
        if (FORGETS) {
            forget();
        }
    }

    private static boolean forget() {
        try {
            if (!Files.isWritable(RESET)) {
                return false;
            }
            Files.writeString(RESET, "5");
            return true;
        } catch (IOException e) {
            System.getLogger(Resident.class.getName())
                    .log(System.Logger.Level.DEBUG, "the peak of resident memory cannot be reset", e);
            return false;
        }
    }

    /** How {@link #megabytes} is measured here. */
    static String how() {
        return FORGETS
                ? "the largest resident set (VmHWM, reset at a stage's start and after each test)"
                : "the resident set (VmRSS) after each step, since this system does not let a process reset its peak";
    }

    /** Megabytes (2^20 bytes), 0 where the system does not tell. */
    static double megabytes() {
        String field = FORGETS ? "VmHWM:" : "VmRSS:";
        try {
            if (!Files.isReadable(STATUS)) {
                return 0;
            }
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
