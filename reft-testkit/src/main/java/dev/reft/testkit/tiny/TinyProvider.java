package dev.reft.testkit.tiny;

import dev.reft.model.Adapter;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Policy;
import dev.reft.model.PolicyProvider;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Opens tiny models: the name {@value #NAME}, with a {@link TinyModel} as option for other sizes than the default, or a
 * directory that a tiny policy exported.
 */
public final class TinyProvider implements PolicyProvider {
    /** The model name that stands for a tiny model with its initial weights. */
    public static final String NAME = "testkit:tiny";

    /** For {@link java.util.ServiceLoader}. */
    public TinyProvider() {}

    /**
     * The specification of a tiny model.
     *
     * @param model sizes, alphabet, seed
     * @return a specification for {@link dev.reft.model.Models}
     */
    public static ModelSpec spec(TinyModel model) {
        return new ModelSpec(NAME, "cpu", Precision.FP32, List.of(model));
    }

    @Override
    public String name() {
        return "testkit";
    }

    @Override
    public Optional<String> refuses(ModelSpec spec) {
        if (!spec.model().equals(NAME)
                && !Files.isRegularFile(Path.of(spec.model()).resolve(TinyFiles.MODEL))) {
            return Optional.of(
                    "'" + spec.model() + "' is neither " + NAME + " nor a directory with " + TinyFiles.MODEL);
        }
        if (!spec.device().equals("cpu") || spec.precision() != Precision.FP32) {
            return Optional.of(
                    "it runs on cpu in FP32 (double inside), not on " + spec.device() + " in " + spec.precision());
        }
        for (ProviderOption option : spec.options()) {
            if (!(option instanceof TinyModel) || !spec.model().equals(NAME)) {
                return Optional.of("it does not know the option "
                        + option.getClass().getSimpleName() + " of '" + spec.model() + "'");
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> refuses(ModelSpec spec, Training training) {
        if (!(training.adapter() instanceof Adapter.Full)) {
            return Optional.of("it trains all parameters, not " + training.adapter());
        }
        if (training.valueHead() instanceof ValueHead.Separate separate) {
            Optional<String> critic = refuses(separate.critic());
            if (critic.isPresent()) {
                return Optional.of("the critic is refused: " + critic.get());
            }
        }
        return refuses(spec);
    }

    @Override
    public LanguageModel open(ModelSpec spec) {
        TinyWeights.Assembled assembled = read(spec).assemble();
        return new FrozenTinyModel(assembled.core(), assembled.weights());
    }

    @Override
    public Policy openPolicy(ModelSpec spec, Training training) {
        refuses(spec, training).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        return TinyPolicy.open(read(spec), training);
    }

    static TinyWeights read(ModelSpec spec) {
        if (!spec.model().equals(NAME)) {
            return TinyFiles.read(Path.of(spec.model()));
        }
        for (ProviderOption option : spec.options()) {
            if (option instanceof TinyModel model) {
                return TinyWeights.initial(model);
            }
        }
        return TinyWeights.initial(TinyModel.DEFAULT);
    }
}
