package dev.reft.generation;

import java.util.BitSet;

/** Restricts the next token, as a grammar does. */
@FunctionalInterface
public interface Constraint {
    /** Allows every token. */
    Constraint NONE = (row, allowed) -> {};

    /**
     * Clears the tokens that may not come next.
     *
     * @param row token ids so far, prompt included; not to be written
     * @param allowed on entry all ids are set; on return at least one must be
     */
    void restrict(int[] row, BitSet allowed);
}
