package dev.reft.examples.tasks;

import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.List;

/** Draws that are the same for ever, for a seed. Not thread-safe. */
final class Dice {
    private final long seed;
    private int drawn;

    Dice(long seed) {
        this.seed = seed;
    }

    /** A whole number from 0, less than the bound. */
    int below(int bound) {
        return (int) (Seeds.uniform(seed, drawn++) * bound);
    }

    /** A whole number, ends included. */
    int from(int low, int high) {
        return low + below(high - low + 1);
    }

    /** True with a probability. */
    boolean chance(double probability) {
        return Seeds.uniform(seed, drawn++) < probability;
    }

    <T> T pick(List<T> items) {
        return items.get(below(items.size()));
    }

    /** The same items in another order. */
    <T> List<T> shuffled(List<T> items) {
        List<T> left = new ArrayList<>(items);
        List<T> shuffled = new ArrayList<>();
        while (!left.isEmpty()) {
            shuffled.add(left.remove(below(left.size())));
        }
        return shuffled;
    }

    /** So many different items. */
    <T> List<T> some(List<T> items, int count) {
        return List.copyOf(shuffled(items).subList(0, count));
    }
}
