package dev.reft.torch;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Adapter;
import dev.reft.random.Seeds;
import dev.reft.torch.Linear.Low;
import dev.reft.torch.Linear.Module;
import dev.reft.torch.Parameter.Part;
import dev.reft.torch.Parameter.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Low-rank adapters on the linear layers of a decoder, as PEFT makes them: A uniform in +-1 / sqrt(in) (Kaiming with a =
 * sqrt 5), B zero.
 */
final class Adapters {
    /** PEFT's word for all of them. */
    static final String ALL = "all-linear";

    private Adapters() {}

    /** Why a target is refused. */
    static Optional<String> refuses(Adapter.Lora lora, ModelConfig config) {
        for (String target : lora.targets()) {
            if (layers(config).noneMatch(layer -> isTarget(target, layer))) {
                return Optional.of("there is no layer '" + target + "' to adapt; these can be: " + names(config)
                        + ", one of them by its whole name, or " + ALL);
            }
        }
        return Optional.empty();
    }

    /** Whether a layer, by its checkpoint name, is among the targets. */
    static boolean targets(Adapter.Lora lora, String layer) {
        return lora.targets().stream().anyMatch(target -> isTarget(target, layer));
    }

    /** As PEFT has it: the whole name, or the end of it after a dot. */
    private static boolean isTarget(String target, String layer) {
        return target.equals(ALL) || layer.equals(target) || layer.endsWith("." + target);
    }

    /** The layers of a model that can be adapted, by their whole names. */
    static Stream<String> layers(ModelConfig config) {
        return Architecture.of(config.modelType()).names().linears(config).stream();
    }

    /** The last parts of their names. */
    static List<String> names(ModelConfig config) {
        return layers(config)
                .map(layer -> layer.substring(layer.lastIndexOf('.') + 1))
                .distinct()
                .toList();
    }

    /** The decoder with new trainable adapters; shares the weights, which the given decoder lets go of. */
    static Decoder adapt(Decoder decoder, Adapter.Lora lora, Part part, long seed) {
        try (decoder) {
            return decoder.share(linear -> {
                List<Low> lows = new ArrayList<>();
                for (Module module : linear.modules()) {
                    if (targets(lora, module.name())) {
                        lows.add(low(decoder.placement(), lora, part, seed, linear.in(), module));
                    }
                }
                return linear.withAdapters(lows);
            });
        }
    }

    private static Low low(Placement placement, Adapter.Lora lora, Part part, long seed, long in, Module module) {
        String layer = module.name();
        try (Scope scope = new Scope();
                Grad off = Grad.off()) {
            long place = Seeds.at(seed, Seeds.Stream.INITIALISATION, 0, layer + ".lora_A", 0);
            double bound = 1 / Math.sqrt(in);
            Tensor a = torch.zeros(lora.rank(), in)
                    .uniform_(-bound, bound, new GeneratorOptional(torch.make_generator_cpu(place)));
            Parameter first = parameter(placement, part, layer + ".lora_A.weight", a);
            Parameter second =
                    parameter(placement, part, layer + ".lora_B.weight", torch.zeros(module.width(), lora.rank()));
            return new Low(module, first, second, lora.alpha() / lora.rank());
        }
    }

    private static Parameter parameter(Placement placement, Part part, String name, Tensor initial) {
        int rows = Math.toIntExact(initial.size(0));
        Tensor value = placement.empty(placement.type(), initial.shape());
        value.copy_(initial);
        Parameter parameter = new Parameter(List.of(new Piece(name, 0, rows)), part, false, Scope.keep(value));
        if (placement.half()) {
            Tensor master = placement.empty(ScalarType.Float, initial.shape());
            master.copy_(initial);
            parameter.train(Scope.keep(master));
        } else {
            parameter.train(null);
        }
        return parameter;
    }
}
