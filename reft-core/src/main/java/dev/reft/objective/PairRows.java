package dev.reft.objective;

import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the two rows of each pair stand in a cut. */
final class PairRows {
    /** Pair k: number, and the indices in the cut of its two rows. */
    record Pair(int number, int chosen, int rejected) {}

    private PairRows() {}

    /**
     * The pairs of a cut, in the order in which their chosen rows come.
     *
     * @throws IllegalArgumentException if one row of a pair is not in the cut, or a pair is not among {@code pairs}
     */
    static Pair[] of(TokenBatch cut, int pairs) {
        Map<Integer, Integer> index = new HashMap<>();
        for (int i = 0; i < cut.size(); i++) {
            index.put(cut.origin(i), i);
        }
        List<Pair> found = new ArrayList<>();
        for (int i = 0; i < cut.size(); i++) {
            int row = cut.origin(i);
            Integer other = index.get(row ^ 1);
            if (other == null || row / 2 >= pairs) {
                throw new IllegalArgumentException("row " + row + " of the step"
                        + (other == null ? " came without the other row of its pair" : " has no weight"));
            }
            if (row % 2 == 0) {
                found.add(new Pair(row / 2, i, other));
            }
        }
        return found.toArray(new Pair[0]);
    }
}
