package dev.reft.ppo;

import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
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

    /**
     * The pairs by prompt, so that a batch may hold all of a prompt's or none: {@code Batches.of(set.byPrompt(), 64, seed)}, each batch
     * made one list for a trainer's step. InstructGPT keeps those of a ranking in one batch, since a reward model that meets the same
     * answers in many steps of an epoch overfits them (arXiv 2203.02155, section 3.5).
     *
     * @return one list a prompt, in the order in which prompts first come
     */
    public List<List<PreferencePair>> byPrompt() {
        Map<Prompt.Input, List<PreferencePair>> byPrompt = new LinkedHashMap<>();
        for (PreferencePair pair : pairs) {
            byPrompt.computeIfAbsent(pair.prompt().input(), input -> new ArrayList<>())
                    .add(pair);
        }
        return byPrompt.values().stream().map(List::copyOf).toList();
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
