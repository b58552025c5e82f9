package dev.reft.graders;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.concurrent.TimeoutException;

/**
 * Compares a number with the reference: as numbers ({@link #after}), or as the texts that published GSM8K graders compare.
 *
 * @param rule how the number is read and compared
 * @param scores what each verdict is worth
 */
public record NumericGrader(AnswerRule rule, AnswerScores scores) implements Grader {
    /**
     * The one number after the last marker, compared as a number: 18, 18.0 and $18.00 are equal.
     *
     * @param marker such as {@code "####"} or {@code "A:"}
     * @param tolerance how far it may be off
     * @return the grader, scores 1 and 0
     */
    public static NumericGrader after(String marker, Tolerance tolerance) {
        return new NumericGrader(new NumberRule(AnswerReader.afterLast(marker), tolerance), AnswerScores.BINARY);
    }

    /**
     * GSM8K as verl scores it strictly: {@code #### } and a number in the last 300 characters, equal as text.
     *
     * @return the grader, scores 1 and 0
     */
    public static NumericGrader gsm8kStrict() {
        return new NumericGrader(Gsm8kRule.STRICT, AnswerScores.BINARY);
    }

    /**
     * GSM8K as verl scores it flexibly: the last number in the last 300 characters, equal as text, commas kept.
     *
     * @return the grader, scores 1 and 0
     */
    public static NumericGrader gsm8kFlexible() {
        return new NumericGrader(Gsm8kRule.FLEXIBLE, AnswerScores.BINARY);
    }

    /**
     * GSM8K as open-instruct scores it: the last number, or the whole text, equal as text, commas between digits dropped.
     *
     * @return the grader, scores 1 and 0
     */
    public static NumericGrader gsm8kLastNumber() {
        return new NumericGrader(Gsm8kRule.LAST_NUMBER, AnswerScores.BINARY);
    }

    /**
     * The same rule with other scores; verl's {@code format_score} is the score of a wrong answer.
     *
     * @param other what each verdict is worth
     * @return a new grader
     */
    public NumericGrader withScores(AnswerScores other) {
        return new NumericGrader(rule, other);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        return scores.judged(() -> rule.judgeAny(completion.text(), References.of(prompt)));
    }
}
