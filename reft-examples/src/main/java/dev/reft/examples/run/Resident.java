package dev.reft.examples.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The largest resident memory of this process since a moment, as Linux tells it. */
final class Resident {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");

    private Resident() {}

    /** Forgets the largest so far; where that is not allowed, the largest is the process's. */
    static void restart() {
        try {
            if (Files.isWritable(RESET)) {
                Files.writeString(RESET, "5");
            }
        } catch (IOException e) {
            // Not allowed in some containers: then the number covers more than was asked, never less.
            System.getLogger(Resident.class.getName())
                    .log(System.Logger.Level.DEBUG, "the peak of resident memory cannot be reset", e);
        }
    }

    /** Megabytes (2^20 bytes), 0 where the system does not tell. */
    static double peakMegabytes() {
        try {
            if (!Files.isReadable(STATUS)) {
                return 0;
            }
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
