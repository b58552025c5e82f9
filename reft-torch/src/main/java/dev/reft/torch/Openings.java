package dev.reft.torch;

import dev.reft.model.Adapter;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.torch.Parameter.Part;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Opens models and policies; libtorch is started, nothing is refused. What was read is freed again if opening fails. */
final class Openings {
    private Openings() {}

    static LanguageModel model(ModelSpec spec) {
        Deque<AutoCloseable> made = new ArrayDeque<>();
        try (Opening opening = Opening.of(spec)) {
            Decoder decoder = note(made, opening.decoder(false, Part.POLICY));
            ValueLayer layer = opening.valueLayer();
            if (layer != null) {
                note(made, layer);
            }
            Network network = new Network(decoder, layer == null ? null : decoder, layer);
            return new OpenModel(network, opening.info(network), opening.tokenizer(), opening.endIds());
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

    private static Decoder trained(Opening opening, Training training, Part part, Deque<AutoCloseable> made) {
        if (training.adapter() instanceof Adapter.Lora lora) {
            Decoder base = opening.decoder(false, part);
            return note(made, Adapters.adapt(base, lora, part, training.seed()));
        }
        return note(made, opening.decoder(true, part));
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
