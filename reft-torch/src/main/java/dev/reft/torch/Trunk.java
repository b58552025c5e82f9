package dev.reft.torch;

import org.bytedeco.pytorch.Tensor;

/** Running a decoder's blocks over packed rows. */
final class Trunk {
    private Trunk() {}

    /** Hidden states after the final norm, [N, hidden]; temporaries go block by block. */
    static Tensor hidden(Decoder decoder, Packed packed) {
        return finish(decoder, packed, decoder.embed(packed.ids()));
    }

    /** As {@link #hidden}, from the embeddings on. */
    static Tensor finish(Decoder decoder, Packed packed, Tensor embedded) {
        Tensor x = embedded;
        for (Block block : decoder.blocks()) {
            Tensor input = x;
            x = Scope.one(() -> block.forward(input, packed.rotary(), packed.attention()));
            // The input is dead now (a graph keeps what it needs): in a pass without gradient this frees it.
            input.close();
        }
        return decoder.norm(x);
    }
}
