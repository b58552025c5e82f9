package dev.reft.graders;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * ReFT's rule as the published code has it (lqtrung1998/mwp_ReFT, train_rl_reft.py), verdict by verdict. Its known
 * weaknesses are kept: thousands commas, currency signs and units make an answer unreadable; a bare number without the
 * trigger counts; NaN and infinity are wrong answers rather than unreadable ones; in multiple choice nothing is ever
 * unreadable.
 *
 * @param data the data set
 * @param tolerance for numbers; the published one is {@link Tolerance#REFT}
 */
public record PublishedReft(ReftData data, Tolerance tolerance) implements ReftRule {
    /** What precedes a chain of thought in the prompt; what precedes its last occurrence is ignored. */
    public static final String REASONING = "\nAnswer reasoning:\n";

    /** What precedes the answer. */
    public static final String TRIGGER = "\nTherefore, the answer is: ";

    @Override
    public Verdict judge(String completion, String reference) {
        String chain = PythonText.strip(PythonText.lastPart(PythonText.strip(completion), REASONING));
        return judgeResult(PythonText.lastPart(chain, TRIGGER), reference);
    }

    /**
     * Judges what a program returned (P-CoT).
     *
     * @param result null if the program failed or returned None, else a Boolean, a Number, or the text of any other value
     * @param reference the right answer
     * @return what was found
     */
    public Verdict judgeResult(@Nullable Object result, String reference) {
        if (data.isChoice()) {
            String answer = letters(result == null ? "None" : pythonText(result));
            return Verdict.of(answer.equals(letters(reference)), answer, letters(reference));
        }
        String wanted = data == ReftData.MATHQA_NUMERIC ? reference : reference.replace(",", "");
        OptionalDouble right = PythonText.toFloat(wanted);
        if (right.isEmpty()) {
            return Verdict.badReference("the reference '" + reference + "' is not a number");
        }
        OptionalDouble answer = number(result);
        if (answer.isEmpty()) {
            return Verdict.unreadable("no number in '" + excerpt(result) + "'");
        }
        return Verdict.of(
                tolerance.admits(answer.getAsDouble(), right.getAsDouble()),
                NumberText.canonical(answer.getAsDouble()),
                NumberText.canonical(right.getAsDouble()));
    }

    private static OptionalDouble number(@Nullable Object result) {
        if (result == null) {
            return OptionalDouble.empty();
        }
        if (result instanceof Boolean truth) {
            return OptionalDouble.of(truth ? 1 : 0);
        }
        return result instanceof Number number
                ? OptionalDouble.of(number.doubleValue())
                : PythonText.toFloat(result.toString());
    }

    private static String pythonText(Object result) {
        return result instanceof Boolean truth ? (truth ? "True" : "False") : result.toString();
    }

    private static String letters(String text) {
        return PythonText.strip(PythonCase.lower(text).replace("\"", "").replace("'", ""));
    }

    private static String excerpt(@Nullable Object result) {
        return result == null ? "None" : PythonText.last(result.toString(), 60);
    }
}
