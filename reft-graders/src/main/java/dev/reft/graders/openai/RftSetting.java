package dev.reft.graders.openai;

/**
 * What becomes of one setting of a job.
 *
 * @param name its path in the job, such as {@code hyperparameters.batch_size}
 * @param value as it was given
 * @param use whether it has an effect here
 * @param how what it sets, or why it is ignored
 */
public record RftSetting(String name, String value, Use use, String how) {
    /** Whether a setting has an effect. */
    public enum Use {
        /** It sets something. */
        MAPPED,
        /** It says {@code auto} or {@code default}: the host's own value holds. */
        HOST,
        /** It has no effect. */
        IGNORED
    }

    @Override
    public String toString() {
        return name + " = " + value + ": " + how;
    }
}
