package dev.reft.ppo;

import dev.reft.model.Replicas;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * The replicas of a trainer, exchanging results. If the local work of one rank fails, all ranks fail at the same exchange,
 * instead of waiting for each other.
 */
final class Team {
    private static final int FINE = 0;
    private static final int CANCELLED = 1;
    private static final int FAILED = 2;

    private final Replicas replicas;

    Team(Replicas replicas) {
        this.replicas = replicas;
    }

    int rank() {
        return replicas.rank();
    }

    int size() {
        return replicas.size();
    }

    /** Whether a group of rows, a prompt, is dealt to this rank. */
    boolean owns(int group) {
        return group % replicas.size() == replicas.rank();
    }

    /** Local work whose result is written for the others. */
    interface Work {
        void write(DataOutputStream out) throws IOException;
    }

    /** Does the local work and gives every rank's result, in the order of ranks. */
    List<DataInputStream> exchange(Work work) {
        if (replicas.size() == 1) {
            return List.of(read(bytes(work)));
        }
        RuntimeException failure = null;
        Error error = null; // an OutOfMemoryError here must not leave the other ranks waiting
        byte[] mine;
        try {
            mine = tagged(FINE, bytes(work));
        } catch (CancellationException e) {
            failure = e;
            mine = tagged(CANCELLED, new byte[0]);
        } catch (RuntimeException e) {
            failure = e;
            mine = tagged(FAILED, String.valueOf(e).getBytes(StandardCharsets.UTF_8));
        } catch (Error e) {
            error = e;
            mine = tagged(FAILED, String.valueOf(e).getBytes(StandardCharsets.UTF_8));
        }
        List<byte[]> all = replicas.gather(mine);
        if (failure != null) {
            throw failure;
        }
        if (error != null) {
            throw error;
        }
        List<DataInputStream> results = new ArrayList<>();
        for (int rank = 0; rank < all.size(); rank++) {
            byte[] bytes = all.get(rank);
            if (bytes[0] == CANCELLED) {
                throw new CancellationException("rank " + rank + " was interrupted");
            } else if (bytes[0] == FAILED) {
                throw new IllegalStateException(
                        "rank " + rank + " failed: " + new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8));
            }
            results.add(new DataInputStream(new ByteArrayInputStream(bytes, 1, bytes.length - 1)));
        }
        return results;
    }

    private static DataInputStream read(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    private static byte[] bytes(Work work) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            work.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] tagged(int tag, byte[] bytes) {
        byte[] all = new byte[bytes.length + 1];
        all[0] = (byte) tag;
        System.arraycopy(bytes, 0, all, 1, bytes.length);
        return all;
    }
}
