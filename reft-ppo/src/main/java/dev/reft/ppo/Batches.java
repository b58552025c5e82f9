package dev.reft.ppo;

import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.List;

/**
 * The batch of each step, over epochs that are shuffled by place: it depends on the step only, so a run that resumes at a step
 * goes on with that step's data. The batches of an epoch differ by at most one item: a last one of a few items would make a step
 * of the same length as any other, out of noise.
 *
 * @param <T> what a batch holds
 */
public final class Batches<T> {
    private final List<T> items;
    private final int size;
    private final long seed;

    private Batches(List<T> items, int size, long seed) {
        this.items = List.copyOf(items);
        this.size = size;
        this.seed = seed;
    }

    /**
     * Batches of some items.
     *
     * @param <T> what a batch holds
     * @param items the data, not empty
     * @param size most items of a batch, &gt;= 1
     * @param seed of the order
     * @return the batches
     * @throws IllegalArgumentException if there are no items or the size is not positive
     */
    public static <T> Batches<T> of(List<T> items, int size, long seed) {
        if (items.isEmpty() || size < 1) {
            throw new IllegalArgumentException(
                    items.size() + " items in batches of " + size + ": both must be positive");
        }
        return new Batches<>(items, size, seed);
    }

    /**
     * Steps of an epoch.
     *
     * @return the number of items by the batch size, rounded up
     */
    public long stepsPerEpoch() {
        return (items.size() + size - 1) / size;
    }

    /**
     * The epoch that a step belongs to.
     *
     * @param step from 0
     * @return from 0
     */
    public long epoch(long step) {
        return step / stepsPerEpoch();
    }

    /**
     * The batch of a step. Every item comes once in each epoch.
     *
     * @param step from 0
     * @return the items
     * @throws IllegalArgumentException if the step is negative
     */
    public List<T> at(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("step " + step + " must not be negative");
        }
        int[] order = Seeds.permutation(items.size(), Seeds.at(seed, Seeds.Stream.SHUFFLE, epoch(step), "epoch", 0));
        long place = step % stepsPerEpoch();
        int from = (int) (items.size() * place / stepsPerEpoch());
        int to = (int) (items.size() * (place + 1) / stepsPerEpoch());
        List<T> batch = new ArrayList<>();
        for (int i = from; i < to; i++) {
            batch.add(items.get(order[i]));
        }
        return batch;
    }
}
