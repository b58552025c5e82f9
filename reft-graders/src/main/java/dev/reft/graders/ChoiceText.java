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
        boolean ends = rest.isEmpty() || (rest.startsWith(")") && !namesAnother(rest, letter, last)) || !hasWord(rest);
        return letter >= 'a' && letter <= last && ends ? Optional.of(String.valueOf(letter)) : Optional.empty();
    }

    /** Whether another letter stands before a closing parenthesis, as in (b) or (c): two letters are no answer. */
    private static boolean namesAnother(String text, char letter, char last) {
        for (int i = 1; i < text.length(); i++) {
            char c = PythonCase.lower(text.substring(i - 1, i)).charAt(0);
            boolean alone = i < 2 || !Character.isLetterOrDigit(text.charAt(i - 2));
            if (text.charAt(i) == ')' && alone && c != letter && c >= 'a' && c <= last) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasWord(String text) {
        return text.codePoints().anyMatch(Character::isLetterOrDigit);
    }
}
