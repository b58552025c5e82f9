package dev.reft.testkit;

import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;

/** What a checked model remembers of its caller: what is open, what was handed over, and whether it was closed. */
final class Ledger {
    private final String model;
    private final IdentityHashMap<Object, Throwable> open = new IdentityHashMap<>();
    private final List<HandedOver> arrays = new ArrayList<>();
    private boolean closed;

    Ledger(String model) {
        this.model = model;
    }

    /** An array and what it held when it changed owner. */
    private record HandedOver(String what, Object array, Object copy) {
        boolean written() {
            if (array instanceof int[] ints) {
                return !Arrays.equals(ints, (int[]) copy);
            }
            return array instanceof long[] longs
                    ? !Arrays.equals(longs, (long[]) copy)
                    : !Arrays.equals((float[]) array, (float[]) copy);
        }
    }

    synchronized void call(String operation) {
        if (closed) {
            throw new Misuse(operation + " on model " + model + " after close", null);
        }
        verify(operation);
    }

    synchronized void opened(Object thing, String what) {
        open.put(thing, new Throwable(what + " was opened here"));
    }

    synchronized void closed(Object thing) {
        open.remove(thing);
    }

    synchronized void nothingOpen(String operation) {
        for (Throwable where : open.values()) {
            throw new Misuse(
                    operation + " while " + open.size() + " passes or generations are open: " + where.getMessage(),
                    where);
        }
    }

    synchronized boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    synchronized void handOver(TokenBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            Row row = batch.row(i);
            handOver("tokens of row " + i, row.tokens());
            handOver("scored positions of row " + i, row.scored());
        }
    }

    synchronized void handOver(Output output, float[][] slopes) {
        for (int i = 0; i < slopes.length; i++) {
            arrays.add(new HandedOver(output + " slopes of row " + i, slopes[i], slopes[i].clone()));
        }
    }

    synchronized void handOver(String what, int[] array) {
        arrays.add(new HandedOver(what, array, array.clone()));
    }

    synchronized void handOver(String what, long[] array) {
        arrays.add(new HandedOver(what, array, array.clone()));
    }

    /** Finds arrays that were written since they were handed over. */
    synchronized void verify(String operation) {
        for (HandedOver array : arrays) {
            if (array.written()) {
                throw new Misuse(
                        "the " + array.what + " were written after they were handed over (found at " + operation + ")",
                        null);
            }
        }
    }

    /** What was handed over so far is of no more use to anybody. */
    synchronized void settle(String operation) {
        verify(operation);
        arrays.clear();
    }

    /** As {@link #settle} if nothing is open that still needs what was handed over. */
    synchronized void settleIfQuiet(String operation) {
        if (open.isEmpty()) {
            settle(operation);
        }
    }
}
