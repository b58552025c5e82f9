package dev.reft.torch;

import dev.reft.model.CallGuard;
import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass of a policy. The trunk's graph is kept (or its blocks' inputs, with checkpointing); what comes after it,
 * head and values, is computed again in the backward.
 */
final class TorchPass implements ForwardPass {
    private final TorchPolicy policy;
    private final Positions positions;
    private final TokenScores scores;
    /** The language model's trunk; null if no output needs it. */
    private final @Nullable Run run;
    /** The trunk that values are read from; the same as above if it is shared. */
    private final @Nullable Run valueRun;

    private boolean used;
    private boolean freed;

    private TorchPass(
            TorchPolicy policy, Positions positions, TokenScores scores, @Nullable Run run, @Nullable Run valueRun) {
        this.policy = policy;
        this.positions = positions;
        this.scores = scores;
        this.run = run;
        this.valueRun = valueRun;
    }

    /** Runs the pass; inside a call of the policy. */
    static TorchPass open(TorchPolicy policy, TokenBatch batch, Set<Output> wanted) {
        Network network = policy.network();
        boolean head = wanted.contains(Output.LOG_PROB) || wanted.contains(Output.ENTROPY);
        boolean attached = wanted.contains(Output.VALUE);
        boolean values = attached || wanted.contains(Output.DETACHED_VALUE);
        boolean separate = network.separateCritic();
        @Nullable Run run = null;
        @Nullable Run valueRun = null;
        try (Scope scope = new Scope()) {
            Layout layout = Packed.layout(batch, network.decoder());
            Positions positions = Positions.of(batch, layout);
            if (head || (values && !separate)) {
                run = run(policy, network.decoder(), batch, layout, head || attached);
            }
            if (values) {
                valueRun =
                        separate ? run(policy, Objects.requireNonNull(network.critic()), batch, layout, attached) : run;
            }
            Map<Output, float[][]> channels = new EnumMap<>(Output.class);
            try (Grad off = Grad.off()) {
                if (head && run != null) {
                    channels.putAll(network.headScores(run.hidden(), positions, wanted));
                }
                if (valueRun != null) {
                    channels.putAll(network.valueScores(valueRun.hidden(), positions, wanted));
                }
            }
            return new TorchPass(policy, positions, new TokenScores(batch, channels), run, valueRun);
        } catch (RuntimeException | Error e) {
            close(run, valueRun);
            throw e;
        }
    }

    private static Run run(TorchPolicy policy, Decoder decoder, TokenBatch batch, Layout layout, boolean graph) {
        Packed packed = Packed.of(batch, layout, decoder);
        if (!graph) {
            return new DetachedRun(decoder, packed);
        }
        return policy.checkpointing()
                ? new CheckpointedRun(decoder, batch, layout, packed)
                : new GraphRun(decoder, packed);
    }

    @Override
    public TokenScores scores() {
        return scores;
    }

    @Override
    public void backward(Slopes slopes) {
        try (CallGuard.Call call = policy.enter("backward")) {
            if (freed) {
                throw new IllegalStateException("backward after the pass was closed");
            }
            if (used) {
                throw new IllegalStateException("backward was called a second time on one pass");
            }
            slopes.checkAgainst(scores);
            used = true;
            Failures.run("backward", () -> back(slopes));
        }
    }

    private void back(Slopes slopes) {
        try (Grad off = Grad.off();
                Scope scope = new Scope()) {
            Gradients gradients = new Gradients(policy, positions);
            @Nullable
            Tensor hidden = run == null
                    ? null
                    : gradients.ofHead(run.hidden(), flat(slopes, Output.LOG_PROB), flat(slopes, Output.ENTROPY));
            @Nullable
            Tensor valued = valueRun == null
                    ? null
                    : gradients.ofValues(
                            valueRun.hidden(), flat(slopes, Output.VALUE), flat(slopes, Output.DETACHED_VALUE));
            if (run == valueRun) {
                hidden = Gradients.sum(hidden, valued);
            } else if (valueRun != null && valued != null) {
                valueRun.backward(valued);
            }
            if (run != null && hidden != null) {
                run.backward(hidden);
            }
            policy.trained().forEach(Parameter::collect);
        }
    }

    /** The slopes of an output, rows joined; null if they are absent or all zero, which is the same. */
    private static float @Nullable [] flat(Slopes slopes, Output output) {
        float[][] rows = slopes.channels().get(output);
        if (rows == null) {
            return null;
        }
        float[] flat = Positions.join(rows);
        for (float slope : flat) {
            if (slope != 0) {
                return flat;
            }
        }
        return null;
    }

    @Override
    public void close() {
        try (CallGuard.Call call = policy.enterToClose("close of a pass")) {
            free();
        }
    }

    /** Frees the natives, once; for the policy, which closes its passes within its own call. */
    void free() {
        if (!freed) {
            freed = true;
            close(run, valueRun);
            policy.forget(this);
        }
    }

    private static void close(@Nullable Run run, @Nullable Run valueRun) {
        if (run != null) {
            run.close();
        }
        if (valueRun != null && valueRun != run) {
            valueRun.close();
        }
    }
}
