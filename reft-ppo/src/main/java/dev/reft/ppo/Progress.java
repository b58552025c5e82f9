package dev.reft.ppo;

/**
 * Where a trainer or an evaluation is; to be polled, never called back.
 *
 * @param phase what is being done, such as {@code generate}, {@code grade}, {@code score}, {@code update}, {@code idle}
 * @param done how much of the phase is done, &gt;= 0
 * @param total how much there is; 0 if nothing is known
 */
public record Progress(String phase, long done, long total) {
    /** Nothing is being done. */
    static final Progress IDLE = new Progress("idle", 0, 0);
}
