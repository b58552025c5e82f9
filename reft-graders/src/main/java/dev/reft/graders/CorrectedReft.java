package dev.reft.graders;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * ReFT's rule without the published code's oversights: the default for new users.
 *
 * <p>The answer is what follows the last marker, upper or lower case, on its line; without a marker a bare number (or a
 * bare letter) counts. Numbers may have thousands commas, a currency sign, a unit and a full stop; several numbers are
 * no answer, NaN and infinity neither. A choice may be quoted, in brackets, or followed by its text ("b ) 42"); what is
 * not a letter from a to e is unreadable.
 *
 * @param data the data set
 * @param tolerance for numbers
 * @param marker what precedes the answer, such as {@value #MARKER}; a colon after it is skipped
 */
public record CorrectedReft(ReftData data, Tolerance tolerance, String marker) implements ReftRule {
    /** The part of the published trigger that tells an answer. */
    public static final String MARKER = "the answer is";

    /**
     * Checks the marker.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public CorrectedReft {
        if (marker.isBlank()) {
            throw new IllegalArgumentException("the marker '" + marker + "' of an answer is blank");
        }
    }

    @Override
    public Verdict judge(String completion, String reference) {
        Optional<String> stated = stated(completion);
        String answer = stated.orElseGet(() -> PythonText.strip(completion));
        return data.isChoice()
                ? choice(answer, reference, stated.isEmpty())
                : number(answer, reference, stated.isEmpty());
    }

    private Verdict number(String answer, String reference, boolean bare) {
        OptionalDouble right = NumberText.only(reference);
        if (right.isEmpty()) {
            return Verdict.badReference("the reference '" + reference + "' is not one number");
        }
        OptionalDouble read = bare && answer.codePoints().anyMatch(Character::isLetter)
                ? OptionalDouble.empty()
                : NumberText.only(answer);
        if (read.isEmpty()) {
            return unreadable(answer, bare, "one number");
        }
        return Verdict.of(
                tolerance.admits(read.getAsDouble(), right.getAsDouble()),
                NumberText.canonical(read.getAsDouble()),
                NumberText.canonical(right.getAsDouble()));
    }

    private Verdict choice(String answer, String reference, boolean bare) {
        Optional<String> right = letter(reference);
        if (right.isEmpty()) {
            return Verdict.badReference("the reference '" + reference + "' is no letter from a to e");
        }
        Optional<String> read = letter(answer);
        return read.isEmpty()
                ? unreadable(answer, bare, "letter from a to e")
                : Verdict.of(read.equals(right), read.get(), right.get());
    }

    private Verdict unreadable(String answer, boolean bare, String wanted) {
        String where = bare ? "no '" + marker + "', and no bare answer in '" : "no " + wanted + " in '";
        return Verdict.unreadable(where + PythonText.last(answer, 60) + "'");
    }

    /** What the completion says after its last marker. */
    private Optional<String> stated(String completion) {
        for (int at = completion.length() - marker.length(); at >= 0; at--) {
            if (completion.regionMatches(true, at, marker, 0, marker.length())) {
                String rest = PythonText.strip(completion.substring(at + marker.length()));
                String answer = rest.startsWith(":") ? PythonText.strip(rest.substring(1)) : rest;
                int end = answer.indexOf('\n');
                return Optional.of(end < 0 ? answer : answer.substring(0, end));
            }
        }
        return Optional.empty();
    }

    /** A letter alone, or before its choice's text: a, "a", (a), a., a ) 38. */
    private static Optional<String> letter(String answer) {
        int at = 0;
        while (at < answer.length() && !Character.isLetterOrDigit(answer.charAt(at))) {
            at++;
        }
        if (at == answer.length()) {
            return Optional.empty();
        }
        char letter = answer.substring(at, at + 1).toLowerCase(Locale.ROOT).charAt(0);
        String rest = PythonText.strip(answer.substring(at + 1));
        boolean ends = rest.isEmpty() || rest.startsWith(")") || !hasWord(rest);
        return letter >= 'a' && letter <= 'e' && ends ? Optional.of(String.valueOf(letter)) : Optional.empty();
    }

    private static boolean hasWord(String text) {
        return text.codePoints().anyMatch(Character::isLetterOrDigit);
    }
}
