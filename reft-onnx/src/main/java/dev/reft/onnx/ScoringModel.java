package dev.reft.onnx;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.model.CallGuard;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Refreshable;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Tokenizer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An open graph that scores, and takes new weights. One with a cache generates too. */
@SuppressWarnings("try") // a guarded call is closed, not used
class ScoringModel implements Scorer, Refreshable {
    private final ModelInfo info;
    private final Optional<Tokenizer> tokenizer;
    private final CallGuard guard;
    private volatile Graph graph;
    private volatile Passes passes;
    /** Where the open graph's files are, if they are this model's own. */
    private @Nullable Path own;

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
                () -> new IllegalStateException("model " + info.id() + " was opened without a tokenizer: its files"
                        + " hold none, so it takes and gives token ids only; a tokenizer.json beside them is read"));
    }

    Graph graph() {
        return graph;
    }

    Passes passes() {
        return passes;
    }

    /** Where the open graph's files are, if they are this model's own; for tests. */
    @Nullable
    Path own() {
        return own;
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

    /**
     * {@inheritDoc}
     *
     * <p>A directory that a policy exported is made into a graph first, an adapter added to its base; one that holds a graph
     * already ({@code model.onnx}) is opened as it is and must stay. Old and new weights are held at once for a moment. If it
     * fails, the model stays as it was.
     *
     * @throws IllegalStateException if a generation is open: its rows would go on with other weights
     * @throws CheckpointException if the files are malformed or of another model
     * @throws UncheckedIOException if the graph cannot be written
     */
    @Override
    public void refresh(Path exported) {
        try (CallGuard.Call call = enter("refresh")) {
            checkIdle();
            NewGraph.Made made = NewGraph.of(exported, graph, info);
            Graph old = graph;
            Path before = own;
            graph = made.graph();
            passes = new Passes(made.graph(), info.vocabularySize());
            own = made.own();
            old.close();
            NewGraph.delete(before);
        }
    }

    /** Refuses new weights while something goes on with the present ones. */
    void checkIdle() {}

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
        NewGraph.delete(own);
        own = null;
    }
}
