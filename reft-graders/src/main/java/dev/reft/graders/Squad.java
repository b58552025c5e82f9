package dev.reft.graders;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** SQuAD's comparison of short answers (Rajpurkar and others 2016): normalised texts, equal or by F1 of their words. */
public final class Squad {
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    private static final Pattern ARTICLE = Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);

    private Squad() {}

    /**
     * Lower case, ASCII punctuation deleted (not replaced: "state-of-the-art" is one word), the words a, an, the deleted, white space
     * collapsed.
     *
     * @param text any text
     * @return the text that is compared
     */
    public static String normalise(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        PythonCase.lower(text).chars().filter(c -> PUNCTUATION.indexOf(c) < 0).forEach(c -> kept.append((char) c));
        return String.join(" ", PythonText.split(ARTICLE.matcher(kept).replaceAll(" ")));
    }

    /**
     * Whether the normalised texts are equal.
     *
     * @param answer any text
     * @param reference any text
     * @return true if they are; also if both are empty
     */
    public static boolean matches(String answer, String reference) {
        return normalise(answer).equals(normalise(reference));
    }

    /**
     * Harmonic mean of precision and recall over the words of the normalised texts, each word counted as often as it comes.
     *
     * @param answer any text
     * @param reference any text
     * @return from 0 to 1; 0 if they share no word, as two empty texts do
     */
    public static double f1(String answer, String reference) {
        List<String> words = PythonText.split(normalise(answer));
        List<String> wanted = PythonText.split(normalise(reference));
        Map<String, Integer> open = new HashMap<>();
        wanted.forEach(word -> open.merge(word, 1, Integer::sum));
        int shared = 0;
        for (String word : words) {
            if (open.merge(word, -1, Integer::sum) >= 0) {
                shared++;
            }
        }
        if (shared == 0) {
            return 0;
        }
        double precision = (double) shared / words.size();
        double recall = (double) shared / wanted.size();
        return 2 * precision * recall / (precision + recall);
    }
}
