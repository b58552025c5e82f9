package dev.reft.ppo.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds texts that say the same twice. Pure functions. */
public final class Deduplication {
    private Deduplication() {}

    /**
     * Texts that differ in nothing but case and white space.
     *
     * @param texts id to text, the first of equals stays
     * @return id of a text that repeats an earlier one, to the id of that one
     */
    public static Map<String, String> exact(Map<String, String> texts) {
        Map<String, String> first = new HashMap<>();
        Map<String, String> repeats = new LinkedHashMap<>();
        texts.forEach((id, text) -> {
            String plain = text.toLowerCase(Locale.ROOT).strip().replaceAll("\\s++", " ");
            String earlier = first.putIfAbsent(plain, id);
            if (earlier != null) {
                repeats.put(id, earlier);
            }
        });
        return repeats;
    }

    /**
     * Texts that share most of their n-grams of words with an earlier one that stays (Jaccard's index of the sets of n-grams).
     * Words are runs of letters, marks and digits, in lower case: two sums that differ in an operator only are alike. A text of
     * fewer than n words counts as one n-gram.
     *
     * @param texts id to text, the first of like ones stays
     * @param n words of an n-gram, &gt;= 1
     * @param share from this index on a text repeats another, in (0, 1]
     * @return id of a text that repeats an earlier one, to the id of the likest
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Map<String, String> near(Map<String, String> texts, int n, double share) {
        if (n < 1 || !(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("n " + n + " must be positive and share " + share + " in (0, 1]");
        }
        Map<String, List<String>> byGram = new HashMap<>();
        Map<String, Integer> sizes = new HashMap<>();
        Map<String, String> repeats = new LinkedHashMap<>();
        texts.forEach((id, text) -> {
            Set<String> grams = grams(Words.of(text), n);
            Map<String, Integer> common = new LinkedHashMap<>();
            grams.forEach(gram ->
                    byGram.getOrDefault(gram, List.of()).forEach(other -> common.merge(other, 1, Integer::sum)));
            String likest = null;
            double most = 0;
            for (Map.Entry<String, Integer> other : common.entrySet()) {
                int union = grams.size() + sizes.getOrDefault(other.getKey(), 0) - other.getValue();
                double index = (double) other.getValue() / union;
                if (index >= share && index > most) {
                    most = index;
                    likest = other.getKey();
                }
            }
            if (likest != null) {
                repeats.put(id, likest);
            } else {
                sizes.put(id, grams.size());
                grams.forEach(gram ->
                        byGram.computeIfAbsent(gram, key -> new ArrayList<>()).add(id));
            }
        });
        return repeats;
    }

    private static Set<String> grams(List<String> words, int n) {
        Set<String> grams = new HashSet<>();
        int length = Math.min(n, words.size());
        for (int from = 0; from + length <= words.size(); from++) {
            grams.add(Words.key(words, from, length));
        }
        return grams;
    }
}
