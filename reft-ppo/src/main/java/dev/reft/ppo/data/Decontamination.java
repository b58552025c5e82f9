package dev.reft.ppo.data;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds training texts that hold test texts, by n-grams of words: a training text is contaminated if its n-grams cover more than
 * a share of a test text's words. With 8-grams and half of the words this is meant to be the rule of Tulu 3 (arXiv 2411.15124; coverage as the README of its code tells it); what
 * differs is what counts as a word (here runs of letters, marks and digits, in lower case), and that a test text of fewer than n
 * words counts as one n-gram of its own length.
 *
 * @param n words of an n-gram, &gt;= 1
 * @param share of a test text's words, in [0, 1); more than this is contamination
 */
public record Decontamination(int n, double share) {
    /** 8-grams over more than half of a test text. */
    public static final Decontamination TULU = new Decontamination(8, 0.5);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Decontamination {
        if (n < 1 || !(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("n " + n + " must be positive and share " + share + " in [0, 1)");
        }
    }

    /**
     * A training text that holds a test text.
     *
     * @param training its id
     * @param test the id of the test text that it covers most of
     * @param share the share of that text's words that are covered, in (0, 1]
     * @param example the longest stretch of words that both have
     */
    public record Match(String training, String test, double share, String example) {}

    /**
     * What was found.
     *
     * @param matches contaminated training texts, in their order
     * @param testsHit ids of the test texts that any training text holds
     * @param tests how many test texts there are
     */
    public record Report(List<Match> matches, Set<String> testsHit, int tests) {
        /** Copies both. */
        public Report {
            matches = List.copyOf(matches);
            testsHit = Set.copyOf(testsHit);
        }

        /**
         * The training texts that should go.
         *
         * @return their ids
         */
        public Set<String> contaminated() {
            Set<String> ids = new HashSet<>();
            matches.forEach(match -> ids.add(match.training()));
            return ids;
        }

        /**
         * The share of test texts that any training text holds; Tulu 3 decontaminates a data set if it is above 0.02.
         *
         * @return in [0, 1]
         */
        public double testShare() {
            return tests == 0 ? 0 : (double) testsHit.size() / tests;
        }
    }

    /**
     * Compares texts. A pure function; its time grows with the length of the texts and with how often n-grams recur in the tests.
     *
     * @param training id to text
     * @param tests id to text; texts without a word match nothing
     * @return what was found
     */
    public Report find(Map<String, String> training, Map<String, String> tests) {
        Map<String, List<String>> words = new LinkedHashMap<>();
        tests.forEach((id, text) -> words.put(id, Words.of(text)));
        Map<Integer, Map<String, List<Place>>> index = index(words);
        List<Match> matches = new ArrayList<>();
        Set<String> hit = new HashSet<>();
        training.forEach((id, text) -> {
            Match worst = null;
            for (Map.Entry<String, BitSet> covered :
                    covered(Words.of(text), index).entrySet()) {
                List<String> test = words.getOrDefault(covered.getKey(), List.of());
                double part = (double) covered.getValue().cardinality() / test.size();
                if (part > share) {
                    hit.add(covered.getKey());
                    if (worst == null || part > worst.share()) {
                        worst = new Match(id, covered.getKey(), part, longest(test, covered.getValue()));
                    }
                }
            }
            if (worst != null) {
                matches.add(worst);
            }
        });
        return new Report(matches, hit, tests.size());
    }

    private record Place(String test, int from) {}

    /** N-grams of the tests by their length, which is below n for short tests only. */
    private Map<Integer, Map<String, List<Place>>> index(Map<String, List<String>> tests) {
        Map<Integer, Map<String, List<Place>>> index = new HashMap<>();
        tests.forEach((id, words) -> {
            int length = Math.min(n, words.size());
            for (int from = 0; length > 0 && from + length <= words.size(); from++) {
                index.computeIfAbsent(length, key -> new HashMap<>())
                        .computeIfAbsent(Words.key(words, from, length), key -> new ArrayList<>())
                        .add(new Place(id, from));
            }
        });
        return index;
    }

    private static Map<String, BitSet> covered(List<String> words, Map<Integer, Map<String, List<Place>>> index) {
        Map<String, BitSet> covered = new LinkedHashMap<>();
        index.forEach((length, grams) -> {
            Set<String> seen = new HashSet<>();
            for (int from = 0; from + length <= words.size(); from++) {
                String gram = Words.key(words, from, length);
                if (grams.containsKey(gram) && seen.add(gram)) {
                    for (Place place : grams.getOrDefault(gram, List.of())) {
                        covered.computeIfAbsent(place.test(), key -> new BitSet())
                                .set(place.from(), place.from() + length);
                    }
                }
            }
        });
        return covered;
    }

    private static String longest(List<String> words, BitSet covered) {
        int bestFrom = 0;
        int bestTo = 0;
        for (int from = covered.nextSetBit(0); from >= 0; ) {
            int to = covered.nextClearBit(from);
            if (to - from > bestTo - bestFrom) {
                bestFrom = from;
                bestTo = to;
            }
            from = covered.nextSetBit(to);
        }
        return String.join(" ", words.subList(bestFrom, bestTo));
    }
}
