package dev.reft.testkit;

import dev.reft.model.Replicas;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Replicas that are threads of one process, for tests. A rank that waits longer than a minute for the others fails. */
public final class LocalReplicas implements Replicas {
    private final int rank;
    private final Meeting meeting;

    private LocalReplicas(int rank, Meeting meeting) {
        this.rank = rank;
        this.meeting = meeting;
    }

    /**
     * The ranks of one group; each is used by a thread of its own.
     *
     * @param size how many, &gt;= 1
     * @return one for each rank
     */
    public static List<LocalReplicas> of(int size) {
        Meeting meeting = new Meeting(size);
        List<LocalReplicas> ranks = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            ranks.add(new LocalReplicas(rank, meeting));
        }
        return ranks;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return meeting.size;
    }

    @Override
    public List<byte[]> gather(byte[] mine) {
        List<byte[]> all = new ArrayList<>();
        for (Object one : meeting.exchange(rank, mine.clone())) {
            all.add((byte[]) one);
        }
        return all;
    }

    @Override
    public void sum(FloatBuffer gradients) {
        float[] mine = new float[gradients.remaining()];
        gradients.duplicate().get(mine);
        float[] sum = new float[mine.length];
        for (Object one : meeting.exchange(rank, mine)) {
            float[] theirs = (float[]) one;
            if (theirs.length != sum.length) {
                throw new IllegalStateException(
                        "rank " + rank + " sums " + sum.length + " floats, another " + theirs.length);
            }
            for (int i = 0; i < sum.length; i++) {
                sum[i] += theirs[i];
            }
        }
        gradients.duplicate().put(sum);
    }

    @Override
    public String toString() {
        return "LocalReplicas[" + rank + " of " + meeting.size + "]";
    }

    /** Where the ranks swap what they bring. */
    private static final class Meeting {
        private final int size;
        private final CyclicBarrier barrier;
        private final List<Object> table;

        Meeting(int size) {
            this.size = size;
            barrier = new CyclicBarrier(size);
            table = new ArrayList<>(Collections.nCopies(size, ""));
        }

        List<Object> exchange(int rank, Object mine) {
            synchronized (table) {
                table.set(rank, mine);
            }
            await();
            List<Object> all;
            synchronized (table) {
                all = List.copyOf(table);
            }
            // Nobody may bring the next thing before everybody has taken this one.
            await();
            return all;
        }

        private void await() {
            try {
                barrier.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the other ranks", e);
            } catch (BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException("the other ranks did not come", e);
            }
        }
    }

    /** Two ranks of which the other brings nothing, or, when told to, a NaN. */
    public static final class Poison implements Replicas {
        private boolean armed;

        /** Two ranks, no NaN yet. */
        public Poison() {}

        /** The next sum holds a NaN. */
        public void next() {
            armed = true;
        }

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int size() {
            return 2;
        }

        @Override
        public List<byte[]> gather(byte[] mine) {
            return List.of(mine, mine);
        }

        @Override
        public void sum(FloatBuffer gradients) {
            if (armed) {
                armed = false;
                gradients.put(gradients.position(), Float.NaN);
            }
        }
    }
}
