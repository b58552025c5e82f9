package dev.reft.model;

import java.util.List;

/** The one implementation of {@link TokenBatch}: a list of all rows and the indices that this cut holds. */
record RowsBatch(List<Row> all, int[] groups, int[] indices) implements TokenBatch {
    static RowsBatch whole(List<Row> rows, int[] groups) {
        if (rows.size() != groups.length) {
            throw new IllegalArgumentException(rows.size() + " rows but " + groups.length + " groups");
        }
        int[] indices = new int[groups.length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = i;
        }
        return new RowsBatch(List.copyOf(rows), groups, indices);
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public Row row(int i) {
        return all.get(indices[i]);
    }

    @Override
    public int group(int i) {
        return groups[indices[i]];
    }

    @Override
    public int groupSize(int i) {
        int size = 0;
        for (int group : groups) {
            size += group == group(i) ? 1 : 0;
        }
        return size;
    }

    @Override
    public TokenBatch select(int... rows) {
        int[] chosen = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= indices.length) {
                throw new IllegalArgumentException(
                        "row " + rows[i] + " is not in this batch of " + indices.length + " rows");
            }
            chosen[i] = indices[rows[i]];
        }
        return new RowsBatch(all, groups, chosen);
    }

    @Override
    public int origin(int i) {
        return indices[i];
    }

    @Override
    public String toString() {
        return "TokenBatch[" + indices.length + " of " + all.size() + " rows]";
    }
}
