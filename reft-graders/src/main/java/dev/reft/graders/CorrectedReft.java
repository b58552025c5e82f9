package dev.reft.graders;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * ReFT's rule without the published code's oversights: the default for new users.
 *
 * <p>The answer is what follows the last marker, upper or lower case, on its line; without a marker a bare number (or a
 * bare letter) counts. Numbers may have thousands commas, a currency sign, a unit and a full stop; several numbers are
 * no answer, a negated one ("not 18", "minus 18") neither, NaN and infinity neither. A choice may be quoted, in brackets, or followed by its text ("b ) 42"); what is
 * not a letter from a to e is unreadable.
 *
 * <p>If the reference names a unit ("5 km"), an answer in another unit of the same kind is converted ("5000 m" is right), one in a unit of
 * another kind is wrong, and one without a unit is taken to be in the reference's.
 *
 * @param data the data set
 * @param tolerance for numbers
 * @param marker what precedes the answer, such as {@value #MARKER}; a colon after it is skipped
 */
public record CorrectedReft(ReftData data, Tolerance tolerance, String marker) implements ReftRule {
    /**
     * Words that negate the number beside them: "not 18" and "minus 18" are not 18. "18 dozen" may well be: the question may ask for
     * dozens.
     */
    private static final Set<String> NEGATIONS = Set.of("not", "never", "isn", "cannot", "minus", "negative");

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
        Optional<String> stated = AnswerReader.stated(marker).read(completion);
        String answer = stated.orElseGet(() -> PythonText.strip(completion));
        return data.isChoice()
                ? choice(answer, reference, stated.isEmpty())
                : number(answer, reference, stated.isEmpty());
    }

    private Verdict number(String answer, String reference, boolean bare) {
        Optional<Quantity> right = Quantity.read(reference);
        if (right.isEmpty()) {
            return Verdict.badReference("the reference '" + reference + "' is not one number");
        }
        boolean unclear = bare && answer.codePoints().anyMatch(Character::isLetter) || negates(answer, reference);
        Optional<Quantity> read = unclear ? Optional.empty() : Quantity.read(answer);
        return read.isEmpty()
                ? unreadable(answer, bare, "one number")
                : read.get().judge(right.get(), tolerance);
    }

    /** Whether a word negates the number, and the reference lacks that word. */
    private static boolean negates(String answer, String reference) {
        if (answer.length() > NumberText.LONGEST) {
            return false; // holds no number that is read
        }
        List<String> known = words(reference);
        return words(answer).stream().anyMatch(word -> NEGATIONS.contains(word) && !known.contains(word));
    }

    private static List<String> words(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> plain.appendCodePoint(Character.isLetter(c) ? Character.toLowerCase(c) : ' '));
        return PythonText.split(plain.toString());
    }

    private Verdict choice(String answer, String reference, boolean bare) {
        Optional<String> right = ChoiceText.letter(reference, 'e');
        if (right.isEmpty()) {
            return Verdict.badReference("the reference '" + reference + "' is no letter from a to e");
        }
        Optional<String> read = ChoiceText.letter(answer, 'e');
        return read.isEmpty()
                ? unreadable(answer, bare, "letter from a to e")
                : Verdict.of(read.equals(right), read.get(), right.get());
    }

    private Verdict unreadable(String answer, boolean bare, String wanted) {
        String where = bare ? "no '" + marker + "', and no bare answer in '" : "no " + wanted + " in '";
        return Verdict.unreadable(where + PythonText.last(answer, 60) + "'");
    }
}
