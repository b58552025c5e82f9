package dev.reft.torch;

import dev.reft.checkpoint.PeftAdapter;
import dev.reft.model.Adapter;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.torch.Parameter.Part;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Opens models and policies; libtorch is started, nothing is refused. What was read is freed again if opening fails. */
final class Openings {
    private Openings() {}

    static LanguageModel model(ModelSpec spec) {
        Deque<AutoCloseable> made = new ArrayDeque<>();
        try (Opening opening = Opening.of(spec)) {
            Decoder decoder = note(made, opened(opening));
            ValueLayer layer = opening.valueLayer();
            if (layer != null) {
                note(made, layer);
            }
            Network network = new Network(decoder, layer == null ? null : decoder, layer);
            return new OpenModel(
                    network, opening.info(network), opening.tokenizer(), opening.endIds(), opening.origin(null));
        } catch (RuntimeException | Error e) {
            free(made, e);
            throw e;
        }
    }

    static Policy policy(ModelSpec spec, Training training) {
        Deque<AutoCloseable> made = new ArrayDeque<>();
        try (Opening opening = Opening.of(spec)) {
            Decoder decoder = trained(opening, training, Part.POLICY, made);
            @Nullable Decoder critic = null;
            @Nullable ValueLayer layer = null;
            @Nullable Origin criticOrigin = null;
            if (training.valueHead() instanceof ValueHead.Shared) {
                critic = decoder;
                layer = valueLayer(opening, training, made);
            } else if (training.valueHead() instanceof ValueHead.Separate separate) {
                try (Opening other = Opening.of(separate.critic())) {
                    critic = trained(other, training, Part.VALUE, made);
                    layer = valueLayer(other, training, made);
                    criticOrigin = other.origin(null);
                }
            }
            Network network = new Network(decoder, critic, layer);
            return new TorchPolicy(
                    network,
                    opening.info(network),
                    opening.tokenizer(),
                    opening.endIds(),
                    training,
                    opening.options().checkpointing(),
                    opening.origin(criticOrigin));
        } catch (RuntimeException | Error e) {
            free(made, e);
            throw e;
        }
    }

    private static Decoder opened(Opening opening) {
        Decoder decoder = opening.decoder(module -> false, Part.POLICY);
        PeftAdapter adapter = opening.adapter();
        if (adapter == null) {
            return decoder;
        }
        Decoder adapted = Adapters.put(decoder, adapter, Part.POLICY, false);
        return opening.options().merge() ? Adapters.merge(adapted) : adapted;
    }

    private static Decoder trained(Opening opening, Training training, Part part, Deque<AutoCloseable> made) {
        Predicate<String> trains = training.adapter() instanceof Adapter.Lora lora ? lora::saves : module -> true;
        Decoder decoder = opening.decoder(trains, part);
        PeftAdapter adapter = opening.adapter();
        if (adapter != null && !opening.options().merge()) {
            return note(made, Adapters.put(decoder, adapter, part, true));
        }
        if (adapter != null) {
            decoder = Adapters.merge(Adapters.put(decoder, adapter, part, false));
        }
        return note(
                made,
                training.adapter() instanceof Adapter.Lora lora
                        ? Adapters.begin(decoder, lora, part, training.seed())
                        : decoder);
    }

    private static ValueLayer valueLayer(Opening opening, Training training, Deque<AutoCloseable> made) {
        ValueLayer exported = opening.valueLayer();
        ValueLayer layer = exported != null
                ? exported
                : ValueLayer.initial(opening.placement(), opening.config().embeddingSize(), training.seed());
        note(made, layer);
        layer.train();
        return layer;
    }

    private static <T extends AutoCloseable> T note(Deque<AutoCloseable> made, T resource) {
        made.push(resource);
        return resource;
    }

    private static void free(Deque<AutoCloseable> made, Throwable e) {
        for (AutoCloseable resource : made) {
            try {
                resource.close();
            } catch (Exception suppressed) {
                e.addSuppressed(suppressed);
            }
        }
    }
}
