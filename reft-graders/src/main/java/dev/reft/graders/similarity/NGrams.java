package dev.reft.graders.similarity;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The n-grams of some texts as numbers, equal n-grams having equal numbers. Linear in the number of words for each order. */
final class NGrams {
    private final int[][] words;
    private int[][] grams;
    private int order = 1;
    private int distinct;

    /**
     * The words of some texts.
     *
     * @param texts each a list of words
     */
    NGrams(List<List<String>> texts) {
        Map<String, Integer> ids = new HashMap<>();
        words = new int[texts.size()][];
        for (int t = 0; t < words.length; t++) {
            List<String> text = texts.get(t);
            words[t] = new int[text.size()];
            int at = 0;
            for (String word : text) {
                words[t][at++] = ids.computeIfAbsent(word, w -> ids.size());
            }
        }
        grams = words;
        distinct = ids.size();
    }

    /** Goes on to the n-grams that are one word longer. */
    void lengthen() {
        Map<Long, Integer> ids = new HashMap<>();
        int[][] longer = new int[grams.length][];
        for (int t = 0; t < longer.length; t++) {
            longer[t] = new int[Math.max(0, grams[t].length - 1)];
            for (int i = 0; i < longer[t].length; i++) {
                long key = ((long) grams[t][i] << 32) | words[t][i + order];
                longer[t][i] = ids.computeIfAbsent(key, k -> ids.size());
            }
        }
        grams = longer;
        distinct = ids.size();
        order++;
    }

    /** How many n-grams a text has. */
    int size(int text) {
        return grams[text].length;
    }

    /** How often each n-gram comes in a text. */
    int[] counts(int text) {
        int[] counts = new int[distinct];
        for (int gram : grams[text]) {
            counts[gram]++;
        }
        return counts;
    }

    /** How many n-grams two texts share, each counted as often as in the text that has it less often. */
    int shared(int a, int b) {
        int[] first = counts(a);
        int[] second = counts(b);
        int sum = 0;
        for (int i = 0; i < distinct; i++) {
            sum += Math.min(first[i], second[i]);
        }
        return sum;
    }

    /** A text's words as numbers. */
    int[] words(int text) {
        return words[text];
    }
}
