package dev.reft.torch;

import dev.reft.checkpoint.ModelConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * Keys and values of every layer at numbered places that all have room for the same number of tokens.
 *
 * <p>A layer's keys are one contiguous tensor [places, keyHeads, length, headWidth], and so are its values: batched
 * products read the first places of it whole, since a cut of the length would be copied by each of them. So the length
 * is kept near to what is needed, and what lies beyond a place's tokens is masked; it is always finite, for zero times
 * infinity is not zero.
 */
final class KeyValueCache implements AutoCloseable {
    private final int heads;
    private final int width;
    private final Placement placement;
    private final Tensor[] keys;
    private final Tensor[] values;
    private int places;
    private int length;

    /** An empty cache; it takes memory when room is made. */
    KeyValueCache(ModelConfig config, Placement placement) {
        this.heads = config.attention().keyValueHeads();
        this.width = config.attention().headDim();
        this.placement = placement;
        this.keys = new Tensor[config.layers()];
        this.values = new Tensor[config.layers()];
    }

    /** Bytes that one token takes. */
    static long bytesPerToken(ModelConfig config, Placement placement) {
        return 2L * config.layers() * config.attention().keyValueWidth() * (placement.half() ? 2 : 4);
    }

    int places() {
        return places;
    }

    /** Tokens that each place has room for. */
    int length() {
        return length;
    }

    /**
     * Changes the room; tokens that fit stay.
     *
     * @param used places whose contents count, as far as they exist
     */
    void resize(int newPlaces, int newLength, int used) {
        if (newPlaces == places && newLength == length) {
            return;
        }
        int kept = Math.min(length, newLength);
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer] = resized(keys[layer], newPlaces, newLength, used, kept);
            values[layer] = resized(values[layer], newPlaces, newLength, used, kept);
        }
        places = newPlaces;
        length = newLength;
    }

    private Tensor resized(Tensor old, int newPlaces, int newLength, int used, int kept) {
        try (Scope scope = new Scope()) {
            Tensor fresh = Scope.keep(placement.zeros(placement.type(), newPlaces, heads, newLength, width));
            if (places > 0) {
                int copied = Math.min(used, Math.min(places, newPlaces));
                if (copied > 0) {
                    fresh.narrow(0, 0, copied)
                            .narrow(2, 0, kept)
                            .copy_(old.narrow(0, 0, copied).narrow(2, 0, kept));
                }
                old.close();
            }
            return fresh;
        }
    }

    /** Keys of the first places as a batch of matrices [count * keyHeads, length, headWidth]. */
    Tensor keys(int layer, int count) {
        return matrices(keys[layer], count);
    }

    /** Values of the first places as a batch of matrices [count * keyHeads, length, headWidth]. */
    Tensor values(int layer, int count) {
        return matrices(values[layer], count);
    }

    private Tensor matrices(Tensor all, int count) {
        return all.narrow(0, 0, count).view((long) count * heads, length, width);
    }

    /** Where a token of a place lies among the rows that {@link #write} addresses, for its first key head. */
    int address(int place, int head, int token) {
        return (place * heads + head) * length + token;
    }

    /**
     * Writes one token to each of several places.
     *
     * @param addresses [n * keyHeads], int64, of {@link #address}
     * @param heads of n tokens
     */
    void write(int layer, Tensor addresses, Attention.Heads heads) {
        rows(keys[layer]).index_copy_(0, addresses, heads.keys().reshape(-1, width));
        rows(values[layer]).index_copy_(0, addresses, heads.values().reshape(-1, width));
    }

    private Tensor rows(Tensor all) {
        return all.view(-1, width);
    }

    /** Writes the first tokens of a place: keys and values [tokens, keyHeads, headWidth]. */
    void fill(int layer, int place, Tensor newKeys, Tensor newValues) {
        fill(keys[layer], place, newKeys);
        fill(values[layer], place, newValues);
    }

    private static void fill(Tensor all, int place, Tensor tokens) {
        all.select(0, place).narrow(1, 0, tokens.size(0)).copy_(tokens.transpose(0, 1));
    }

    /** Copies the first tokens of one place to another. */
    void move(int from, int to, int tokens) {
        if (tokens == 0) {
            return;
        }
        for (int layer = 0; layer < keys.length; layer++) {
            move(keys[layer], from, to, tokens);
            move(values[layer], from, to, tokens);
        }
    }

    private static void move(Tensor all, int from, int to, int tokens) {
        all.select(0, to).narrow(1, 0, tokens).copy_(all.select(0, from).narrow(1, 0, tokens));
    }

    @Override
    public void close() {
        if (places > 0) {
            for (int layer = 0; layer < keys.length; layer++) {
                keys[layer].close();
                values[layer].close();
            }
            places = 0;
            length = 0;
        }
    }
}
