package dev.reft.graders.similarity;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Splits English text into sentences for {@link WordTokenizer}, which separates only a sentence's last full stop. It stands in for nltk's
 * trained splitter (Punkt): a word that ends in {@code . ? !} ends a sentence, unless the full stop is an abbreviation's, an initial's or
 * an ellipsis' and the next word does not look like a beginning. Where the two differ, a full stop stays with its word or leaves it.
 */
final class PunktSplitter {
    private static final Set<String> ABBREVIATIONS = Set.of(
            "adm", "aug", "ave", "bros", "calif", "ch", "co", "col", "corp", "cos", "ct", "dec", "dr", "feb", "fla",
            "fri", "ft", "gen", "gov", "ill", "inc", "jan", "jr", "lt", "ltd", "maj", "messrs", "mg", "minn", "mr",
            "mrs", "ms", "nov", "oct", "ph.d", "prof", "rep", "reps", "rev", "sen", "sens", "sep", "sept", "sgt", "sr",
            "st", "tues", "va", "vs", "wash", "wed", "yr");
    private static final Set<String> BEGINNINGS = Set.of(
            "the", "he", "she", "it", "they", "we", "in", "but", "and", "a", "an", "this", "that", "these", "there",
            "however", "if", "when", "since", "at", "on", "for", "so", "as", "his", "her", "their", "its");
    private static final String CLOSING = "\"')]}\u201d\u2019\u00bb";

    private PunktSplitter() {}

    /** The sentences of a text, each from its first to its last word. */
    static List<String> split(String text) {
        List<String> sentences = new ArrayList<>();
        int start = 0;
        int at = skipSpace(text, 0);
        while (at < text.length()) {
            int end = skipWord(text, at);
            int next = skipSpace(text, end);
            if (next < text.length() && ends(text.substring(at, end), text.substring(next, skipWord(text, next)))) {
                sentences.add(PythonText.strip(text.substring(start, end)));
                start = next;
            }
            at = next;
        }
        String rest = PythonText.strip(text.substring(start));
        if (!rest.isEmpty()) {
            sentences.add(rest);
        }
        return sentences;
    }

    private static boolean ends(String word, String next) {
        int end = word.length();
        while (end > 0 && CLOSING.indexOf(word.charAt(end - 1)) >= 0) {
            end--;
        }
        if (end == 0) {
            return false;
        }
        char last = word.charAt(end - 1);
        if (last != '.') {
            return last == '?' || last == '!';
        }
        String plain = PythonCase.lower(letters(word.substring(0, end - 1)));
        if (plain.endsWith(".")) {
            return Character.isUpperCase(letters(next).codePointAt(0));
        }
        boolean stands = ABBREVIATIONS.contains(plain) || isDotted(plain);
        return !stands || BEGINNINGS.contains(beginning(next));
    }

    /** The next word as a beginning: in lower case if it starts with a capital, else "". */
    private static String beginning(String next) {
        String word = letters(next);
        return Character.isUpperCase(word.codePointAt(0)) ? PythonCase.lower(word) : "";
    }

    /** j, u.s, p.m: single letters with full stops between. */
    private static boolean isDotted(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (i % 2 == 0 ? !Character.isLetter(word.charAt(i)) : word.charAt(i) != '.') {
                return false;
            }
        }
        return word.length() % 2 == 1;
    }

    /** The word without opening quotes and brackets; a blank if nothing is left. */
    private static String letters(String word) {
        int start = 0;
        while (start < word.length() && !Character.isLetterOrDigit(word.charAt(start)) && word.charAt(start) != '.') {
            start++;
        }
        return start == word.length() ? " " : word.substring(start);
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && PythonText.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int skipWord(String text, int from) {
        int at = from;
        while (at < text.length() && !PythonText.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
