package dev.reft.ppo.feedback;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** What a rater said of an item. The type grows; callers keep a default branch. */
public sealed interface Rating {
    /**
     * The item's id.
     *
     * @return the prompt's id
     */
    String item();

    /**
     * Who rated.
     *
     * @return a name, or ""
     */
    String rater();

    /**
     * What was rated.
     *
     * @return the samples that the rater said something of
     */
    Set<Integer> samples();

    /**
     * Numbers.
     *
     * @param item the prompt's id
     * @param rater who rated
     * @param scores sample to score; samples without one are unrated
     */
    record Scored(String item, String rater, Map<Integer, Double> scores) implements Rating {
        /** Copies the map. */
        public Scored {
            scores = Map.copyOf(scores);
        }

        @Override
        public Set<Integer> samples() {
            return scores.keySet();
        }
    }

    /**
     * A choice between two.
     *
     * @param item the prompt's id
     * @param rater who rated
     * @param better the better sample; empty for a tie
     */
    record Chosen(String item, String rater, OptionalInt better) implements Rating {
        @Override
        public Set<Integer> samples() {
            return Set.of(0, 1);
        }
    }

    /**
     * An order.
     *
     * @param item the prompt's id
     * @param rater who rated
     * @param ranks the best samples first, equally good ones together; samples in none are unrated
     */
    record Ranked(String item, String rater, List<List<Integer>> ranks) implements Rating {
        /** Copies the lists. */
        public Ranked {
            ranks = ranks.stream().map(List::copyOf).toList();
        }

        @Override
        public Set<Integer> samples() {
            Set<Integer> samples = new TreeSet<>();
            ranks.forEach(samples::addAll);
            return samples;
        }
    }
}
