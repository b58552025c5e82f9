package dev.reft.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.random.Seeds.Stream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Seeds depend on the place only, differ between places, and draw uniformly. */
class SeedsTest {
    @Test
    void placesThatDifferInOnePartDiffer() {
        Set<Long> seeds = new HashSet<>();
        int places = 0;
        for (long run = 0; run < 3; run++) {
            for (Stream stream : Stream.values()) {
                for (long step = 0; step < 10; step++) {
                    for (String prompt : new String[] {"", "a", "b", "ab", "ba", "a\u0000", "\u0000a", "p1", "p11"}) {
                        for (int sample = 0; sample < 8; sample++) {
                            seeds.add(Seeds.at(run, stream, step, prompt, sample));
                            places++;
                        }
                    }
                }
            }
        }
        assertEquals(places, seeds.size());
        assertEquals(Seeds.at(1, Stream.ROLLOUT, 2, "x", 3), Seeds.at(1, Stream.ROLLOUT, 2, "x", 3));
    }

    /** A run that is resumed with a newer version must draw as before; the numbers were computed by another program. */
    @Test
    void numbersStayWhatTheyAre() {
        assertEquals(FIRST_SEED, Seeds.at(42, Stream.ROLLOUT, 7, "prompt", 3));
        assertEquals(FIRST_UNIFORM, Seeds.uniform(FIRST_SEED, 5));
        assertArrayEquals(FIRST_ORDER, Seeds.permutation(6, FIRST_SEED));
    }

    private static final long FIRST_SEED = 8187134460173781526L;
    private static final double FIRST_UNIFORM = 0.0745934140525677;
    private static final int[] FIRST_ORDER = {2, 4, 5, 1, 3, 0};

    @Test
    void drawsAreUniformOverPositionsAndOverSeeds() {
        int n = 200_000;
        int[] byPosition = new int[20];
        int[] bySeed = new int[20];
        double lag = 0;
        for (int i = 0; i < n; i++) {
            double u = Seeds.uniform(12345, i);
            byPosition[(int) (u * 20)]++;
            bySeed[(int) (Seeds.uniform(Seeds.at(1, Stream.ROLLOUT, 0, "p", i), 30) * 20)]++;
            lag += (u - 0.5) * (Seeds.uniform(12345, i + 1) - 0.5);
        }
        // Chi-squared with 19 degrees of freedom is above 50 once in 10,000.
        assertTrue(chiSquared(byPosition, n) < 50, "positions " + Arrays.toString(byPosition));
        assertTrue(chiSquared(bySeed, n) < 50, "seeds " + Arrays.toString(bySeed));
        assertEquals(0, lag / n, 5.0 / 12 / Math.sqrt(n));
    }

    private static double chiSquared(int[] counts, double n) {
        double wanted = n / counts.length;
        return Arrays.stream(counts)
                .mapToDouble(c -> (c - wanted) * (c - wanted) / wanted)
                .sum();
    }

    @Property(tries = 300)
    void uniformLiesInItsRange(@ForAll long seed, @ForAll int position) {
        double u = Seeds.uniform(seed, position);
        assertTrue(u >= 0 && u < 1);
    }

    @Property(tries = 200)
    void permutationsHoldEachNumberOnce(@ForAll @IntRange(max = 60) int size, @ForAll long seed) {
        int[] order = Seeds.permutation(size, seed);
        assertArrayEquals(order, Seeds.permutation(size, seed));
        boolean[] seen = new boolean[size];
        for (int i : order) {
            assertFalse(seen[i]);
            seen[i] = true;
        }
    }

    @Test
    void everyPlaceOfAPermutationIsEquallyLikely() {
        int n = 24_000;
        int[] counts = new int[24];
        for (int k = 0; k < n; k++) {
            int[] order = Seeds.permutation(4, Seeds.at(3, Stream.SHUFFLE, k, "", 0));
            counts[
                    (order[0] * 6
                            + (order[1] > order[0] ? order[1] - 1 : order[1]) * 2
                            + (order[2] > order[3] ? 1 : 0))]++;
        }
        assertTrue(chiSquared(counts, n) < 60, Arrays.toString(counts));
    }
}
