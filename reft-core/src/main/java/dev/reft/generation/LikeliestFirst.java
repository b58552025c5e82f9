package dev.reft.generation;

/**
 * Token ids by falling logit, of equal ones the lower first. A binary heap: a nucleus needs few of a vocabulary's ids, and
 * taking k of n costs n + k log n rather than a sort.
 */
final class LikeliestFirst {
    private final double[] logits;
    private final int[] heap;
    private int size;

    LikeliestFirst(double[] logits) {
        this.logits = logits;
        heap = new int[logits.length];
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] != Double.NEGATIVE_INFINITY) {
                heap[size++] = i;
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    /** The k-th largest logit, or negative infinity if fewer are left. */
    static double kth(double[] logits, int k) {
        LikeliestFirst order = new LikeliestFirst(logits);
        double kth = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < k; i++) {
            if (order.isEmpty()) {
                return Double.NEGATIVE_INFINITY;
            }
            kth = logits[order.poll()];
        }
        return kth;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Takes the likeliest that is left. */
    int poll() {
        int first = heap[0];
        heap[0] = heap[--size];
        sink(0);
        return first;
    }

    private void sink(int at) {
        int parent = at;
        while (2 * parent + 1 < size) {
            int child = 2 * parent + 1;
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], heap[parent])) {
                return;
            }
            int swap = heap[parent];
            heap[parent] = heap[child];
            heap[child] = swap;
            parent = child;
        }
    }

    private boolean before(int a, int b) {
        return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
    }
}
