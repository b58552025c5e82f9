package dev.reft.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Opens models by finding a provider with {@link ServiceLoader}: the class loader of this library first, then the
 * thread's context loader.
 */
public final class Models {
    private Models() {}

    /**
     * Opens a model that does what is wanted.
     *
     * @param <M> what it must be able to do
     * @param spec the model
     * @param wanted {@code Scorer.class}, {@code Sampler.class} or {@code LanguageModel.class}
     * @return the model; close it
     * @throws IllegalArgumentException if no provider opens it; the message names what was asked, what each provider
     *     answered, and the dependency to add
     */
    public static <M extends Model> M open(ModelSpec spec, Class<M> wanted) {
        List<String> answers = new ArrayList<>();
        for (ModelProvider provider : providers()) {
            Optional<String> refusal = provider.refuses(spec);
            if (refusal.isPresent()) {
                answers.add(provider.name() + ": " + refusal.get());
                continue;
            }
            Model model = provider.open(spec);
            if (wanted.isInstance(model)) {
                return wanted.cast(model);
            }
            model.close();
            answers.add(provider.name() + ": opens it, but not as a " + wanted.getSimpleName());
        }
        throw none("a " + wanted.getSimpleName() + " from " + describe(spec), answers);
    }

    /**
     * Opens a model for training.
     *
     * @param spec the model
     * @param training how it is trained
     * @return the policy; close it
     * @throws IllegalArgumentException if no provider trains it; the message names what was asked, what each provider
     *     answered, and the dependency to add
     */
    public static Policy openPolicy(ModelSpec spec, Training training) {
        return trainer(spec, training).openPolicy(spec, training);
    }

    /**
     * The memory that a training run will need, before anything is opened.
     *
     * @param spec the model
     * @param training how it is trained
     * @param load what the run asks of it
     * @return the estimate; empty if the provider makes none
     * @throws IllegalArgumentException if no provider trains it, as {@link #openPolicy} throws it
     */
    public static Optional<MemoryEstimate> estimate(ModelSpec spec, Training training, MemoryLoad load) {
        return trainer(spec, training).estimate(spec, training, load);
    }

    private static PolicyProvider trainer(ModelSpec spec, Training training) {
        List<String> answers = new ArrayList<>();
        for (ModelProvider provider : providers()) {
            if (!(provider instanceof PolicyProvider trainer)) {
                answers.add(provider.name() + ": does not train");
                continue;
            }
            Optional<String> refusal = trainer.refuses(spec, training);
            if (refusal.isEmpty()) {
                return trainer;
            }
            answers.add(provider.name() + ": " + refusal.get());
        }
        throw none("a Policy from " + describe(spec) + " with " + training, answers);
    }

    /**
     * A front of a scorer that any number of threads may use at once, for reward models inside graders. Calls wait for
     * their turn, and batches that wait together are scored together; a row's scores do not depend on its company beyond
     * the engine's rounding.
     *
     * <p>A thread that is interrupted while it waits gets a {@link java.util.concurrent.CancellationException}. Closing
     * the front closes the model; use the model through the front only, except while no call is under way.
     *
     * @param scorer the model
     * @return the front
     */
    public static Scorer shared(Scorer scorer) {
        return new SharedModels.ForScorer(scorer);
    }

    /**
     * A front of a sampler that any number of threads may use at once, for judges inside graders. Generations of several
     * threads run as one: a token that one of them asks for is made for the rows of all. Samples do not depend on that.
     * A constraint may therefore run on another caller's thread; what it throws reaches its own caller only.
     *
     * <p>Waiting and closing are as in {@link #shared(Scorer)}. A generation that is closed early stops being worked on
     * when no other is under way.
     *
     * @param sampler the model
     * @return the front
     */
    public static Sampler shared(Sampler sampler) {
        return new SharedModels.ForSampler(sampler);
    }

    /**
     * A front of a language model that any number of threads may use at once; see {@link #shared(Scorer)} and
     * {@link #shared(Sampler)}.
     *
     * @param model the model
     * @return the front
     */
    public static LanguageModel shared(LanguageModel model) {
        return new SharedModels.ForLanguageModel(model);
    }

    private static Iterable<ModelProvider> providers() {
        Map<String, ModelProvider> found = new LinkedHashMap<>();
        load(Models.class.getClassLoader(), found);
        load(Thread.currentThread().getContextClassLoader(), found);
        return found.values();
    }

    private static void load(@Nullable ClassLoader loader, Map<String, ModelProvider> found) {
        if (loader != null) {
            for (ModelProvider provider : ServiceLoader.load(ModelProvider.class, loader)) {
                found.putIfAbsent(provider.getClass().getName(), provider);
            }
        }
    }

    private static String describe(ModelSpec spec) {
        return "'" + spec.model() + "' on " + spec.device() + " in " + spec.precision()
                + (spec.options().isEmpty() ? "" : " with options " + spec.options());
    }

    private static IllegalArgumentException none(String asked, List<String> answers) {
        String found = answers.isEmpty()
                ? "no provider was found; add a dependency such as dev.reft:reft-torch with org.bytedeco:pytorch of"
                        + " your platform's classifier"
                : "the providers answered: " + String.join("; ", answers)
                        + "; if the engine you mean is not among them, add a dependency such as dev.reft:reft-torch";
        return new IllegalArgumentException("cannot open " + asked + ": " + found);
    }
}
