package dev.reft.graders;

import java.util.Optional;

/** Reads the letter of a choice. */
final class ChoiceText {
    private ChoiceText() {}

    /**
     * A letter alone, or before its choice's text: a, "a", (a), a., a ) 38.
     *
     * @param answer any text
     * @param last the last choice, in lower case
     * @return the letter in lower case; empty if there is none, or a word
     */
    static Optional<String> letter(String answer, char last) {
        int at = 0;
        while (at < answer.length() && !Character.isLetterOrDigit(answer.charAt(at))) {
            at++;
        }
        if (at == answer.length()) {
            return Optional.empty();
        }
        char letter = PythonCase.lower(answer.substring(at, at + 1)).charAt(0);
        String rest = PythonText.strip(answer.substring(at + 1));
        boolean ends = rest.isEmpty() || rest.startsWith(")") || !hasWord(rest);
        return letter >= 'a' && letter <= last && ends ? Optional.of(String.valueOf(letter)) : Optional.empty();
    }

    private static boolean hasWord(String text) {
        return text.codePoints().anyMatch(Character::isLetterOrDigit);
    }
}
