package dev.reft.graders;

import java.util.Optional;

/**
 * ReFT's rule without the published code's oversights: the default for new users.
 *
 * <p>The answer is what follows the last marker, upper or lower case, on its line; without a marker a bare number (or a
 * bare letter) counts. Numbers may have thousands commas, a currency sign, a unit and a full stop; several numbers are
 * no answer, NaN and infinity neither. A choice may be quoted, in brackets, or followed by its text ("b ) 42"); what is
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
        Optional<Quantity> read =
                bare && answer.codePoints().anyMatch(Character::isLetter) ? Optional.empty() : Quantity.read(answer);
        return read.isEmpty()
                ? unreadable(answer, bare, "one number")
                : read.get().judge(right.get(), tolerance);
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
