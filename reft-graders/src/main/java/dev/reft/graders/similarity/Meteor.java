package dev.reft.graders.similarity;

import dev.reft.graders.PythonCase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * METEOR (Banerjee and Lavie 2005) as nltk computes it: words are matched in lower case, then by stem, then by synonym, always from the
 * end backwards; {@code (1 - gamma * (chunks / m)^beta) * PR / (alpha * P + (1 - alpha) * R)}.
 *
 * <p>Two quirks of nltk are kept: an identical text of n words scores 1 - 0.5 / n^3 (one word: 0.5), and synonyms are looked up for stems.
 *
 * @param alpha weight of precision, from 0 to 1
 * @param beta exponent of the penalty, &gt;= 0
 * @param gamma greatest penalty, from 0 to 1
 * @param synonyms the third stage; {@link SynonymSource#NONE} leaves it out
 */
public record Meteor(double alpha, double beta, double gamma, SynonymSource synonyms) {
    /** nltk's parameters 0.9, 3 and 0.5, without WordNet. */
    public static final Meteor WITHOUT_SYNONYMS = new Meteor(0.9, 3, 0.5, SynonymSource.NONE);

    /**
     * Checks the parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Meteor {
        if (!(alpha >= 0 && alpha <= 1)
                || !(beta >= 0 && beta < Double.POSITIVE_INFINITY)
                || !(gamma >= 0 && gamma <= 1)) {
            throw new IllegalArgumentException("METEOR with alpha " + alpha + ", beta " + beta + ", gamma " + gamma);
        }
    }

    /**
     * OpenAI's {@code meteor}: {@link WordTokenizer#of} and nltk's parameters. OpenAI's image has WordNet; give {@link WordNetSynonyms} for
     * its numbers.
     *
     * @param input what is judged
     * @param reference what it is compared with
     * @return from 0 to 1
     */
    public double score(String input, String reference) {
        return score(WordTokenizer.of(input), List.of(WordTokenizer.of(reference)));
    }

    /**
     * METEOR of the best reference.
     *
     * @param input the words that are judged
     * @param references the words of each reference
     * @return from 0 to 1
     */
    public double score(List<String> input, List<List<String>> references) {
        double best = 0;
        for (List<String> reference : references) {
            best = Math.max(best, single(input, reference));
        }
        return best;
    }

    private double single(List<String> input, List<String> reference) {
        List<int[]> matches = align(input, reference);
        if (matches.isEmpty()) {
            return 0;
        }
        double count = matches.size();
        double precision = count / input.size();
        double recall = count / reference.size();
        double mean = precision * recall / (alpha * precision + (1 - alpha) * recall);
        int chunks = 1;
        for (int i = 1; i < matches.size(); i++) {
            int[] before = matches.get(i - 1);
            int[] match = matches.get(i);
            chunks += match[0] == before[0] + 1 && match[1] == before[1] + 1 ? 0 : 1;
        }
        return (1 - gamma * Math.pow(chunks / count, beta)) * mean;
    }

    /** Pairs of positions, in the input's order. */
    private List<int[]> align(List<String> input, List<String> reference) {
        @Nullable String[] left = lower(input);
        @Nullable String[] right = lower(reference);
        List<int[]> matches = new ArrayList<>();
        match(left, right, matches, SynonymSource.NONE);
        stem(left);
        stem(right);
        match(left, right, matches, SynonymSource.NONE);
        if (synonyms != SynonymSource.NONE) {
            match(left, right, matches, synonyms);
        }
        matches.sort(Comparator.comparingInt(match -> match[0]));
        return matches;
    }

    /** Matches what is left, from the end backwards, each word with the last one that fits; what is matched becomes null. */
    private static void match(
            @Nullable String[] left, @Nullable String[] right, List<int[]> matches, SynonymSource synonyms) {
        Map<String, Deque<Integer>> places = new HashMap<>();
        for (int j = 0; j < right.length; j++) {
            if (right[j] != null) {
                places.computeIfAbsent(right[j], word -> new ArrayDeque<>()).push(j);
            }
        }
        for (int i = left.length - 1; i >= 0; i--) {
            String word = left[i];
            if (word == null) {
                continue;
            }
            Set<String> words = new HashSet<>(synonyms.synonyms(word));
            words.add(word);
            Deque<Integer> last = null;
            for (String candidate : words) {
                Deque<Integer> found = places.get(candidate);
                if (found != null && !found.isEmpty() && (last == null || found.element() > last.element())) {
                    last = found;
                }
            }
            if (last != null) {
                int j = last.pop();
                matches.add(new int[] {i, j});
                left[i] = null;
                right[j] = null;
            }
        }
    }

    private static @Nullable String[] lower(List<String> words) {
        @Nullable String[] out = new String[words.size()];
        int at = 0;
        for (String word : words) {
            out[at++] = PythonCase.lower(word);
        }
        return out;
    }

    private static void stem(@Nullable String[] words) {
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            words[i] = word == null ? null : PorterStemmer.stem(word);
        }
    }
}
