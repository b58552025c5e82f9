package dev.reft.math;

/** What happens to the score of a completion that was cut off before its end token. The type grows. */
public sealed interface MissingEnd {
    /** The score stays, as in the ReFT code. */
    record Keep() implements MissingEnd {}

    /**
     * Something is taken off, as TRL's {@code missing_eos_penalty} does.
     *
     * @param penalty what is subtracted
     */
    record Subtract(double penalty) implements MissingEnd {}

    /**
     * Another score takes its place: -10 in Tulu 3 (arXiv 2411.15124), -1 in the OpenAI summarisation code.
     *
     * @param score the score
     */
    record Replace(double score) implements MissingEnd {}

    /**
     * The score that counts.
     *
     * @param score the grader's score
     * @param ended whether the completion has its end token
     * @return the score unless the completion was cut off, else what this rule makes of it
     */
    default double apply(double score, boolean ended) {
        if (ended || this instanceof Keep) {
            return score;
        }
        return this instanceof Replace replace ? replace.score() : score - ((Subtract) this).penalty();
    }
}
