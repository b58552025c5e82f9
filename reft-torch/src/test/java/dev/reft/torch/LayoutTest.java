package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.torch.Layout.Bucket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LayoutTest {
    @Test
    void aDearBucketTakesAllAndACheapOneEachLength() {
        int[] lengths = {5, 3, 5, 9};
        assertEquals(List.of(new Bucket(4, 9)), Layout.of(lengths, 1e6).buckets());
        assertEquals(
                List.of(new Bucket(1, 3), new Bucket(2, 5), new Bucket(1, 9)),
                Layout.of(lengths, 0.1).buckets());
    }

    @Property
    void rowsLieApartAndTheCutIsTheCheapest(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 20) Integer> list,
            @ForAll @DoubleRange(min = 0, max = 40) double price) {
        int[] lengths = list.stream().mapToInt(Integer::intValue).toArray();
        Layout layout = Layout.of(lengths, price);
        BitSet taken = new BitSet();
        for (int i = 0; i < lengths.length; i++) {
            int end = layout.starts()[i] + lengths[i];
            assertTrue(end <= layout.size());
            assertEquals(-1, firstTaken(taken, layout.starts()[i], end), "overlap of row " + i);
            taken.set(layout.starts()[i], end);
        }
        assertEquals(
                lengths.length, layout.buckets().stream().mapToInt(Bucket::rows).sum());
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        assertEquals(cheapest(sorted, 0, price), cost(layout, price), 1e-9);
    }

    private static int firstTaken(BitSet taken, int from, int to) {
        int next = taken.nextSetBit(from);
        return next >= 0 && next < to ? next : -1;
    }

    private static double cost(Layout layout, double price) {
        return layout.size() + price * layout.buckets().size();
    }

    /** By trying every cut. */
    private static double cheapest(int[] sorted, int from, double price) {
        if (from == sorted.length) {
            return 0;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int to = from + 1; to <= sorted.length; to++) {
            best = Math.min(best, price + (to - from) * sorted[to - 1] + cheapest(sorted, to, price));
        }
        return best;
    }

    @Test
    void tokensAndPositionsFollowTheRows() {
        Layout layout = Layout.of(new int[] {2, 3}, 100);
        List<int[]> rows = new ArrayList<>(List.of(new int[] {7, 8}, new int[] {4, 5, 6}));
        assertArrayEquals(new int[] {7, 8, 0, 4, 5, 6}, layout.pack(rows));
        assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2}, layout.positions());
        assertEquals(3, layout.longest());
    }
}
