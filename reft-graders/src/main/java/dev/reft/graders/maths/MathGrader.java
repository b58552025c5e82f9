package dev.reft.graders.maths;

import dev.reft.generation.Completion;
import dev.reft.graders.AnswerRule;
import dev.reft.graders.AnswerScores;
import dev.reft.graders.References;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.concurrent.TimeoutException;

/**
 * Grades a mathematical answer against the prompt's accepted answers ({@link References}; the best verdict counts) by a rule:
 * {@link Equivalence} compares what answers mean, {@link StringRule} how they are written, as published graders do,
 * {@link ReasoningAccuracy} what follows a thought.
 *
 * @param rule how the answer is found and compared
 * @param scores what each verdict is worth
 */
public record MathGrader(AnswerRule rule, AnswerScores scores) implements Grader {
    /**
     * For training: boxed answers first, then any mathematics, compared by what they mean.
     *
     * @return the grader, scores 1 and 0
     */
    public static MathGrader reward() {
        return new MathGrader(Equivalence.REWARD, AnswerScores.BINARY);
    }

    /**
     * As Math-Verify answers: mathematics or plain numbers, compared by what they mean.
     *
     * @return the grader, scores 1 and 0
     */
    public static MathGrader mathVerify() {
        return new MathGrader(Equivalence.MATH_VERIFY, AnswerScores.BINARY);
    }

    /**
     * As TRL's {@code reasoning_accuracy_reward}: what follows the thought, compared by what it means.
     *
     * @return the grader, scores 1 and 0; none where the reference holds no mathematics
     */
    public static MathGrader reasoningAccuracy() {
        return new MathGrader(ReasoningAccuracy.TRL, AnswerScores.BINARY);
    }

    /**
     * The last boxed answer, equal after the normalisation of the MATH data set (Hendrycks et al.).
     *
     * @return the grader, scores 1 and 0
     */
    public static MathGrader hendrycks() {
        return new MathGrader(StringRule.BOXED_HENDRYCKS, AnswerScores.BINARY);
    }

    /**
     * The answer behind the last "Answer:", equal after Minerva's normalisation, as DAPO uses it.
     *
     * @return the grader, scores 1 and -1
     */
    public static MathGrader minerva() {
        return new MathGrader(StringRule.MINERVA, new AnswerScores(1, -1, -1));
    }

    /**
     * The whole completion as the answer, compared as PRM800K's grader does.
     *
     * @return the grader, scores 1 and 0
     */
    public static MathGrader prm800k() {
        return new MathGrader(StringRule.PRM800K, AnswerScores.BINARY);
    }

    /**
     * The same rule with other scores.
     *
     * @param other what each verdict is worth
     * @return a new grader
     */
    public MathGrader withScores(AnswerScores other) {
        return new MathGrader(rule, other);
    }

    /**
     * Grades a completion.
     *
     * @param prompt the problem with its right answer
     * @param completion the answer
     * @return a score, or none if no reference holds an answer
     * @throws TimeoutException if the deadline passes
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        return scores.judged(() -> rule.judgeAny(completion.text(), References.of(prompt)));
    }
}
