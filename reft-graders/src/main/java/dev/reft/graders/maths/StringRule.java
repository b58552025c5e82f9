package dev.reft.graders.maths;

import dev.reft.graders.AnswerRule;
import dev.reft.graders.PythonText;
import dev.reft.graders.Verdict;
import java.util.Optional;

/** How published graders compare mathematical answers by the way they are written. The enum grows. */
public enum StringRule implements AnswerRule {
    /** The whole completion, equal after the MATH data set's normalisation (hendrycks/math {@code is_equiv}). */
    HENDRYCKS {
        @Override
        Verdict compare(String completion, String reference) {
            return Verdict.of(
                    Hendrycks.equal(completion, reference),
                    Hendrycks.normalised(completion),
                    Hendrycks.normalised(reference));
        }
    },

    /** The last boxed answer, compared as {@link #HENDRYCKS} (verl {@code math_reward}). */
    BOXED_HENDRYCKS {
        @Override
        Verdict compare(String completion, String reference) {
            Optional<String> answer = Hendrycks.lastBoxed(completion);
            return answer.isEmpty()
                    ? Verdict.unreadable("the completion boxes no answer")
                    : HENDRYCKS.compare(answer.get(), reference);
        }
    },

    /** The answer behind the last "Answer:" of the last 300 characters, equal after Minerva's normalisation (verl {@code math_dapo}). */
    MINERVA {
        @Override
        Verdict compare(String completion, String reference) {
            Optional<String> answer = Minerva.answer(PythonText.last(completion, 300));
            if (answer.isEmpty()) {
                return Verdict.unreadable("no 'Answer:' in the last 300 characters");
            }
            String given = Minerva.normalised(answer.get());
            String right = Minerva.normalised(reference);
            return Verdict.of(given.equals(right), given, right);
        }
    },

    /** The last box of the last 100 characters, exactly the reference (verl {@code math_dapo}, strict). */
    STRICT_BOX {
        @Override
        Verdict compare(String completion, String reference) {
            // DAPO cuts to 300 characters first, which the last 100 of them are not changed by.
            Optional<String> answer = Hendrycks.lastBraced(PythonText.last(completion, 100), "\\boxed{");
            return answer.isEmpty()
                    ? Verdict.unreadable("no box in the last 100 characters")
                    : Verdict.of(answer.get().equals(reference), answer.get(), reference);
        }
    },

    /** The whole completion as the answer, as PRM800K grades it: fractions must be reduced, integers written as such. */
    PRM800K {
        @Override
        Verdict compare(String completion, String reference) {
            return Verdict.of(
                    Prm800k.equal(completion, reference), PythonText.strip(completion), PythonText.strip(reference));
        }
    };

    /** A longer text is no answer. */
    private static final int LONGEST = 50_000;

    abstract Verdict compare(String completion, String reference);

    /**
     * Judges a completion.
     *
     * @param completion the completion's text; one longer than 50,000 characters is no answer
     * @param reference the right answer as the data set gives it
     * @return what was found
     */
    @Override
    public Verdict judge(String completion, String reference) {
        return completion.length() > LONGEST || reference.length() > LONGEST
                ? Verdict.unreadable("longer than " + LONGEST + " characters")
                : compare(completion, reference);
    }
}
