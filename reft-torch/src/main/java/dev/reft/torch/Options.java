package dev.reft.torch;

import dev.reft.model.ModelSpec;
import dev.reft.model.ProviderOption;
import java.util.Optional;

/**
 * The options of a specification by type.
 *
 * @param random weights instead of files
 * @param threads wished
 * @param matmul precision wished
 * @param checkpointing whether blocks are computed again in the backward
 * @param tokensPerPass instead of the default
 * @param adapter put on the model
 * @param merge whether the adapter is added to the weights
 * @param storage of a base that does not train
 */
record Options(
        Optional<RandomWeights> random,
        Optional<Threads> threads,
        Optional<MatmulPrecision> matmul,
        boolean checkpointing,
        Optional<TokensPerPass> tokensPerPass,
        Optional<AdapterFiles> adapter,
        boolean merge,
        Optional<BaseStorage> storage) {
    static Options of(ModelSpec spec) {
        return new Options(
                find(spec, RandomWeights.class),
                find(spec, Threads.class),
                find(spec, MatmulPrecision.class),
                find(spec, GradientCheckpointing.class).isPresent()
                        || find(spec, BaseStorage.class).isPresent(),
                find(spec, TokensPerPass.class),
                find(spec, AdapterFiles.class),
                find(spec, MergeAdapter.class).isPresent(),
                find(spec, BaseStorage.class));
    }

    /** Why an option is refused: unknown, or given twice. */
    static Optional<String> refuses(ModelSpec spec) {
        for (int i = 0; i < spec.options().size(); i++) {
            ProviderOption option = spec.options().get(i);
            if (!known(option)) {
                return Optional.of(
                        "it does not know the option " + option.getClass().getName());
            }
            for (int j = 0; j < i; j++) {
                if (spec.options().get(j).getClass() == option.getClass()) {
                    return Optional.of("the option " + option.getClass().getSimpleName() + " is given twice");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean known(ProviderOption option) {
        return option instanceof RandomWeights
                || option instanceof Threads
                || option instanceof MatmulPrecision
                || option instanceof GradientCheckpointing
                || option instanceof TokensPerPass
                || option instanceof AdapterFiles
                || option instanceof MergeAdapter
                || option instanceof BaseStorage;
    }

    private static <T extends ProviderOption> Optional<T> find(ModelSpec spec, Class<T> type) {
        return spec.options().stream().filter(type::isInstance).map(type::cast).findFirst();
    }
}
