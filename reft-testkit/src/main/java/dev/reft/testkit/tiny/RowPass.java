package dev.reft.testkit.tiny;

import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One row's activations, what was read off them, and the way back. */
final class RowPass {
    private final TinyCore core;
    private final Row row;
    /** The actor's activations, or null if no output needed it. */
    private final Network.@Nullable Trace actor;

    private final Network.@Nullable Trace critic;
    private final Categorical[] distributions;

    RowPass(TinyCore core, double[] weights, Row row, Set<Output> wanted) {
        this.core = core;
        this.row = row;
        boolean words = wanted.contains(Output.LOG_PROB) || wanted.contains(Output.ENTROPY);
        boolean values = wanted.contains(Output.VALUE) || wanted.contains(Output.DETACHED_VALUE);
        actor = words || (values && core.critic == null) ? run(core.actor, weights) : null;
        critic = values && core.critic != null ? run(core.critic, weights) : null;
        distributions = new Categorical[words ? row.scored().length : 0];
        for (int s = 0; s < distributions.length && actor != null; s++) {
            double[] logits = core.actor.logits(weights, actor, position(s));
            distributions[s] = new Categorical(logits, row.temperature());
        }
    }

    private Network.Trace run(Network network, double[] weights) {
        Network.Trace trace = network.new Trace(row.tokens().length);
        for (int token : row.tokens()) {
            trace.extend(weights, token);
        }
        return trace;
    }

    /** The position whose hidden state a number is read from: before the scored token, or the row's last. */
    private int position(int i) {
        return i < row.scored().length ? row.scored()[i] - 1 : row.tokens().length - 1;
    }

    private int token(int s) {
        return row.tokens()[row.scored()[s]];
    }

    float[] output(double[] weights, Output output) {
        float[] numbers = new float[output.length(row.scored().length)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) number(weights, output, i);
        }
        return numbers;
    }

    double number(double[] weights, Output output, int i) {
        return switch (output) {
            case LOG_PROB -> distributions[i].logProb(token(i));
            case ENTROPY -> distributions[i].entropy();
            case VALUE, DETACHED_VALUE -> value(weights, position(i));
        };
    }

    private double value(double[] weights, int position) {
        if (core.critic != null && critic != null) {
            return core.critic.value(weights, critic, position);
        }
        if (actor == null) {
            throw new IllegalStateException("values were not asked for");
        }
        return core.actor.value(weights, actor, position);
    }

    /** Adds d loss / d weights of this row, which is row {@code i} of the pass. */
    void backward(double[] w, double[] dw, Slopes slopes, int i) {
        float @Nullable [] logProb = of(slopes, Output.LOG_PROB, i);
        float @Nullable [] entropy = of(slopes, Output.ENTROPY, i);
        float @Nullable [] value = of(slopes, Output.VALUE, i);
        float @Nullable [] detached = of(slopes, Output.DETACHED_VALUE, i);
        boolean words = logProb != null || entropy != null;
        if (actor != null && (words || critic == null)) {
            double[] dLast = new double[row.tokens().length * core.model.width()];
            for (int s = 0; words && s < row.scored().length; s++) {
                double a = logProb == null ? 0 : logProb[s];
                double b = entropy == null ? 0 : entropy[s];
                double[] dLogits = distributions[s].slopes(token(s), a, b);
                core.actor.logitsBackward(w, dw, actor, position(s), dLogits, dLast);
            }
            if (critic == null) {
                valuesBackward(core.actor, actor, w, dw, value, detached, dLast);
            }
            if (words || (critic == null && value != null)) {
                actor.backward(w, dw, dLast);
            }
        }
        if (core.critic != null && critic != null) {
            double[] dLast = new double[critic.length() * core.critic.width()];
            valuesBackward(core.critic, critic, w, dw, value, detached, dLast);
            if (value != null) {
                critic.backward(w, dw, dLast);
            }
        }
    }

    private void valuesBackward(
            Network network,
            Network.Trace trace,
            double[] w,
            double[] dw,
            float @Nullable [] value,
            float @Nullable [] detached,
            double[] dLast) {
        for (int i = 0; value != null && i < value.length; i++) {
            network.valueBackward(w, dw, trace, position(i), value[i], dLast);
        }
        for (int i = 0; detached != null && i < detached.length; i++) {
            network.valueBackward(w, dw, trace, position(i), detached[i], null);
        }
    }

    private static float @Nullable [] of(Slopes slopes, Output output, int i) {
        float[] @Nullable [] channel = slopes.channels().get(output);
        return channel == null ? null : channel[i];
    }
}
