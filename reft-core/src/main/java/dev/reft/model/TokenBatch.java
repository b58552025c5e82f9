package dev.reft.model;

import java.util.List;

/**
 * Ragged rows of token ids, each in a group that is never cut.
 *
 * <p>A batch that was selected from another knows where its rows came from ({@link #origin}), so an objective reads the
 * arrays of a whole step unsliced.
 */
public interface TokenBatch {
    /**
     * Number of rows.
     *
     * @return &gt;= 0
     */
    int size();

    /**
     * One row.
     *
     * @param i index in this batch, 0 &lt;= i &lt; {@link #size()}
     * @return the row
     */
    Row row(int i);

    /**
     * The group of a row: rows of one group (a pair, the completions of a prompt) stay together in every cut.
     *
     * @param i index in this batch
     * @return the group's number as given to {@link #of(List, int[])}
     */
    int group(int i);

    /**
     * How many rows the group of a row has in the uncut batch: a cut that holds fewer of them was made wrongly.
     *
     * @param i index in this batch
     * @return &gt;= 1
     */
    int groupSize(int i);

    /**
     * Some rows of this batch, as a batch.
     *
     * @param rows indices in this batch, in the order wanted
     * @return a batch whose {@link #origin} refers to the uncut batch
     */
    TokenBatch select(int... rows);

    /**
     * Where a row stands in the uncut batch.
     *
     * @param i index in this batch
     * @return the row's index in the batch that {@link #of} made
     */
    int origin(int i);

    /**
     * A whole batch.
     *
     * @param rows the rows
     * @param groups the group of each row, as long as {@code rows}
     * @return the batch
     * @throws IllegalArgumentException if the lengths differ
     */
    static TokenBatch of(List<Row> rows, int[] groups) {
        return RowsBatch.whole(rows, groups);
    }

    /**
     * A whole batch whose every row is its own group.
     *
     * @param rows the rows
     * @return the batch
     */
    static TokenBatch of(List<Row> rows) {
        int[] groups = new int[rows.size()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = i;
        }
        return RowsBatch.whole(rows, groups);
    }
}
