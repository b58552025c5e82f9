package dev.reft.torch;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.AttentionConfig.QueryKeyNorm;
import dev.reft.checkpoint.DecoderNames;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.NormConfig;
import dev.reft.torch.Linear.Module;
import dev.reft.torch.Parameter.Part;
import dev.reft.torch.Parameter.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Builds a decoder from the tensors of a checkpoint, by their Hugging Face names. */
final class DecoderLoader {
    private final ModelConfig config;
    private final DecoderNames names;
    private final boolean bare;
    private final Placement placement;
    private final WeightSource source;
    private final Predicate<String> trains;
    private final Optional<BaseStorage> storage;
    private final Part part;
    private final List<Parameter> made = new ArrayList<>();

    private DecoderLoader(
            ModelConfig config,
            Placement placement,
            Optional<BaseStorage> storage,
            WeightSource source,
            Predicate<String> trains,
            Part part) {
        this.config = config;
        this.names = Architecture.of(config.modelType()).names();
        this.bare =
                !source.has(names.base() + names.embedding() + ".weight") && source.has(names.embedding() + ".weight");
        this.placement = placement;
        this.source = source;
        this.trains = trains;
        this.storage = storage;
        this.part = part;
    }

    /**
     * Reads all weights.
     *
     * @param storage of matrices that do not train, if not as they are computed with
     * @param trains whether a module, by its whole name, is going to be trained
     * @param part whose learning rate applies then
     */
    static Decoder load(
            ModelConfig config,
            Placement placement,
            Optional<BaseStorage> storage,
            WeightSource source,
            Predicate<String> trains,
            Part part) {
        DecoderLoader loader = new DecoderLoader(config, placement, storage, source, trains, part);
        try (Grad off = Grad.off()) {
            return loader.decoder();
        } catch (RuntimeException | Error e) {
            loader.made.forEach(Parameter::close);
            throw e;
        }
    }

