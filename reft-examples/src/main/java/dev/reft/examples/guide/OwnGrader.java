package dev.reft.examples.guide;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

// region own-grader
/** Rewards the right year: 1 if the last year named is the reference, 0.1 if it is another, 0 if there is none. */
public final class OwnGrader implements Grader {
    private static final Pattern YEAR = Pattern.compile("\\b[12][0-9]{3}\\b");

    @Override
    public Grade grade(Prompt prompt, Completion completion) {
        String year = "";
        for (Matcher matcher = YEAR.matcher(completion.text()); matcher.find(); ) {
            year = matcher.group();
        }
        return Grade.of(year.isEmpty() ? 0 : year.equals(prompt.reference()) ? 1 : 0.1);
    }
}
// endregion
