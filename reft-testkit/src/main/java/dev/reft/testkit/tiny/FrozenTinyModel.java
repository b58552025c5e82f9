package dev.reft.testkit.tiny;

import dev.reft.generation.Generation;
import dev.reft.model.CallGuard;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Set;

/** A tiny model whose weights never change. */
@SuppressWarnings("try") // a guarded call is closed, not used
final class FrozenTinyModel implements LanguageModel {
    private final TinyCore core;
    private final double[] weights;
    private final CallGuard guard;
    private volatile boolean closed;

    /** Takes the weights over. */
    FrozenTinyModel(TinyCore core, double[] weights) {
        this.core = core;
        this.weights = weights;
        guard = new CallGuard(core.info.id());
    }

    @Override
    public ModelInfo info() {
        return core.info;
    }

    @Override
    public Tokenizer tokenizer() {
        return core.tokenizer;
    }

    @Override
    public TokenScores score(TokenBatch batch, Set<Output> wanted) {
        try (CallGuard.Call call = guard.enter("score")) {
            checkOpen();
            core.check(batch, wanted);
            return core.score(weights, batch, wanted, new ArrayList<>());
        }
    }

    @Override
    public Generation generation() {
        try (CallGuard.Call call = guard.enter("generation")) {
            checkOpen();
            return new TinyGeneration(core, weights, guard, () -> !closed, () -> {});
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("model " + core.info.id() + " is closed");
        }
    }

    @Override
    public void close() {
        try (CallGuard.Call call = guard.enter("close")) {
            closed = true;
        }
    }
}
