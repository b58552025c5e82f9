package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Every item once an epoch, in batches of equal size, by place. */
class BatchesTest {
    private static List<Integer> numbers(int count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    @Property(tries = 200)
    void eachEpochHasEveryItemOnce(
            @ForAll @IntRange(min = 1, max = 40) int count,
            @ForAll @IntRange(min = 1, max = 50) int size,
            @ForAll @IntRange(min = 0, max = 5) int epoch,
            @ForAll long seed) {
        Batches<Integer> batches = Batches.of(numbers(count), size, seed);
        List<Integer> seen = new ArrayList<>();
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (long s = 0; s < batches.stepsPerEpoch(); s++) {
            long step = epoch * batches.stepsPerEpoch() + s;
            assertEquals(epoch, batches.epoch(step));
            List<Integer> batch = batches.at(step);
            assertTrue(batch.size() <= size, () -> "a batch has " + batch.size());
            least = Math.min(least, batch.size());
            most = Math.max(most, batch.size());
            seen.addAll(batch);
        }
        assertTrue(most - least <= 1, "batches of " + least + " to " + most);
        seen.sort(null);
        assertEquals(numbers(count), seen);
    }

    @Test
    void epochsAndSeedsDifferAndTheSameStepIsTheSame() {
        Batches<Integer> batches = Batches.of(numbers(20), 20, 3);
        assertNotEquals(batches.at(0), batches.at(1));
        assertNotEquals(batches.at(0), Batches.of(numbers(20), 20, 4).at(0));
        assertEquals(batches.at(7), Batches.of(numbers(20), 20, 3).at(7));
    }

    @Test
    void misuseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Batches.of(List.of(), 3, 0));
        assertThrows(IllegalArgumentException.class, () -> Batches.of(numbers(3), 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> Batches.of(numbers(3), 2, 0).at(-1));
    }
}
