package dev.reft.torch;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.torch.Parameter.Part;
import dev.reft.torch.Parameter.Piece;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Builds a decoder from the tensors of a checkpoint, by their Hugging Face names. */
final class DecoderLoader {
    private final ModelConfig config;
    private final Placement placement;
    private final WeightSource source;
    private final boolean trains;
    private final Part part;
    private final List<Parameter> made = new ArrayList<>();

    private DecoderLoader(ModelConfig config, Placement placement, WeightSource source, boolean trains, Part part) {
        this.config = config;
        this.placement = placement;
        this.source = source;
        this.trains = trains;
        this.part = part;
    }

    /**
     * Reads all weights.
     *
     * @param trains whether they are going to be trained
     * @param part whose learning rate applies then
     */
    static Decoder load(ModelConfig config, Placement placement, WeightSource source, boolean trains, Part part) {
        DecoderLoader loader = new DecoderLoader(config, placement, source, trains, part);
        try (Grad off = Grad.off()) {
            return loader.decoder();
        } catch (RuntimeException e) {
            loader.made.forEach(Parameter::close);
            throw e;
        }
    }

    private Decoder decoder() {
        int h = config.hiddenSize();
        Parameter embedding =
                parameter(true, new long[] {h}, new Piece("model.embed_tokens.weight", 0, config.vocabularySize()));
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(block(i));
        }
        Parameter norm = vector("model.norm.weight", h);
        Parameter head = config.tiedEmbeddings()
                ? embedding
                : parameter(true, new long[] {h}, new Piece("lm_head.weight", 0, config.vocabularySize()));
        return new Decoder(config, placement, embedding, blocks, norm, head);
    }

    private Block block(int index) {
        String base = "model.layers." + index + ".";
        String attention = base + "self_attn.";
        int h = config.hiddenSize();
        AttentionConfig shape = config.attention();
        int q = shape.queryWidth();
        int k = shape.keyValueWidth();
        int m = config.feedForward().size();
        boolean mlpBias = config.feedForward().bias();
        return new Block(
                shape,
                config.normEpsilon(),
                index,
                vector(base + "input_layernorm.weight", h),
                linear(
                        h,
                        shape.inputBias(),
                        new Piece(attention + "q_proj", 0, q),
                        new Piece(attention + "k_proj", q, k),
                        new Piece(attention + "v_proj", q + k, k)),
                shape.headNorms() ? vector(attention + "q_norm.weight", shape.headDim()) : null,
                shape.headNorms() ? vector(attention + "k_norm.weight", shape.headDim()) : null,
                linear(q, shape.outputBias(), new Piece(attention + "o_proj", 0, h)),
                vector(base + "post_attention_layernorm.weight", h),
                linear(h, mlpBias, new Piece(base + "mlp.gate_proj", 0, m), new Piece(base + "mlp.up_proj", m, m)),
                linear(m, mlpBias, new Piece(base + "mlp.down_proj", 0, h)));
    }

    private Linear linear(int in, boolean biased, Piece... layers) {
        Parameter weight = parameter(false, new long[] {in}, named(".weight", layers));
        Parameter bias = biased ? parameter(false, new long[0], named(".bias", layers)) : null;
        return new Linear(weight, bias, List.of());
    }

    private static Piece[] named(String suffix, Piece[] layers) {
        Piece[] pieces = new Piece[layers.length];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = new Piece(layers[i].name() + suffix, layers[i].from(), layers[i].rows());
        }
        return pieces;
    }

    private Parameter vector(String name, int size) {
        return parameter(false, new long[0], new Piece(name, 0, size));
    }

    /** A parameter of pieces, one below the other, each [rows, columns...]. */
    private Parameter parameter(boolean byHand, long[] columns, Piece... pieces) {
        Piece last = pieces[pieces.length - 1];
        Parameter parameter;
        try (Scope scope = new Scope()) {
            Tensor[] read = new Tensor[pieces.length];
            for (int i = 0; i < read.length; i++) {
                read[i] = source.read(pieces[i].name(), shape(pieces[i].rows(), columns));
            }
            Tensor value = placement.empty(placement.type(), shape(last.from() + last.rows(), columns));
            Tensor master = trains && placement.half() ? placement.empty(ScalarType.Float, value.shape()) : null;
            for (int i = 0; i < read.length; i++) {
                Tensor into = master == null ? value : master;
                into.narrow(0, pieces[i].from(), pieces[i].rows()).copy_(read[i]);
            }
            if (master != null) {
                value.copy_(master);
                Scope.keep(master);
            }
            parameter = new Parameter(List.of(pieces), part, byHand, Scope.keep(value));
            made.add(parameter);
            if (trains) {
                parameter.train(master);
            }
        }
        return parameter;
    }

    private static long[] shape(long rows, long[] columns) {
        long[] shape = new long[columns.length + 1];
        shape[0] = rows;
        System.arraycopy(columns, 0, shape, 1, columns.length);
        return shape;
    }
}
