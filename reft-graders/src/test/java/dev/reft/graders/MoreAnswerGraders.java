package dev.reft.graders;

import dev.reft.grading.Grader;
import java.util.List;
import java.util.regex.Pattern;

/** Graders of answers for tests that want all of them; two have expressions that run away on plain matchers. */
final class MoreAnswerGraders {
    private MoreAnswerGraders() {}

    static List<Grader> all() {
        return List.of(
                ChoiceGrader.fiveChoices(),
                new RegexGrader(Pattern.compile("(a+)+$")),
                new RegexGrader(Pattern.compile("(.|\\s)*x")),
                new ExactGrader(AnswerReader.lastMatch("answer:\\s*(\\S+)"), true, AnswerScores.BINARY),
                new NumericGrader(
                        new NumberRule(AnswerReader.stated("the answer is"), Tolerance.REFT), AnswerScores.REFT));
    }
}
