package dev.reft.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A run that keeps the graph of the whole forward. */
final class GraphRun implements Run {
    private final Decoder decoder;
    private final Tensor ids;
    private final Tensor embedded;
    private final Tensor root;
    private final Tensor hidden;

    GraphRun(Decoder decoder, Packed packed) {
        this.decoder = decoder;
        ids = Scope.keep(packed.ids());
        try (Grad off = Grad.off()) {
            embedded = Scope.keep(decoder.embed(ids));
        }
        embedded.set_requires_grad(decoder.embedding().trains());
        try (Grad on = Grad.on()) {
            root = Scope.keep(Trunk.finish(decoder, packed, embedded));
        }
        hidden = Scope.keep(root.detach());
    }

    @Override
    public Tensor hidden() {
        return hidden;
    }

    @Override
    public void backward(Tensor slopes) {
        Trunk.backward(root, slopes);
        if (decoder.embedding().trains()) {
            addEmbeddingGradient(decoder, ids, Ops.own(embedded.mutable_grad()));
        }
    }

    /** Rows of the embedding's gradient are added by hand: a dense one would cost a vocabulary of memory a pass. */
    static void addEmbeddingGradient(Decoder decoder, Tensor ids, Tensor gradient) {
        decoder.embedding().gradientByHand().index_add_(0, ids, gradient.to(ScalarType.Float));
    }

    @Override
    public void close() {
        root.close();
        hidden.close();
        embedded.close();
        ids.close();
    }
}
