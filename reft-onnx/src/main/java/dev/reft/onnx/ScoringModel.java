package dev.reft.onnx;

import dev.reft.model.CallGuard;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Tokenizer;
import java.util.Optional;
import java.util.Set;

/** An open graph that scores. One with a cache generates too. */
@SuppressWarnings("try") // a guarded call is closed, not used
class ScoringModel implements Scorer {
    private final Graph graph;
    private final ModelInfo info;
    private final Optional<Tokenizer> tokenizer;
    private final Passes passes;
    private final CallGuard guard;
    private volatile boolean closed;

    /** Takes ownership of the graph. */
    ScoringModel(Graph graph, ModelInfo info, Optional<Tokenizer> tokenizer) {
        this.graph = graph;
        this.info = info;
        this.tokenizer = tokenizer;
        this.passes = new Passes(graph, info.vocabularySize());
        this.guard = new CallGuard(info.id());
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer.orElseThrow(
                () -> new IllegalStateException("model " + info.id() + " was opened without a tokenizer"));
    }

    Graph graph() {
        return graph;
    }

    Passes passes() {
        return passes;
    }

    /** Begins a call; refused if another runs or the model is closed. */
    CallGuard.Call enter(String operation) {
        CallGuard.Call call = guard.enter(operation);
        if (closed) {
            call.close();
            throw new IllegalStateException("model " + info.id() + " is closed: '" + operation + "' is refused");
        }
        return call;
    }

    /** Begins a call that is fine on a closed model. */
    CallGuard.Call enterToClose(String operation) {
        return guard.enter(operation);
    }

    @Override
    public TokenScores score(TokenBatch batch, Set<Output> wanted) {
        try (CallGuard.Call call = enter("score")) {
            check(batch, wanted);
            return Failures.in("score of " + info.id(), () -> new Scoring(graph, passes, info, batch, wanted).run());
        }
    }

    private void check(TokenBatch batch, Set<Output> wanted) {
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("no output was asked for; this model gives " + info.outputs());
        }
        for (Output output : wanted) {
            if (!info.outputs().contains(output)) {
                throw new IllegalArgumentException(
                        "model " + info.id() + " does not give " + output + ", only " + info.outputs());
            }
        }
        for (int i = 0; i < batch.size(); i++) {
            Row row = batch.row(i);
            if (row.tokens().length > info.contextLength()) {
                throw new IllegalArgumentException("row " + i + " has " + row.tokens().length
                        + " tokens, the context holds " + info.contextLength());
            }
            for (int t = 0; t < row.tokens().length; t++) {
                if (row.tokens()[t] >= info.vocabularySize()) {
                    throw new IllegalArgumentException("row " + i + ", token " + t + " has the id " + row.tokens()[t]
                            + ", the vocabulary has " + info.vocabularySize());
                }
            }
        }
    }

    @Override
    public void close() {
        try (CallGuard.Call call = guard.enter("close")) {
            if (!closed) {
                closed = true;
                free();
            }
        }
    }

    /** Frees the natives, once. */
    void free() {
        graph.close();
    }
}
