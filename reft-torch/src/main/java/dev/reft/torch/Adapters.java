package dev.reft.torch;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.DecoderNames;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.PeftAdapter;
import dev.reft.model.Adapter;
import dev.reft.random.Seeds;
import dev.reft.torch.Linear.Low;
import dev.reft.torch.Linear.Module;
import dev.reft.torch.Parameter.Part;
import dev.reft.torch.Parameter.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Low-rank adapters on the linear layers of a decoder. New ones begin as PEFT's do: A uniform in +-1 / sqrt(in) (Kaiming
 * with a = sqrt 5), B zero. They are held and computed in fp32, whatever the base is.
 */
final class Adapters {
    private Adapters() {}

    /** Why adapters are refused on a model. */
    static Optional<String> refuses(Adapter.Lora lora, ModelConfig config) {
        List<String> layers = layers(config).toList();
        List<String> named = new ArrayList<>(lora.targets());
        named.remove(Adapter.Lora.ALL_LINEAR);
        named.addAll(lora.ranks().keySet());
        named.addAll(lora.alphas().keySet());
        for (String name : named) {
            if (layers.stream().noneMatch(layer -> Adapter.Lora.means(name, layer))) {
                return Optional.of("there is no layer '" + name + "' to adapt; these can be: " + names(config)
                        + ", one of them by its whole name, or " + Adapter.Lora.ALL_LINEAR);
            }
        }
        return lora.saved().stream()
                .flatMap(name -> refusesSaved(name, lora, config).stream())
                .findFirst();
    }

    /** Why a module cannot train whole beside the adapters. */
    private static Optional<String> refusesSaved(String name, Adapter.Lora lora, ModelConfig config) {
        DecoderNames names = Architecture.of(config.modelType()).names();
        List<String> modules = names.tensors(config).keySet().stream()
                .map(tensor -> tensor.substring(0, tensor.lastIndexOf('.')))
                .distinct()
                .filter(module -> Adapter.Lora.means(name, module))
                .toList();
        if (modules.isEmpty()) {
            return Optional.of("there is no module '" + name + "' to train whole");
        }
        for (String module : modules) {
            if (lora.adapts(module) && layers(config).anyMatch(module::equals)) {
                return Optional.of("the layer " + module + " cannot both be adapted and train whole");
            }
            if (config.tiedEmbeddings() && module.equals(names.base() + names.embedding())) {
                return Optional.of("the embedding " + module + " is the head too, so it cannot train alone");
            }
            if (isPacked(module, names.layer().attentionInput())
                    || isPacked(module, names.layer().feedForwardInput())) {
                return Optional.of(
                        "the layer " + module + " is computed together with others, so it cannot train whole");
            }
        }
        return Optional.empty();
    }

    private static boolean isPacked(String module, List<String> together) {
        return together.size() > 1 && together.stream().anyMatch(name -> Adapter.Lora.means(name, module));
    }

    /** Whether two descriptions mean the same adapters on a model. */
    static boolean same(Adapter.Lora one, Adapter.Lora other, ModelConfig config) {
        boolean layers = layers(config)
                .allMatch(layer -> one.adapts(layer) == other.adapts(layer)
                        && (!one.adapts(layer)
                                || one.rankOf(layer) == other.rankOf(layer)
                                        && one.scaleOf(layer) == other.scaleOf(layer)));
        return layers
                && Architecture.of(config.modelType()).names().tensors(config).keySet().stream()
                        .map(tensor -> tensor.substring(0, tensor.lastIndexOf('.')))
                        .allMatch(module -> one.saves(module) == other.saves(module));
    }

    /** The layers of a model that can be adapted, by their whole names. */
    static Stream<String> layers(ModelConfig config) {
        return Architecture.of(config.modelType()).names().linears(config).stream();
    }

    /** The last parts of their names. */
    private static List<String> names(ModelConfig config) {
        return layers(config)
                .map(layer -> layer.substring(layer.lastIndexOf('.') + 1))
                .distinct()
                .toList();
    }

    /** The decoder with new trainable adapters; takes over the weights, which the given decoder lets go of. */
    static Decoder begin(Decoder decoder, Adapter.Lora lora, Part part, long seed) {
        return on(decoder, lora::adapts, linear -> module -> {
            String layer = module.name();
            int rank = lora.rankOf(layer);
            long place = Seeds.at(seed, Seeds.Stream.INITIALISATION, 0, layer + ".lora_A", 0);
            double bound = 1 / Math.sqrt(linear.in());
            Tensor a = torch.zeros(rank, linear.in())
                    .uniform_(-bound, bound, new GeneratorOptional(torch.make_generator_cpu(place)));
            Tensor b = torch.zeros(module.width(), rank);
            return low(decoder.placement(), module, part, true, a, b, lora.scaleOf(layer));
        });
    }

    /**
     * The decoder with adapters from a file; takes over the weights.
     *
     * @param trains whether they go on training
     */
    static Decoder put(Decoder decoder, PeftAdapter file, Part part, boolean trains) {
        return on(decoder, file.layers()::contains, linear -> module -> {
            String layer = module.name();
            int rank = file.lora().rankOf(layer);
            Tensor a = Tensor.create(file.a(layer), rank, linear.in());
            Tensor b = Tensor.create(file.b(layer), module.width(), rank);
            double scale = file.lora().scaleOf(layer);
            return low(decoder.placement(), module, part, trains, a, b, scale);
        });
    }

    private static Decoder on(
            Decoder decoder, Predicate<String> adapted, Function<Linear, Function<Module, Low>> made) {
        try (decoder;
                Scope scope = new Scope();
                Grad off = Grad.off()) {
            return decoder.share(linear -> linear.withAdapters(Low.each(
                    linear.modules().stream()
                            .filter(module -> adapted.test(module.name()))
                            .toList(),
                    made.apply(linear))));
        }
    }

    /** Adds the decoder's adapters to its weights and takes them off; the given decoder is not to be used any more. */
    static Decoder merge(Decoder decoder) {
        try (decoder;
                Grad off = Grad.off()) {
            for (Linear linear : decoder.linears()) {
                if (!linear.adapters().isEmpty()) {
                    try (Scope scope = new Scope()) {
                        linear.weight().optimized().copy_(linear.merged());
                        linear.weight().publish();
                    }
                }
            }
            return decoder.share(linear -> linear.withAdapters(List.of()));
        }
    }

    private static Low low(
            Placement placement, Module module, Part part, boolean trains, Tensor a, Tensor b, double scale) {
        return Low.of(
                module,
                scale,
                () -> parameter(placement, part, trains, module.name() + ".lora_A.weight", a),
                () -> parameter(placement, part, trains, module.name() + ".lora_B.weight", b));
    }

    private static Parameter parameter(Placement placement, Part part, boolean trains, String name, Tensor initial) {
        int rows = Math.toIntExact(initial.size(0));
        Tensor value = placement.empty(ScalarType.Float, initial.shape());
        value.copy_(initial);
        Parameter parameter = new Parameter(List.of(new Piece(name, 0, rows)), part, false, Scope.keep(value));
        if (trains) {
            parameter.train(null);
        }
        return parameter;
    }
}
