package dev.reft.ppo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pairs that were made of something, and what was left out.
 *
 * @param pairs in the order of their prompts
 * @param dropped reason to count: {@code ties} (comparisons that nobody won), {@code equal} (two answers that read the same),
 *     {@code unscored} (answers that have no score), {@code unfinished} (comparisons that an answer won which was cut off)
 */
public record PairSet(List<PreferencePair> pairs, Map<String, Integer> dropped) {
    /** Copies both. */
    public PairSet {
        pairs = List.copyOf(pairs);
        dropped = Collections.unmodifiableMap(new TreeMap<>(dropped));
    }

    /** Gathers pairs and counts what is left out. */
    static final class Collector {
        private final List<PreferencePair> pairs = new ArrayList<>();
        private final Map<String, Integer> dropped = new TreeMap<>();

        void add(PreferencePair pair) {
            pairs.add(pair);
        }

        void drop(String reason) {
            dropped.merge(reason, 1, Integer::sum);
        }

        PairSet finish() {
            return new PairSet(pairs, dropped);
        }
    }
}
