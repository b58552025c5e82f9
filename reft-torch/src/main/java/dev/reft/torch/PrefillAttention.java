package dev.reft.torch;

import org.bytedeco.pytorch.Tensor;

/** Attention within whole prompts, as in scoring, that also writes their keys and values to a cache. */
final class PrefillAttention implements Attention {
    private final PackedAttention within;
    private final KeyValueCache cache;
    private final int[] starts;
    private final int[] lengths;
    private final int[] places;

    /**
     * For one pass.
     *
     * @param within the attention of the pass
     * @param starts where each prompt begins among the packed tokens
     * @param lengths of the prompts
     * @param places of the prompts in the cache
     */
    PrefillAttention(PackedAttention within, KeyValueCache cache, int[] starts, int[] lengths, int[] places) {
        this.within = within;
        this.cache = cache;
        this.starts = starts;
        this.lengths = lengths;
        this.places = places;
    }

    @Override
    public Tensor attend(int layer, Heads heads) {
        for (int i = 0; i < places.length; i++) {
            Tensor keys = heads.keys().narrow(0, starts[i], lengths[i]);
            Tensor values = heads.values().narrow(0, starts[i], lengths[i]);
            cache.fill(layer, places[i], keys, values);
        }
        return within.attend(layer, heads);
    }
}
