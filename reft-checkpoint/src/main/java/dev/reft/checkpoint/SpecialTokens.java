package dev.reft.checkpoint;

import java.util.List;
import java.util.OptionalInt;

/**
 * The ids of the tokens that a configuration names.
 *
 * @param begin put before a text, if any
 * @param ends each ends a completion; possibly several, possibly none
 * @param pad fills short rows, if any
 */
public record SpecialTokens(OptionalInt begin, List<Integer> ends, OptionalInt pad) {
    /** Copies the list. */
    public SpecialTokens {
        ends = List.copyOf(ends);
    }
}
