package dev.reft.graders;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Scores whether a regular expression is found in the completion; it cannot run away, see {@link RegexReader}. To compare what it finds with
 * the reference, give {@link AnswerReader#lastMatch} to another grader.
 *
 * @param pattern the expression
 */
public record RegexGrader(Pattern pattern) implements Grader {
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        return AnswerScores.BINARY.judged(() -> {
            Optional<String> found = new RegexReader(pattern).read(completion.text());
            return found.map(text -> new Verdict(Verdict.Kind.RIGHT, text, "found '" + pattern + "'"))
                    .orElse(Verdict.unreadable("'" + pattern + "' is not found"));
        });
    }
}