    private Decoder decoder() {
        int hidden = config.hiddenSize();
        int width = config.embeddingSize();
        boolean projects = width != hidden;
        Parameter embedding = matrix(true, width, config.vocabularySize(), base(names.embedding()));
        Parameter positions = config.positionRows() > 0
                ? matrix(false, hidden, config.positionRows(), base(names.positions()))
                : null;
        Linear projectIn = projects ? linear(width, false, false, hidden, base(names.projectIn())) : null;
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(block(i));
        }
        Norm norm = config.norm().last() ? norm(base(names.last()), hidden) : null;
        Linear projectOut = projects ? linear(hidden, false, false, width, base(names.projectOut())) : null;
        Parameter head =
                config.tiedEmbeddings() ? embedding : matrix(true, width, config.vocabularySize(), names.head());
        Decoder.Ends ends = new Decoder.Ends(embedding, positions, projectIn, norm, projectOut, head);
        return new Decoder(config, placement, ends, blocks);
    }

    private String base(String name) {
        return names.base() + name;
    }

    private Block block(int index) {
        String at = names.layer(index);
        DecoderNames.Layer layer = names.layer();
        int hidden = config.hiddenSize();
        AttentionConfig shape = config.attention();
        int q = shape.queryWidth();
        int k = shape.keyValueWidth();
        int m = config.feedForward().size();
        boolean bias = config.feedForward().bias();
        boolean wide = names.transposed();
        boolean normed = shape.queryKeyNorm() != QueryKeyNorm.NONE;
        boolean whole =
                switch (shape.queryKeyNorm()) {
                    case WHOLE -> true;
                    case NONE, HEAD -> false;
                };
        int[] inputs = layer.attentionInput().size() == 1 ? new int[] {q + 2 * k} : new int[] {q, k, k};
        int[] ups = config.feedForward().gated() ? new int[] {m, m} : new int[] {m};
        return new Block(
                config,
                index,
                norm(at + layer.attentionNorm(), hidden),
                linear(hidden, wide, shape.inputBias(), modules(at, layer.attentionInput(), inputs)),
                normed ? rootMeanSquare(at + layer.queryNorm(), whole ? q : shape.headDim()) : null,
                normed ? rootMeanSquare(at + layer.keyNorm(), whole ? k : shape.headDim()) : null,
                linear(q, wide, shape.outputBias(), hidden, at + layer.attentionOutput()),
                norm(at + layer.feedForwardNorm(), hidden),
                linear(hidden, wide, bias, modules(at, layer.feedForwardInput(), ups)),
                linear(m, wide, bias, hidden, at + layer.feedForwardOutput()));
    }

    private static List<Module> modules(String at, List<String> names, int[] widths) {
        List<Module> modules = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < widths.length; i++) {
            modules.add(new Module(at + names.get(i), from, widths[i]));
            from += widths[i];
        }
        return modules;
    }

    private Linear linear(int in, boolean transposed, boolean biased, int out, String name) {
        return linear(in, transposed, biased, List.of(new Module(name, 0, out)));
    }

    private Linear linear(int in, boolean transposed, boolean biased, List<Module> modules) {
        Parameter weight = transposed
                ? matrix(false, modules.get(0).width(), in, modules.get(0).name())
                : parameter(false, new long[] {in}, pieces(".weight", modules));
        Parameter bias = biased ? parameter(false, new long[0], pieces(".bias", modules)) : null;
        return new Linear(weight, bias, transposed, List.copyOf(modules), List.of());
    }

    private List<Piece> pieces(String suffix, List<Module> modules) {
        return modules.stream()
                .map(module -> new Piece(stored(module.name()) + suffix, module.from(), module.width()))
                .toList();
    }

    private Norm norm(String name, int size) {
        NormConfig norm = config.norm();
        Parameter bias = norm.kind() == NormConfig.Kind.LAYER ? vector(name + ".bias", size) : null;
        return new Norm(norm.kind(), norm.epsilon(), vector(name + ".weight", size), bias);
    }

    private Norm rootMeanSquare(String name, int size) {
        return new Norm(NormConfig.Kind.RMS, config.normEpsilon(), vector(name + ".weight", size), null);
    }

    private Parameter vector(String name, int size) {
        return parameter(false, new long[0], List.of(new Piece(stored(name), 0, size)));
    }

    private Parameter matrix(boolean byHand, int columns, int rows, String name) {
        return parameter(byHand, new long[] {columns}, List.of(new Piece(stored(name) + ".weight", 0, rows)));
    }

    /** The name in the files, which may lack the base. */
    private String stored(String name) {
        return bare && name.startsWith(names.base())
                ? name.substring(names.base().length())
                : name;
    }

    /** A parameter of pieces, one below the other, each [rows, columns...]. */
    private Parameter parameter(boolean byHand, long[] columns, List<Piece> pieces) {
        boolean trained = pieces.stream().map(this::module).anyMatch(trains);
        Piece last = pieces.get(pieces.size() - 1);
        long[] whole = shape(last.from() + last.rows(), columns);
        try (Scope scope = new Scope()) {
            boolean compact = storage.isPresent() && !trained && columns.length > 0;
            Parameter parameter = compact
                    ? Compact.parameter(placement, storage.get(), pieces, part, byHand, whole)
                    : new Parameter(pieces, part, byHand, Scope.keep(placement.empty(placement.type(), whole)));
            made.add(parameter);
            Tensor master = trained && placement.half() ? placement.empty(ScalarType.Float, whole) : null;
            for (Piece piece : pieces) {
                read(parameter, piece, columns, master);
            }
            if (master != null) {
                parameter.value().copy_(master);
            }
            if (trained) {
                parameter.train(master == null ? null : Scope.keep(master));
            }
            return parameter;
        }
    }

    private void read(Parameter parameter, Piece piece, long[] columns, @Nullable Tensor master) {
        try (Scope scope = new Scope()) {
            Tensor read = source.read(piece.name(), shape(piece.rows(), columns));
            if (master != null) {
                master.narrow(0, piece.from(), piece.rows()).copy_(read);
            } else {
                parameter.fill(piece.from(), read);
            }
        }
    }

    /** The whole name of the module that a piece belongs to. */
    private String module(Piece piece) {
        String whole = names.whole(piece.name());
        return whole.substring(0, whole.lastIndexOf('.'));
    }

    private static long[] shape(long rows, long[] columns) {
        long[] shape = new long[columns.length + 1];
        shape[0] = rows;
        System.arraycopy(columns, 0, shape, 1, columns.length);
        return shape;
    }
}
