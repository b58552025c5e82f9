package dev.reft.ppo;

import dev.reft.math.SequenceLogProbs;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Log-probabilities of answers under a reference that does not change, each computed once: kept by the content of the row, with a
 * fingerprint of the reference, in memory and if wanted in a file.
 *
 * <p>Trainers ask it for what they have not seen. After {@link PreferenceTrainer#precompute} nothing is asked of the reference any
 * more, and {@link #forgetReference} lets it be closed. A file is written whole by {@link #write} and by a trainer's
 * {@code save}, in place of the old one; one that is damaged, or of another reference, is refused. So is a reference that changed
 * since the cache was made, when it is asked. Thread-safe.
 */
public final class ReferenceCache {
    private final @Nullable Path file;
    private final List<Double> fingerprint;
    private final double tolerance;
    private final Map<RowKey, Double> sums = new HashMap<>();
    private final Map<RowKey, float[]> tokens = new HashMap<>();
    private @Nullable Scorer reference;
    private long asked;

    private ReferenceCache(@Nullable Scorer reference, List<Double> fingerprint, @Nullable Path file) {
        this.reference = reference;
        this.fingerprint = List.copyOf(fingerprint);
        this.file = file;
        tolerance = reference == null ? 1e-4 : Fingerprint.tolerance(reference);
    }

    /**
     * A cache in memory.
     *
     * @param reference what is asked; stays the caller's to close
     * @return an empty cache
     */
    public static ReferenceCache of(Scorer reference) {
        return new ReferenceCache(reference, Fingerprint.of(reference), null);
    }

    /**
     * A cache that goes on from a file.
     *
     * @param reference what is asked; stays the caller's to close
     * @param file from an earlier {@link #write}; one that does not exist is an empty cache
     * @return the cache
     * @throws IllegalArgumentException if the file is no such cache, is damaged, or is of another reference
     * @throws UncheckedIOException if it cannot be read
     */
    public static ReferenceCache of(Scorer reference, Path file) {
        ReferenceCacheFile.Content content = ReferenceCacheFile.read(file);
        if (content == null) {
            return new ReferenceCache(reference, Fingerprint.of(reference), file);
        }
        try {
            Fingerprint.requireSame(content.fingerprint(), reference);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + " holds log-probabilities of another reference than "
                            + reference.info().id() + "; delete it or give that reference",
                    e);
        }
        ReferenceCache cache = new ReferenceCache(reference, content.fingerprint(), file);
        cache.take(content);
        return cache;
    }

    /**
     * A cache that is complete: there is no reference to ask for more.
     *
     * @param file from an earlier {@link #write}
     * @return the cache
     * @throws IllegalArgumentException if there is no such file, it is no such cache, or it is damaged
     * @throws UncheckedIOException if it cannot be read
     */
    public static ReferenceCache of(Path file) {
        ReferenceCacheFile.Content content = ReferenceCacheFile.read(file);
        if (content == null) {
            throw new IllegalArgumentException("there is no file " + file);
        }
        ReferenceCache cache = new ReferenceCache(null, content.fingerprint(), file);
        cache.take(content);
        return cache;
    }

    private synchronized void take(ReferenceCacheFile.Content content) {
        sums.putAll(content.sums());
        tokens.putAll(content.tokens());
    }

    /** Lets the reference go: from now on only what is cached is there, and the reference may be closed. */
    public synchronized void forgetReference() {
        reference = null;
    }

    /**
     * Number of answers whose log-probabilities are there.
     *
     * @return &gt;= 0
     */
    public synchronized int size() {
        return sums.size() + tokens.size();
    }

    /**
     * How many rows the reference was asked about.
     *
     * @return &gt;= 0
     */
    public synchronized long asked() {
        return asked;
    }

    /**
     * Writes the file, whole, in place of the old one.
     *
     * @throws UncheckedIOException if writing fails; the old file is then as it was
     * @throws IllegalStateException if this cache is in memory only
     */
    public synchronized void write() {
        if (file == null) {
            throw new IllegalStateException("this cache is in memory only");
        }
        ReferenceCacheFile.write(file, new ReferenceCacheFile.Content(fingerprint, sums, tokens));
    }

    /** Writes the file if there is one. */
    void writeIfFiled() {
        if (file != null) {
            Interrupts.afterwards(this::write);
        }
    }

    /** What tells this reference from another. */
    List<Double> fingerprint() {
        return fingerprint;
    }

    /** Refuses a checkpoint of a run that had another reference. */
    void requireSame(@Nullable List<Double> recorded) {
        Fingerprint.requireSame(recorded, fingerprint, tolerance);
    }

    /** How a row's log-probabilities are added up: tokens from {@code shared} on count {@code alpha}. */
    interface Sharing {
        /** The shared length of a row of the batch. */
        int shared(int row);
    }

    /**
     * One number a row of a whole batch: the reference's log-probability of its scored tokens. Each rank scores its own rows; all ranks
     * get and keep all numbers.
     */
    double[] of(BatchLoop loop, TokenBatch batch, double alpha, Sharing sharing) {
        boolean whole = alpha == 1;
        double[] all = new double[batch.size()];
        List<DataInputStream> shares = loop.team().exchange(out -> {
            List<TokenBatch> cuts = loop.cuts(missing(batch, whole));
            if (!cuts.isEmpty()) {
                checkReference();
            }
            for (int c = 0; c < cuts.size(); c++) {
                Interrupts.check();
                loop.progress("reference", c, cuts.size());
                score(cuts.get(c), whole);
            }
            for (int i = 0; i < batch.size(); i++) {
                if (loop.team().owns(batch.group(i))) {
                    out.writeInt(i);
                    if (whole) {
                        out.writeDouble(sum(batch.row(i)));
                    } else {
                        Wire.write(out, tokens(batch.row(i)));
                    }
                }
            }
            out.writeInt(-1);
        });
        try {
            for (DataInputStream in : shares) {
                for (int i = in.readInt(); i >= 0; i = in.readInt()) {
                    if (whole) {
                        all[i] = in.readDouble();
                        keep(batch.row(i), all[i]);
                    } else {
                        float[] row = Wire.floats(in);
                        all[i] = SequenceLogProbs.desensitised(row, sharing.shared(i), alpha);
                        keep(batch.row(i), row);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private synchronized TokenBatch missing(TokenBatch batch, boolean whole) {
        int[] rows = new int[batch.size()];
        int count = 0;
        for (int i = 0; i < rows.length; i++) {
            RowKey key = RowKey.of(batch.row(i));
            if (!tokens.containsKey(key) && !(whole && sums.containsKey(key))) {
                rows[count++] = i;
            }
        }
        return batch.select(Arrays.copyOf(rows, count));
    }

    /** A policy that was handed over and then trained is the reference no more; nothing else would show it. */
    private synchronized void checkReference() {
        if (reference != null) {
            try {
                Fingerprint.requireSame(fingerprint, reference);
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException(
                        "the reference " + reference.info().id()
                                + " has changed since this cache was made: precompute all"
                                + " log-probabilities before it is trained, or give a frozen copy",
                        e);
            }
        }
    }

    private synchronized void score(TokenBatch cut, boolean whole) {
        if (reference == null) {
            throw new IllegalStateException(cut.size()
                    + " answers have no cached reference log-probabilities, and there is no reference to ask: precompute those"
                    + " of all pairs, evaluated ones too");
        }
        asked += cut.size();
        float[][] logProbs = reference.score(cut, Set.of(Output.LOG_PROB)).logProbs();
        for (int i = 0; i < cut.size(); i++) {
            if (whole) {
                keep(cut.row(i), SequenceLogProbs.desensitised(logProbs[i], logProbs[i].length, 1));
            } else {
                keep(cut.row(i), logProbs[i]);
            }
        }
    }

    private synchronized void keep(Row row, double sum) {
        RowKey key = RowKey.of(row);
        if (!Double.isFinite(sum)) {
            throw new IllegalStateException("the reference's log-probability of an answer is " + sum);
        }
        if (!tokens.containsKey(key)) {
            sums.put(key, sum);
        }
    }

    private synchronized void keep(Row row, float[] logProbs) {
        RowKey key = RowKey.of(row);
        for (float logProb : logProbs) {
            if (!Float.isFinite(logProb)) {
                throw new IllegalStateException("the reference's log-probability of a token is " + logProb);
            }
        }
        sums.remove(key);
        tokens.put(key, logProbs);
    }

    private synchronized double sum(Row row) {
        RowKey key = RowKey.of(row);
        float[] own = tokens.get(key);
        Double sum = own == null ? sums.get(key) : SequenceLogProbs.desensitised(own, own.length, 1);
        if (sum == null) {
            throw new IllegalStateException("a row was not scored");
        }
        return sum;
    }

    private synchronized float[] tokens(Row row) {
        float[] own = tokens.get(RowKey.of(row));
        if (own == null) {
            throw new IllegalStateException("a row was not scored");
        }
        return own;
    }
}
