package dev.reft.torch;

import dev.reft.checkpoint.LearnedPositions;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.Rope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A decoder: embedding, blocks, last norm, output head. What its architecture has beyond that or lacks, its configuration
 * says.
 *
 * <p>Its weights may be shared between models that do not write them: each holds a reference, the last frees them.
 * Adapters belong to one decoder.
 */
final class Decoder implements AutoCloseable {
    private final ModelConfig config;
    private final Placement placement;
    private final Ends ends;
    private final List<Block> blocks;
    private final @Nullable Rotation rotation;

    /**
     * What stands before and after the blocks.
     *
     * @param embedding [vocabulary, embedding]
     * @param positions [context, hidden], or null
     * @param projectIn to the hidden size, or null
     * @param norm the last, or null
     * @param projectOut to the embedding's size, or null
     * @param head [vocabulary, embedding]; the embedding itself if they are tied
     */
    record Ends(
            Parameter embedding,
            @Nullable Parameter positions,
            @Nullable Linear projectIn,
            @Nullable Norm norm,
            @Nullable Linear projectOut,
            Parameter head) {
        private Ends with(UnaryOperator<Parameter> weights, UnaryOperator<Linear> adapted) {
            Parameter other = weights.apply(embedding);
            return new Ends(
                    other,
                    positions == null ? null : weights.apply(positions),
                    projectIn == null ? null : adapted.apply(projectIn.with(weights)),
                    norm == null ? null : norm.with(weights),
                    projectOut == null ? null : adapted.apply(projectOut.with(weights)),
                    head == embedding ? other : weights.apply(head));
        }
    }

    /** Takes ownership of the parameters. */
    Decoder(ModelConfig config, Placement placement, Ends ends, List<Block> blocks) {
        this.config = config;
        this.placement = placement;
        this.ends = ends;
        this.blocks = List.copyOf(blocks);
        this.rotation = rotation(config, placement);
    }

    private static @Nullable Rotation rotation(ModelConfig config, Placement placement) {
        if (config.positions() instanceof Rope rope) {
            return new Rotation(rope, config.attention().headDim(), placement);
        }
        if (!(config.positions() instanceof LearnedPositions)) {
            throw new IllegalArgumentException(
                    "a " + config.modelType() + " has " + config.positions() + ", which is not computed");
        }
        return null;
    }

    ModelConfig config() {
        return config;
    }

    Placement placement() {
        return placement;
    }

    List<Block> blocks() {
        return blocks;
    }

    Parameter embedding() {
        return ends.embedding();
    }

    /** The output head's matrix [vocabulary, embedding]. */
    Parameter head() {
        return ends.head();
    }

    /**
     * The forms of positions that this decoder reads.
     *
     * @param positions [N], int64, on the model's device
     * @param longest largest position among them
     */
    Places at(Tensor positions, int longest) {
        return new Places(positions, rotation == null ? null : rotation.at(positions, longest));
    }

    /** Embeddings [N, embedding] of ids [N], int64. */
    Tensor embed(Tensor ids) {
        return ends.embedding().matrix(ids);
    }

    /**
     * The stages from the embeddings to what the head reads, one after the other: what comes before the blocks, if
     * anything does, the blocks, and the end.
     */
    List<UnaryOperator<Tensor>> stages(Places places, Attention attention) {
        List<UnaryOperator<Tensor>> stages = new ArrayList<>();
        if (ends.projectIn() != null || ends.positions() != null) {
            stages.add(embedded -> begin(embedded, places));
        }
        for (Block block : blocks) {
            stages.add(x -> block.forward(x, places, attention));
        }
        stages.add(this::end);
        return stages;
    }

    private Tensor begin(Tensor embedded, Places places) {
        Tensor x = ends.projectIn() == null ? embedded : ends.projectIn().apply(embedded);
        if (ends.positions() == null || !(config.positions() instanceof LearnedPositions learned)) {
            return x;
        }
        Tensor rows =
                learned.offset() == 0 ? places.positions() : places.positions().add(new Scalar(learned.offset()));
        return x.add(ends.positions().matrix(rows));
    }

    /** The last stage: last norm and projection, as far as the model has them. */
    Tensor end(Tensor x) {
        Tensor normed = ends.norm() == null ? x : ends.norm().apply(x);
        return ends.projectOut() == null ? normed : ends.projectOut().apply(normed);
    }

