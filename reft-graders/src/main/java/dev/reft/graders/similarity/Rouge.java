package dev.reft.graders.similarity;

import dev.reft.graders.PythonCase;
import java.util.ArrayList;
import java.util.List;

/**
 * ROUGE-N and ROUGE-L (Lin 2004) as Google's {@code rouge-score} 0.1.2 computes them. Words are runs of a-z and 0-9 in lower case, so
 * text in another script has none and scores 0 even against itself.
 */
public final class Rouge {
    private Rouge() {}

    /**
     * Precision, recall and their harmonic mean, each from 0 to 1.
     *
     * @param precision share of the input's n-grams that the reference has
     * @param recall share of the reference's n-grams that the input has
     * @param f1 the harmonic mean; what OpenAI's graders give
     */
    public record Scores(double precision, double recall, double f1) {
        private static Scores of(int matches, int input, int reference) {
            double precision = (double) matches / Math.max(1, input);
            double recall = (double) matches / Math.max(1, reference);
            return new Scores(precision, recall, matches == 0 ? 0 : 2 * precision * recall / (precision + recall));
        }
    }

    /**
     * ROUGE-N: n-grams in common.
     *
     * @param input what is judged
     * @param reference what it is compared with
     * @param order n, &gt;= 1
     * @param stem whether words longer than three characters are stemmed; OpenAI's and Azure's graders do not
     * @return the scores
     * @throws IllegalArgumentException if the order is below 1
     */
    public static Scores n(String input, String reference, int order, boolean stem) {
        if (order < 1) {
            throw new IllegalArgumentException("ROUGE of order " + order);
        }
        NGrams grams = new NGrams(List.of(words(input, stem), words(reference, stem)));
        for (int n = 1; n < order; n++) {
            grams.lengthen();
        }
        return Scores.of(grams.shared(0, 1), grams.size(0), grams.size(1));
    }

    /**
     * ROUGE-L: the longest common subsequence of words.
     *
     * @param input what is judged
     * @param reference what it is compared with
     * @param stem whether words longer than three characters are stemmed
     * @return the scores
     */
    public static Scores l(String input, String reference, boolean stem) {
        NGrams grams = new NGrams(List.of(words(input, stem), words(reference, stem)));
        int common = Subsequence.of(grams.words(0), grams.words(1));
        return Scores.of(common, grams.size(0), grams.size(1));
    }

    private static List<String> words(String text, boolean stem) {
        String lower = PythonCase.lower(text);
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= lower.length(); i++) {
            boolean inside = i < lower.length() && isWord(lower.charAt(i));
            if (inside && start < 0) {
                start = i;
            } else if (!inside && start >= 0) {
                String word = lower.substring(start, i);
                words.add(stem && word.length() > 3 ? PorterStemmer.stem(word) : word);
                start = -1;
            }
        }
        return words;
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }
}
