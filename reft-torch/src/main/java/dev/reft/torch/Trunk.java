package dev.reft.torch;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/** Running a decoder's blocks over packed rows, and back. */
final class Trunk {
    private Trunk() {}

    /** Hidden states after the final norm, [N, hidden], without graph; temporaries go block by block. */
    static Tensor hidden(Decoder decoder, Packed packed) {
        return finish(decoder, packed, decoder.embed(packed.ids()));
    }

    /** As {@link #hidden}, from the embeddings on, with a graph where gradients are on. */
    static Tensor finish(Decoder decoder, Packed packed, Tensor embedded) {
        Tensor x = embedded;
        for (Block block : decoder.blocks()) {
            Tensor input = x;
            x = Scope.one(() -> block.forward(input, packed.rotary(), packed.attention()));
            if (input != embedded) {
                // A graph keeps what it needs; without one this frees the input.
                Scope.drop(input);
            }
        }
        return decoder.norm(x);
    }

    /** Back from a root, given d loss / d root; the graph is freed. */
    static void backward(Tensor root, Tensor slopes) {
        if (root.requires_grad()) {
            root.backward(slopes, new BoolOptional(false), false, new TensorArrayRefOptional());
        }
    }
}
