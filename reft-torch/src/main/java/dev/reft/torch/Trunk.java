package dev.reft.torch;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/** Running a decoder's stages over packed rows, and back. */
final class Trunk {
    private Trunk() {}

    /** What the head reads, [N, embedding], without graph; temporaries go stage by stage. */
    static Tensor hidden(Decoder decoder, Packed packed) {
        return finish(decoder, packed, decoder.embed(packed.ids()));
    }

    /** As {@link #hidden}, from the embeddings on, with a graph where gradients are on. */
    static Tensor finish(Decoder decoder, Packed packed, Tensor embedded) {
        Tensor x = embedded;
        for (UnaryOperator<Tensor> stage : decoder.stages(packed.places(), packed.attention())) {
            Tensor input = x;
            x = Scope.one(() -> stage.apply(input));
            if (input != embedded) {
                // A graph keeps what it needs; without one this frees the input.
                Scope.drop(input);
            }
        }
        return x;
    }

    /** Back from a root, given d loss / d root; the graph is freed. */
    static void backward(Tensor root, Tensor slopes) {
        if (root.requires_grad()) {
            root.backward(slopes, new BoolOptional(false), false, new TensorArrayRefOptional());
        }
    }
}
