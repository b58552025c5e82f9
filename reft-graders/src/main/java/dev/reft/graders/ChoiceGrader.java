package dev.reft.graders;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Multiple choice: the letter that an answer states, in any case, quoted, in brackets, or followed by the choice's text ("b ) 42"). Two
 * letters are no answer.
 *
 * @param reader finds the part that states the answer; a completion that is a bare letter needs none
 * @param last the last choice, from a to z
 * @param scores what each verdict is worth
 */
public record ChoiceGrader(AnswerReader reader, char last, AnswerScores scores) implements Grader, AnswerRule {
    /**
     * Checks the last choice.
     *
     * @throws IllegalArgumentException if it is no ASCII letter
     */
    public ChoiceGrader {
        last = PythonCase.lower(String.valueOf(last)).charAt(0);
        if (last < 'a' || last > 'z') {
            throw new IllegalArgumentException("the last choice '" + last + "' is no letter");
        }
    }

    /**
     * MathQA and AQuA: a to e, after "the answer is".
     *
     * @return the grader, scores 1 and 0
     */
    public static ChoiceGrader fiveChoices() {
        return new ChoiceGrader(AnswerReader.stated(CorrectedReft.MARKER), 'e', AnswerScores.BINARY);
    }

    @Override
    public Verdict judge(String completion, String reference) {
        Optional<String> right = ChoiceText.letter(reference, last);
        if (right.isEmpty()) {
            return Verdict.badReference("the reference '" + reference + "' is no letter from a to " + last);
        }
        String stated = reader.read(completion).orElse(completion);
        Optional<String> read = ChoiceText.letter(PythonText.strip(stated), last);
        return read.isEmpty()
                ? Verdict.unreadable("no letter from a to " + last + " in '" + PythonText.last(stated, 60) + "'")
                : Verdict.of(read.equals(right), read.get(), right.get());
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        return scores.judged(() -> judgeAny(completion.text(), References.of(prompt)));
    }
}