    /** Logits [N, vocabulary] in fp32 of what comes out of the last stage, [N, embedding]. */
    Tensor logits(Tensor hidden) {
        Tensor logits = ends.head().isCompact()
                ? Ops.cat(
                        1,
                        headRows(
                                (from, rows) -> torch.linear(hidden, ends.head().matrix(from, rows))))
                : torch.linear(hidden, ends.head().value());
        return placement.half() ? logits.to(ScalarType.Float) : logits;
    }

    /** The way back: d loss / d hidden [N, embedding] of d loss / d logits [N, vocabulary], without graph. */
    Tensor logitsBackward(Tensor slopes) {
        if (!ends.head().isCompact()) {
            return torch.mm(slopes, ends.head().value().detach());
        }
        Tensor sum = slopes.new_zeros(slopes.size(0), ends.head().value().size(1));
        headRows((from, rows) ->
                sum.addmm_(slopes.narrow(1, from, rows), ends.head().matrix(from, rows)));
        return sum;
    }

    private interface HeadRows {
        Tensor run(long from, long rows);
    }

    /** A head that is held in fewer bits is never expanded as a whole. */
    private Tensor[] headRows(HeadRows part) {
        long vocabulary = ends.head().value().size(0);
        long step = Math.max(1, Sizes.SMALL_BYTES / (4 * ends.head().value().size(1)));
        List<Tensor> parts = new ArrayList<>();
        for (long at = 0; at < vocabulary; at += step) {
            long from = at;
            parts.add(Scope.one(() -> part.run(from, Math.min(step, vocabulary - from))));
        }
        return parts.toArray(new Tensor[0]);
    }

    /** The linear layers that adapters may be put on. */
    List<Linear> linears() {
        List<Linear> all = new ArrayList<>();
        if (ends.projectIn() != null) {
            all.add(ends.projectIn());
        }
        if (ends.projectOut() != null) {
            all.add(ends.projectOut());
        }
        blocks.forEach(block -> all.addAll(block.linears()));
        return all;
    }

    /** The parameters of the checkpoint, each once; adapters not included. */
    List<Parameter> base() {
        List<Parameter> all = new ArrayList<>();
        all.add(ends.embedding());
        if (ends.positions() != null) {
            all.add(ends.positions());
        }
        if (ends.projectIn() != null) {
            all.addAll(ends.projectIn().parameters());
        }
        blocks.forEach(block -> all.addAll(block.parameters()));
        if (ends.norm() != null) {
            all.addAll(ends.norm().parameters());
        }
        if (ends.projectOut() != null) {
            all.addAll(ends.projectOut().parameters());
        }
        if (ends.head() != ends.embedding()) {
            all.add(ends.head());
        }
        return all;
    }

    /** The adapters' parameters. */
    List<Parameter> adapters() {
        return linears().stream()
                .flatMap(linear -> linear.adapters().stream())
                .flatMap(low -> List.of(low.a(), low.b()).stream())
                .toList();
    }

    /**
     * A decoder on the same weights with other adapters, which it takes over.
     *
     * @param adapted makes the new linear layers; the adapters that it gives are freed here if a later one fails
     */
    Decoder share(UnaryOperator<Linear> adapted) {
        return with(Parameter::retain, adapted);
    }

    /** A decoder whose numbers never change: weights that do not train are shared, all else is copied. */
    Decoder frozen() {
        return with(weight -> weight.trains() ? weight.frozen() : weight.retain(), Linear::copyAdapters);
    }

    /** What was retained and made is let go of again if it fails half way. */
    private Decoder with(UnaryOperator<Parameter> weights, UnaryOperator<Linear> adapted) {
        List<Parameter> made = new ArrayList<>();
        UnaryOperator<Parameter> noted = weight -> {
            Parameter other = weights.apply(weight);
            made.add(other);
            return other;
        };
        UnaryOperator<Linear> notedLinear = linear -> {
            Linear other = adapted.apply(linear);
            other.adapters().forEach(low -> made.addAll(List.of(low.a(), low.b())));
            return other;
        };
        try {
            List<Block> others =
                    blocks.stream().map(block -> block.with(noted, notedLinear)).toList();
            return new Decoder(config, placement, ends.with(noted, notedLinear), others);
        } catch (RuntimeException | Error e) {
            made.forEach(Parameter::close);
            throw e;
        }
    }

    /** Frees the adapters and lets go of the weights; their last holder frees them. */
    @Override
    public void close() {
        adapters().forEach(Parameter::close);
        base().forEach(Parameter::close);
        if (rotation != null) {
            rotation.close();
        }
    }
}
