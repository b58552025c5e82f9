package dev.reft.graders;

/**
 * What a rule found.
 *
 * @param kind right, wrong, unreadable, or a useless reference
 * @param extracted the answer that was read, in a form in which equal answers are equal texts; "" if none
 * @param why one sentence
 */
public record Verdict(Kind kind, String extracted, String why) {
    /** The kinds of verdicts. The enum grows. */
    public enum Kind {
        /** The answer is the reference's. */
        RIGHT,
        /** An answer was read, and is another. */
        WRONG,
        /** No answer could be read. */
        UNREADABLE,
        /** The reference cannot be compared with anything: nothing is known about the answer. */
        BAD_REFERENCE
    }

    /**
     * Right or wrong.
     *
     * @param right whether the answer is the reference's
     * @param extracted the answer that was read
     * @param reference what it was compared with
     * @return the verdict
     */
    public static Verdict of(boolean right, String extracted, String reference) {
        return new Verdict(
                right ? Kind.RIGHT : Kind.WRONG, extracted, "read '" + extracted + "', expected '" + reference + "'");
    }

    /**
     * No answer could be read.
     *
     * @param why one sentence
     * @return the verdict
     */
    public static Verdict unreadable(String why) {
        return new Verdict(Kind.UNREADABLE, "", why);
    }

    /**
     * The reference is useless.
     *
     * @param why one sentence
     * @return the verdict
     */
    public static Verdict badReference(String why) {
        return new Verdict(Kind.BAD_REFERENCE, "", why);
    }
}
