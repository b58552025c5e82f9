package dev.reft.torch;

import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A decoder with what makes its values: nothing, a layer on its own hidden states, or one on those of a critic.
 *
 * @param decoder the language model
 * @param critic the decoder whose hidden states are valued; the language model itself if they are shared; null if there
 *     are no values
 * @param valueLayer null if there are no values
 */
record Network(
        Decoder decoder, @Nullable Decoder critic, @Nullable ValueLayer valueLayer) implements AutoCloseable {
    /** What this network gives. */
    Set<Output> outputs() {
        return valueLayer == null ? EnumSet.of(Output.LOG_PROB, Output.ENTROPY) : EnumSet.allOf(Output.class);
    }

    boolean separateCritic() {
        return critic != null && critic != decoder;
    }

    /** Scores rows that fit into one pass, without a gradient. */
    Map<Output, float[][]> score(TokenBatch batch, Set<Output> wanted) {
        try (Grad off = Grad.off();
                Scope scope = new Scope()) {
            Layout layout = Packed.layout(batch, decoder);
            Positions positions = Positions.of(batch, layout);
            Map<Output, float[][]> channels = new EnumMap<>(Output.class);
            boolean head = wanted.contains(Output.LOG_PROB) || wanted.contains(Output.ENTROPY);
            boolean values = wanted.contains(Output.VALUE) || wanted.contains(Output.DETACHED_VALUE);
            @Nullable Tensor hidden = null;
            if (head || (values && !separateCritic())) {
                hidden = Trunk.hidden(decoder, Packed.of(batch, layout, decoder));
            }
            if (head && hidden != null) {
                channels.putAll(headScores(hidden, positions, wanted));
            }
            if (values) {
                Decoder valued = Objects.requireNonNull(critic);
                Tensor states = hidden == null || separateCritic()
                        ? Trunk.hidden(valued, Packed.of(batch, layout, valued))
                        : hidden;
                channels.putAll(valueScores(states, positions, wanted));
            }
            return channels;
        }
    }

    /** Log-probabilities and entropies of the scored positions, under no gradient. */
    Map<Output, float[][]> headScores(Tensor hidden, Positions positions, Set<Output> wanted) {
        Map<Output, float[][]> channels = new EnumMap<>(Output.class);
        int count = positions.heads().length;
        Placement placement = decoder.placement();
        Tensor logProbs = wanted.contains(Output.LOG_PROB) ? placement.empty(ScalarType.Float, count) : null;
        Tensor entropies = wanted.contains(Output.ENTROPY) ? placement.empty(ScalarType.Float, count) : null;
        if (count > 0) {
            head(hidden, positions, null).score(logProbs, entropies);
        }
        if (logProbs != null) {
            channels.put(Output.LOG_PROB, positions.rows(Ops.toFloats(logProbs), 0));
        }
        if (entropies != null) {
            channels.put(Output.ENTROPY, positions.rows(Ops.toFloats(entropies), 0));
        }
        return channels;
    }

    /** The head on all scored positions, or on those chosen of them. */
    Head head(Tensor hidden, Positions positions, int @Nullable [] chosen) {
        Placement placement = decoder.placement();
        Tensor at = placement.here(Ops.longs(pick(positions.heads(), chosen)));
        Tensor targets = placement.here(Ops.longs(pick(positions.targets(), chosen)));
        Tensor temperatures = null;
        if (positions.tempered()) {
            temperatures = placement.here(Ops.floats(positions.temperatures()));
            if (chosen != null) {
                temperatures = temperatures.index_select(0, placement.here(Ops.longs(chosen)));
            }
        }
        return new Head(decoder, hidden.index_select(0, at), targets, temperatures);
    }

    private static int[] pick(int[] all, int @Nullable [] chosen) {
        if (chosen == null) {
            return all;
        }
        int[] picked = new int[chosen.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = all[chosen[i]];
        }
        return picked;
    }

    /** Values of the valued positions, under no gradient. */
    Map<Output, float[][]> valueScores(Tensor states, Positions positions, Set<Output> wanted) {
        ValueLayer layer = Objects.requireNonNull(valueLayer);
        Tensor at = decoder.placement().here(Ops.longs(positions.values()));
        float[] values = Ops.toFloats(layer.apply(states.index_select(0, at)));
        Map<Output, float[][]> channels = new EnumMap<>(Output.class);
        for (Output output : List.of(Output.VALUE, Output.DETACHED_VALUE)) {
            if (wanted.contains(output)) {
                channels.put(output, positions.rows(values, 1));
            }
        }
        return channels;
    }

    /** All parameters, trained or not, under the prefix that keeps their names apart. */
    Map<String, List<Parameter>> named() {
        Map<String, List<Parameter>> named = new LinkedHashMap<>();
        List<Parameter> own = new ArrayList<>(decoder.base());
        own.addAll(decoder.adapters());
        if (valueLayer != null) {
            own.addAll(valueLayer.parameters());
        }
        named.put("", own);
        if (separateCritic() && critic != null) {
            List<Parameter> others = new ArrayList<>(critic.base());
            others.addAll(critic.adapters());
            named.put("critic.", others);
        }
        return named;
    }

    /** All parameters, trained or not. */
    List<Parameter> parameters() {
        return named().values().stream().flatMap(List::stream).toList();
    }

    /** A network whose numbers never change: what no optimiser writes is shared, the rest copied. */
    Network frozen() {
        Decoder frozen = decoder.frozen();
        Decoder frozenCritic = critic == null || critic == decoder ? null : critic.frozen();
        return new Network(
                frozen, critic == decoder ? frozen : frozenCritic, valueLayer == null ? null : valueLayer.frozen());
    }

    @Override
    public void close() {
        decoder.close();
        if (separateCritic() && critic != null) {
            critic.close();
        }
        if (valueLayer != null) {
            valueLayer.close();
        }
    }
}
