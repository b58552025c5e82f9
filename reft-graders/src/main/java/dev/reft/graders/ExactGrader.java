package dev.reft.graders;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Compares the answer with the reference as text, white space at the ends and runs of it within aside.
 *
 * @param reader finds the part that states the answer
 * @param ignoreCase whether upper and lower case are equal
 * @param scores what each verdict is worth
 */
public record ExactGrader(AnswerReader reader, boolean ignoreCase, AnswerScores scores) implements Grader, AnswerRule {
    /**
     * The whole completion must be the reference, upper and lower case kept apart.
     *
     * @return the grader, scores 1 and 0
     */
    public static ExactGrader whole() {
        return new ExactGrader(AnswerReader.WHOLE, false, AnswerScores.BINARY);
    }

    /**
     * What follows the last marker, to the end of its line, must be the reference.
     *
     * @param marker such as {@code "answer:"}
     * @return the grader, scores 1 and 0
     */
    public static ExactGrader after(String marker) {
        return new ExactGrader(AnswerReader.afterLast(marker), false, AnswerScores.BINARY);
    }

    /**
     * Judges a text.
     *
     * @param completion the completion's text
     * @param reference the right answer; a blank one is refused as it would be right for an empty completion
     * @return what was found
     */
    @Override
    public Verdict judge(String completion, String reference) {
        String right = plain(reference);
        if (right.isEmpty()) {
            return Verdict.badReference("the reference is blank");
        }
        Optional<String> answer = reader.read(completion).map(this::plain);
        if (answer.isEmpty() || answer.get().isEmpty()) {
            return Verdict.unreadable("the completion states no answer");
        }
        return Verdict.of(answer.get().equals(right), answer.get(), right);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        return scores.judged(() -> judgeAny(completion.text(), References.of(prompt)));
    }

    private String plain(String text) {
        String joined = String.join(" ", PythonText.split(text));
        return ignoreCase ? PythonCase.lower(joined) : joined;
    }
}
