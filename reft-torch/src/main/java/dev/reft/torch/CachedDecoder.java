package dev.reft.torch;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A decoder that continues rows: it reads prompts once, then one token a row and step, with what it read kept in caches.
 *
 * <p>Prompts and rows have caches of their own, so that the rows of a prompt share its keys and values.
 */
final class CachedDecoder implements AutoCloseable {
    private final Decoder decoder;
    private final KeyValueCache prompts;
    private final KeyValueCache own;

    /** The decoder stays with its owner. */
    CachedDecoder(Decoder decoder) {
        this.decoder = decoder;
        this.prompts = new KeyValueCache(decoder.config(), decoder.placement());
        this.own = new KeyValueCache(decoder.config(), decoder.placement());
    }

    KeyValueCache prompts() {
        return prompts;
    }

    KeyValueCache own() {
        return own;
    }

    Decoder decoder() {
        return decoder;
    }

    /**
     * Reads prompts into their places.
     *
     * <p>Prompts of one length are attended to together and none is padded: so a prompt's numbers do not depend on the
     * others that are read with it.
     *
     * @return logits [prompts, vocabulary] after their last tokens, fp32
     */
    Tensor prefill(List<int[]> tokens, int[] places) {
        boolean oneToken = tokens.size() == 1 && tokens.get(0).length == 1;
        // Never one row alone: see Admission.roundPlaces.
        List<int[]> read = oneToken ? List.of(tokens.get(0), tokens.get(0)) : tokens;
        return Scope.one(() -> {
            Placement placement = decoder.placement();
            int[] lengths = read.stream().mapToInt(t -> t.length).toArray();
            Layout layout = Layout.of(lengths, 0);
            int[] last = new int[Math.max(2, places.length)];
            for (int i = 0; i < places.length; i++) {
                last[i] = layout.starts()[i] + lengths[i] - 1;
            }
            PackedAttention within = new PackedAttention(decoder.config(), placement, layout);
            Attention attention = new PrefillAttention(within, prompts, layout.starts(), lengths, places);
            Tensor hidden = run(layout.pack(read), layout.positions(), layout.longest() - 1, attention);
            Tensor logits = logits(hidden.index_select(0, placement.here(Ops.longs(last))));
            return logits.narrow(0, 0, places.length);
        });
    }

    /**
     * Reads one token of each row.
     *
     * @param ids of the rows, those that only fill up included
     * @param positions of the tokens in their rows
     * @param layout which rows belong to which prompt
     * @return logits [rows, vocabulary], fp32
     */
    Tensor step(int[] ids, int[] positions, CachedAttention.Layout layout) {
        return Scope.one(() -> {
            Attention attention = new CachedAttention(decoder.config(), decoder.placement(), prompts, own, layout);
            int longest = 0;
            for (int position : positions) {
                longest = Math.max(longest, position);
            }
            return logits(run(ids, positions, longest, attention));
        });
    }

    /** All stages but the last, which few tokens need. */
    private Tensor run(int[] ids, int[] positions, int longest, Attention attention) {
        Placement placement = decoder.placement();
        Places places = decoder.at(placement.here(Ops.longs(positions)), longest);
        Tensor x = decoder.embed(placement.here(Ops.longs(ids)));
        List<UnaryOperator<Tensor>> stages = decoder.stages(places, attention);
        for (int i = 0; i < stages.size() - 1; i++) {
            Tensor input = x;
            UnaryOperator<Tensor> stage = stages.get(i);
            x = Scope.one(() -> stage.apply(input));
            input.close();
        }
        return x;
    }

    private Tensor logits(Tensor hidden) {
        return decoder.logits(decoder.end(hidden));
    }

    @Override
    public void close() {
        prompts.close();
        own.close();
    }
}
