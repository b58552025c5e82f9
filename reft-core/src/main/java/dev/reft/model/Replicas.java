package dev.reft.model;

import java.nio.FloatBuffer;
import java.util.List;

/** The processes that train one policy together. Every rank makes the same calls in the same order. */
public interface Replicas {
    /** One process. */
    Replicas SINGLE = new Replicas() {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public List<byte[]> gather(byte[] mine) {
            return List.of(mine);
        }

        @Override
        public void sum(FloatBuffer gradients) {
            // A sum over one process is what it was.
        }

        @Override
        public String toString() {
            return "Replicas.SINGLE";
        }
    };

    /**
     * This process's number.
     *
     * @return 0 &lt;= rank &lt; {@link #size()}
     */
    int rank();

    /**
     * Number of processes.
     *
     * @return &gt;= 1
     */
    int size();

    /**
     * Gives every rank what all ranks bring. Blocks until all have called.
     *
     * @param mine this rank's bytes
     * @return one array a rank, in the order of ranks
     */
    List<byte[]> gather(byte[] mine);

    /**
     * Replaces the numbers by their sum over all ranks. Blocks until all have called.
     *
     * @param gradients as long on every rank; its remaining floats are replaced, its position is left alone
     */
    void sum(FloatBuffer gradients);
}
