package dev.reft.torch;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.torch.Layout.Bucket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Causal attention within each row of a packed batch, bucket by bucket.
 *
 * <p>How depends on device, type and length, as measured: on the CPU short rows go through batched products grouped by
 * key head (faster than the fused kernel below {@value #FUSED_FROM} tokens in fp32, and always in bf16, where the fused
 * kernel falls to scalar code), long ones through the fused kernel, whose memory is linear in the length. On CUDA it is
 * always the fused kernel.
 */
final class PackedAttention implements Attention {
    static final int FUSED_FROM = 256;
    /** From this length bf16 on the CPU goes to fp32 and the fused kernel, since the scores' memory is quadratic. */
    static final int HALF_FUSED_FROM = 1024;

    private final AttentionConfig shape;
    private final Placement placement;
    private final List<Bucket> buckets;
    private final long[] sizes;
    private final Map<Long, Tensor> masks = new HashMap<>();

    /** For one pass; its masks belong to the scope around. */
    PackedAttention(ModelConfig config, Placement placement, Layout layout) {
        this.shape = config.attention();
        this.placement = placement;
        this.buckets = layout.buckets();
        this.sizes = buckets.stream().mapToLong(Bucket::tokens).toArray();
        for (Bucket bucket : buckets) {
            for (int window : shape.windows()) {
                masks.computeIfAbsent(key(bucket.length(), window), k -> mask(bucket.length(), window));
            }
        }
    }

    @Override
    public Tensor attend(int layer, Heads heads) {
        Tensor[] queries = Ops.split(heads.queries(), 0, sizes);
        Tensor[] keys = Ops.split(heads.keys(), 0, sizes);
        Tensor[] values = Ops.split(heads.values(), 0, sizes);
        Tensor[] out = new Tensor[sizes.length];
        for (int i = 0; i < out.length; i++) {
            Bucket bucket = buckets.get(i);
            Tensor mask = Objects.requireNonNull(
                    masks.get(key(bucket.length(), shape.windows().get(layer))));
            out[i] = fused(bucket.length())
                    ? fused(
                            bucket,
                            queries[i],
                            keys[i],
                            values[i],
                            shape.windows().get(layer),
                            mask)
                    : grouped(bucket, queries[i], keys[i], values[i], mask);
        }
        return Ops.cat(0, out);
    }

    private boolean fused(int length) {
        return placement.cuda() || length >= (placement.half() ? HALF_FUSED_FROM : FUSED_FROM);
    }

    /** Query heads of one key head are rows of one product, so keys are never repeated. */
    private Tensor grouped(Bucket bucket, Tensor q, Tensor k, Tensor v, Tensor mask) {
        int b = bucket.rows();
        int t = bucket.length();
        int kv = shape.keyValueHeads();
        int g = shape.heads() / shape.keyValueHeads();
        int d = shape.headDim();
        Tensor queries = Ops.scale(q, 1 / Math.sqrt(d))
                .view(b, t, kv, g, d)
                .permute(0, 2, 3, 1, 4)
                .reshape((long) b * kv, (long) g * t, d);
        Tensor keys = k.view(b, t, kv, d).permute(0, 2, 3, 1).reshape((long) b * kv, d, t);
        Tensor values = v.view(b, t, kv, d).permute(0, 2, 1, 3).reshape((long) b * kv, t, d);
        Tensor weights = torch.bmm(queries, keys).add_(mask).softmax(2);
        return torch.bmm(weights, values)
                .view(b, kv, g, t, d)
                .permute(0, 3, 1, 2, 4)
                .reshape((long) b * t, (long) kv * g * d);
    }

    private Tensor fused(Bucket bucket, Tensor q, Tensor k, Tensor v, int window, Tensor mask) {
        boolean widen = placement.half() && !placement.cuda();
        boolean plain = window == 0 || window >= bucket.length();
        Tensor out = torch.scaled_dot_product_attention(
                rows(bucket, q, widen),
                rows(bucket, k, widen),
                rows(bucket, v, widen),
                plain ? new TensorOptional() : new TensorOptional(widen ? mask.to(ScalarType.Float) : mask),
                0.0,
                plain,
                new DoubleOptional(),
                true);
        Tensor packed = out.transpose(1, 2).reshape(bucket.tokens(), shape.queryWidth());
        return widen ? packed.to(placement.type()) : packed;
    }

    private static Tensor rows(Bucket bucket, Tensor x, boolean widen) {
        Tensor rows =
                x.view(bucket.rows(), bucket.length(), x.size(1), x.size(2)).transpose(1, 2);
        return widen ? rows.to(ScalarType.Float) : rows;
    }

    private static long key(int length, int window) {
        // A window at least as long as the row is no window.
        return ((long) length << 32) | (window >= length ? 0 : window);
    }

    /** 0 where a token may look, minus infinity elsewhere: [length, length], repeated for each head of a group if grouped. */
    private Tensor mask(int length, int window) {
        int copies = fused(length) ? 1 : shape.heads() / shape.keyValueHeads();
        if (fused(length) && (window == 0 || window >= length)) {
            return placement.zeros(placement.type(), 1);
        }
        float[] mask = new float[Math.multiplyExact(length, length)];
        for (int i = 0; i < length; i++) {
            for (int j = 0; j < length; j++) {
                boolean seen = j <= i && (window == 0 || i - j < window);
                mask[i * length + j] = seen ? 0 : Float.NEGATIVE_INFINITY;
            }
        }
        Tensor one = placement.here(Tensor.create(mask, length, length), placement.type());
        return copies == 1 ? one : one.repeat(copies, 1);
    }
}
