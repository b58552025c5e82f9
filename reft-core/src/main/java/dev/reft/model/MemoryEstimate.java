package dev.reft.model;

import java.util.Locale;

/**
 * The memory of the engine that a training run will need, in bytes, before anything is opened.
 *
 * <p>It leaves out the runtime itself (JVM and libraries, some 300 MB) and what an allocator keeps for later; take a fifth
 * more.
 *
 * @param weights of the model, and their masters where it computes in less than fp32
 * @param gradients of what trains
 * @param moments of the optimiser
 * @param reference a frozen copy of what trains; what no optimiser writes is shared
 * @param cache keys and values of the completions under way
 * @param activations what an open pass holds
 * @param temporaries the largest that live at once within a pass
 */
public record MemoryEstimate(
        long weights, long gradients, long moments, long reference, long cache, long activations, long temporaries) {
    /**
     * The most that is needed at a time: sampling and updating take turns.
     *
     * @return bytes: what is always there, and the larger of the cache and the pass
     */
    public long peak() {
        return weights + gradients + moments + reference + Math.max(cache, activations + temporaries);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s at the peak (weights %s, gradients %s, moments %s, reference %s, cache %s, pass %s)",
                megabytes(peak()),
                megabytes(weights),
                megabytes(gradients),
                megabytes(moments),
                megabytes(reference),
                megabytes(cache),
                megabytes(activations + temporaries));
    }

    private static String megabytes(long bytes) {
        return bytes >= 10_000_000_000L
                ? String.format(Locale.ROOT, "%.0f GB", bytes / 1e9)
                : String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
    }
}
