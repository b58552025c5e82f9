package dev.reft.checkpoint;

/**
 * A table of embeddings, one a position, added to the tokens' embeddings; it ends with the context.
 *
 * @param offset the row of position 0; rows before it are never read (OPT has two)
 */
public record LearnedPositions(int offset) implements PositionEncoding {
    /**
     * Checks the offset.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public LearnedPositions {
        if (offset < 0) {
            throw new IllegalArgumentException("the offset of positions must be 0 or more, not " + offset);
        }
    }
}
