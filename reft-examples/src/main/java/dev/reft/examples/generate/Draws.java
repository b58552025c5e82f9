package dev.reft.examples.generate;

import dev.reft.random.Seeds;
import java.util.Arrays;
import java.util.List;

/** Draws that depend on a seed only. Not thread-safe. */
final class Draws {
    private final long seed;
    private int count;

    Draws(long seed) {
        this.seed = seed;
    }

    /** A whole number from low to high, both included. */
    int between(int low, int high) {
        return low + (int) (Seeds.uniform(seed, count++) * (high - low + 1));
    }

    <T> T of(List<T> items) {
        return items.get(between(0, items.size() - 1));
    }

    /** The items in an order of their own. */
    <T> List<T> shuffled(List<T> items) {
        int[] order = Seeds.permutation(items.size(), Seeds.at(seed, Seeds.Stream.SHUFFLE, count++, "", 0));
        return Arrays.stream(order).<T>mapToObj(items::get).toList();
    }
}
