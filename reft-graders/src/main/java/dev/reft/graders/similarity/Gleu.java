package dev.reft.graders.similarity;

import java.util.ArrayList;
import java.util.List;

/**
 * Google's BLEU for single sentences (Wu and others 2016, section 6) as nltk's {@code sentence_gleu} computes it: the smaller of n-gram
 * precision and recall, n-grams of all orders counted together.
 */
public final class Gleu {
    private Gleu() {}

    /**
     * OpenAI's {@code gleu}, in Azure's published settings: {@link WordTokenizer#of}, orders 1 to 4.
     *
     * @param input what is judged
     * @param reference what it is compared with
     * @return from 0 to 1
     */
    public static double score(String input, String reference) {
        return sentence(WordTokenizer.of(input), List.of(WordTokenizer.of(reference)), 1, 4);
    }

    /**
     * GLEU of the best reference.
     *
     * @param input the words that are judged
     * @param references the words of each reference
     * @param shortest the lowest order, &gt;= 1
     * @param longest the highest order, &gt;= shortest
     * @return from 0 to 1; 0 where neither text has an n-gram
     * @throws IllegalArgumentException if the orders are none
     */
    public static double sentence(List<String> input, List<List<String>> references, int shortest, int longest) {
        if (shortest < 1 || longest < shortest) {
            throw new IllegalArgumentException("GLEU over orders " + shortest + " to " + longest);
        }
        List<List<String>> all = new ArrayList<>(references);
        all.add(input);
        int own = references.size();
        long[] shared = new long[own];
        long[] sizes = new long[own + 1];
        NGrams grams = new NGrams(all);
        for (int n = 1; n <= longest; n++) {
            if (n > 1) {
                grams.lengthen();
            }
            if (n >= shortest) {
                for (int r = 0; r < own; r++) {
                    shared[r] += grams.shared(r, own);
                    sizes[r] += grams.size(r);
                }
                sizes[own] += grams.size(own);
            }
        }
        double best = 0;
        for (int r = 0; r < own; r++) {
            long most = Math.max(sizes[r], sizes[own]);
            best = most == 0 ? best : Math.max(best, (double) shared[r] / most);
        }
        return best;
    }
}
