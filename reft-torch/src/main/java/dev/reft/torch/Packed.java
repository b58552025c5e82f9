package dev.reft.torch;

import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The rows of a pass as one packed sequence of tokens, ready for a decoder. Its tensors belong to the scope around.
 *
 * @param layout where the rows lie
 * @param ids [N] token ids
 * @param places each token's position
 * @param attention within the rows
 */
record Packed(Layout layout, Tensor ids, Places places, PackedAttention attention) {
    static Packed of(TokenBatch batch, Layout layout, Decoder decoder) {
        List<int[]> rows = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            rows.add(batch.row(i).tokens());
        }
        Placement placement = decoder.placement();
        Tensor ids = placement.here(Ops.longs(layout.pack(rows)));
        Tensor positions = placement.here(Ops.longs(layout.positions()));
        return new Packed(
                layout,
                ids,
                decoder.at(positions, layout.longest() - 1),
                new PackedAttention(decoder.config(), placement, layout));
    }

    /** The layout of a batch's rows for a decoder. */
    static Layout layout(TokenBatch batch, Decoder decoder) {
        int[] lengths = new int[batch.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = batch.row(i).tokens().length;
        }
        return Layout.of(lengths, Sizes.bucketPrice(decoder.config()));
    }
}
