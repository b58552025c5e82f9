package dev.reft.graders;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.concurrent.TimeoutException;

/**
 * The reward of ReFT: 1 for the right answer, 0.1 for an answer that can be read and is wrong, 0 otherwise (Trung and
 * others 2024, section 3.2).
 *
 * @param rule how an answer is read and compared
 * @param scores what each verdict is worth
 */
public record ReftGrader(ReftRule rule, AnswerScores scores) implements Grader {
    /**
     * The corrected rule: what new work should use.
     *
     * @param data the data set
     * @return the grader
     */
    public static ReftGrader corrected(ReftData data) {
        return new ReftGrader(new CorrectedReft(data, Tolerance.REFT, CorrectedReft.MARKER), AnswerScores.REFT);
    }

    /**
     * The published rule, for comparison with the published results.
     *
     * @param data the data set
     * @return the grader
     */
    public static ReftGrader published(ReftData data) {
        return new ReftGrader(new PublishedReft(data, Tolerance.REFT), AnswerScores.REFT);
    }

    /**
     * The same rule with other scores.
     *
     * @param other what each verdict is worth
     * @return a new grader
     */
    public ReftGrader withScores(AnswerScores other) {
        return new ReftGrader(rule, other);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        return scores.judged(() -> rule.judgeAny(completion.text(), References.of(prompt)));
    }
}
