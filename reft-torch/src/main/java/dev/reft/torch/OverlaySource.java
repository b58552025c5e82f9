package dev.reft.torch;

import dev.reft.checkpoint.DecoderNames;
import dev.reft.checkpoint.PeftAdapter;
import org.bytedeco.pytorch.Tensor;

/** The tensors of a base, those that an adapter saved in place of the base's own. */
final class OverlaySource implements WeightSource {
    private final WeightSource base;
    private final PeftAdapter adapter;
    private final DecoderNames names;

    /** Takes ownership of the base; the adapter stays with its owner. */
    OverlaySource(WeightSource base, PeftAdapter adapter, DecoderNames names) {
        this.base = base;
        this.adapter = adapter;
        this.names = names;
    }

    @Override
    public boolean has(String name) {
        return base.has(name);
    }

    @Override
    public Tensor read(String name, long... shape) {
        String whole = names.whole(name);
        return adapter.saved().contains(whole) ? Tensor.create(adapter.saved(whole), shape) : base.read(name, shape);
    }

    @Override
    public void close() {
        base.close();
    }
}
