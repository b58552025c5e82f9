package dev.reft.graders;

import dev.reft.grading.Grade;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * What each verdict is worth. Any finite numbers will do, negative ones too.
 *
 * @param right for the right answer
 * @param wrong for an answer that was read and is wrong
 * @param unreadable if no answer could be read
 */
public record AnswerScores(double right, double wrong, double unreadable) {
    /** ReFT's: 1, 0.1 and 0 (section 3.2 of the paper). */
    public static final AnswerScores REFT = new AnswerScores(1, 0.1, 0);

    /** 1 for the right answer, 0 for all else. */
    public static final AnswerScores BINARY = new AnswerScores(1, 0, 0);

    /**
     * Checks the scores.
     *
     * @throws IllegalArgumentException if one is not finite, or the right answer is worth less than another
     */
    public AnswerScores {
        if (!Double.isFinite(right) || !Double.isFinite(wrong) || !Double.isFinite(unreadable)) {
            throw new IllegalArgumentException(
                    "scores right " + right + ", wrong " + wrong + ", unreadable " + unreadable + " must be finite");
        }
        if (right < wrong || right < unreadable) {
            throw new IllegalArgumentException(
                    "right " + right + " is worth less than wrong " + wrong + " or unreadable " + unreadable);
        }
    }

    /**
     * Turns a verdict into a grade. A useless reference gives none, never a score: it says nothing about the answer.
     *
     * @param verdict what a rule found
     * @return a score with the parts {@code correct} and {@code readable} (0 or 1), or none
     */
    public Grade grade(Verdict verdict) {
        return switch (verdict.kind()) {
            case RIGHT -> score(right, 1, 1, verdict);
            case WRONG -> score(wrong, 0, 1, verdict);
            case UNREADABLE -> score(unreadable, 0, 0, verdict);
            case BAD_REFERENCE -> Grade.none(verdict.why());
        };
    }

    /**
     * Judges and turns the verdict into a grade, within the grading's deadline.
     *
     * @param rule gives the verdict; may end by {@link InTime#poll}
     * @return a score, or none
     * @throws TimeoutException if the rule was cancelled, or the deadline had passed before
     */
    public Grade judged(Supplier<Verdict> rule) throws TimeoutException {
        return grade(InTime.get(rule));
    }

    private static Grade score(double value, double correct, double readable, Verdict verdict) {
        return new Grade.Score(
                value, Map.of("correct", correct, "readable", readable), List.of(), verdict.extracted(), verdict.why());
    }
}
