package dev.reft.testkit.tiny;

import dev.reft.generation.Generation;
import dev.reft.model.Adapter;
import dev.reft.model.CallGuard;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.Training;
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A small causal language model that trains exactly: a transformer in double precision whose derivatives are written by
 * hand. It keeps every rule of {@link Policy}, so trainers are tested on it in seconds and without natives.
 *
 * <p>Scores are rounded to float at the very end; each row is computed alone, so they do not depend on the batch, and
 * generation runs the same code: the reported log-probabilities equal {@code score}'s bit for bit.
 */
@SuppressWarnings("try") // a guarded call is closed, not used
public final class TinyPolicy implements Policy {
    private final TinyCore core;
    private final Training training;
    private final double[] weights;
    private final Descent descent;
    private final CallGuard guard;
    private int openPasses;
    private int openGenerations;
    private volatile boolean closed;

    private TinyPolicy(TinyCore core, Training training, double[] weights) {
        this.core = core;
        this.training = training;
        this.weights = weights;
        descent = new Descent(core, training.optimizer());
        guard = new CallGuard(core.info.id());
    }

    /**
     * Opens a model for training with its initial weights.
     *
     * @param model the sizes, the alphabet and the seed
     * @param training how it is trained; a separate critic must be a tiny model too
     * @return the policy; close it
     * @throws IllegalArgumentException if the training asks for what a tiny model has not
     */
    public static TinyPolicy open(TinyModel model, Training training) {
        return open(TinyWeights.initial(model), training);
    }

    static TinyPolicy open(TinyWeights start, Training training) {
        if (!(training.adapter() instanceof Adapter.Full)) {
            throw new IllegalArgumentException("the tiny model trains all parameters, not " + training.adapter());
        }
        TinyWeights.Assembled assembled = start.assemble(training.valueHead(), training.seed());
        return new TinyPolicy(assembled.core(), training, assembled.weights());
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
    public Replicas replicas() {
        return training.replicas();
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
    public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
        try (CallGuard.Call call = guard.enter("forward")) {
            checkOpen();
            core.check(batch, wanted);
            List<RowPass> rows = new ArrayList<>();
            TokenScores scores = core.score(weights, batch, wanted, rows);
            openPasses++;
            return new Pass(scores, rows);
        }
    }

    private final class Pass implements ForwardPass {
        private final TokenScores scores;
        private final List<RowPass> rows;
        private boolean done;
        private boolean passClosed;

        Pass(TokenScores scores, List<RowPass> rows) {
            this.scores = scores;
            this.rows = rows;
        }

        @Override
        public TokenScores scores() {
            return scores;
        }

        @Override
        public void backward(Slopes slopes) {
            try (CallGuard.Call call = guard.enter("backward")) {
                checkOpen();
                if (done || passClosed) {
                    throw new IllegalStateException(
                            passClosed ? "the pass is closed" : "backward was called on this pass before");
                }
                slopes.checkAgainst(scores);
                done = true;
                descent.reach(slopes);
                for (int i = 0; i < rows.size(); i++) {
                    rows.get(i).backward(weights, descent.gradient, slopes, i);
                }
            }
        }

        @Override
        public void close() {
            try (CallGuard.Call call = guard.enter("close of a pass")) {
                if (!passClosed) {
                    passClosed = true;
                    rows.clear();
                    openPasses--;
                }
            }
        }
    }

    @Override
    public Generation generation() {
        try (CallGuard.Call call = guard.enter("generation")) {
            checkOpen();
            openGenerations++;
            return new TinyGeneration(core, weights, guard, () -> !closed, () -> openGenerations--);
        }
    }

    @Override
    public StepResult step(StepSize size) {
        try (CallGuard.Call call = guard.enter("step")) {
            checkOpen();
            checkIdle("step");
            return descent.step(weights, size, training.replicas());
        }
    }

    @Override
    public void discardGradients() {
        try (CallGuard.Call call = guard.enter("discardGradients")) {
            checkOpen();
            descent.discard();
        }
    }

    @Override
    public void restartOptimizer(Optimizer optimizer) {
        try (CallGuard.Call call = guard.enter("restartOptimizer")) {
            checkOpen();
            descent.restart(optimizer);
        }
    }

    @Override
    public LanguageModel frozenCopy() {
        try (CallGuard.Call call = guard.enter("frozenCopy")) {
            checkOpen();
            return new FrozenTinyModel(core, weights.clone());
        }
    }

    @Override
    public void export(Path directory) {
        try (CallGuard.Call call = guard.enter("export")) {
            checkOpen();
            TinyFiles.export(core, weights, directory);
        }
    }

    @Override
    public void saveState(Path directory) {
        try (CallGuard.Call call = guard.enter("saveState")) {
            checkOpen();
            checkIdle("saveState");
            if (descent.anyReached()) {
                throw new IllegalStateException("gradients are accumulated: step or discard them before saveState");
            }
            TinyFiles.saveState(core, weights, descent, directory);
        }
    }

    @Override
    public void restoreState(Path directory) {
        try (CallGuard.Call call = guard.enter("restoreState")) {
            checkOpen();
            checkIdle("restoreState");
            TinyFiles.restoreState(core, weights, descent, directory);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("model " + core.info.id() + " is closed");
        }
    }

    private void checkIdle(String operation) {
        if (openPasses > 0 || openGenerations > 0) {
            throw new IllegalStateException(operation + " while " + openPasses + " passes and " + openGenerations
                    + " generations are open; close them first");
        }
    }

    @Override
    public void close() {
        try (CallGuard.Call call = guard.enter("close")) {
            closed = true;
        }
    }
}
