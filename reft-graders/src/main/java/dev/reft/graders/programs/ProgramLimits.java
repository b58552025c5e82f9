package dev.reft.graders.programs;

import java.time.Duration;

/**
 * What one program may use. It may never start processes or threads, read files other than Python's own, write files, or
 * reach a network.
 *
 * @param time of the wall clock, positive, at most an hour
 * @param memoryBytes what it may add to the interpreter's own memory, from 16 MiB to 64 GiB
 * @param outputBytes on standard output, and separately of the returned value, from 1 to 64 MiB
 */
public record ProgramLimits(Duration time, long memoryBytes, int outputBytes) {
    /** ReFT's ten seconds, 256 MiB, and 64 KiB of output. */
    public static final ProgramLimits DEFAULT = new ProgramLimits(Duration.ofSeconds(10), 256L << 20, 64 << 10);

    /** What OpenAI gives a {@code python} grader: two minutes and 2 GiB; 1 MiB of output. */
    public static final ProgramLimits OPENAI = new ProgramLimits(Duration.ofMinutes(2), 2L << 30, 1 << 20);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming the value
     */
    public ProgramLimits {
        if (time.isNegative() || time.isZero() || time.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("time limit " + time + " is not between 0 and an hour");
        }
        if (memoryBytes < 16L << 20 || memoryBytes > 64L << 30) {
            throw new IllegalArgumentException(
                    "memory limit " + memoryBytes + " bytes is not between 16 MiB and 64 GiB");
        }
        if (outputBytes < 1 || outputBytes > 64 << 20) {
            throw new IllegalArgumentException("output limit " + outputBytes + " bytes is not between 1 and 64 MiB");
        }
    }

    /**
     * The same with another time.
     *
     * @param limit of the wall clock
     * @return new limits
     */
    public ProgramLimits withTime(Duration limit) {
        return new ProgramLimits(limit, memoryBytes, outputBytes);
    }
}
