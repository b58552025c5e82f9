package dev.reft.testkit;

import dev.reft.generation.Generation;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.Set;

/** A policy that passes every call on to another; a test overrides what it watches or breaks. */
public class ForwardingPolicy implements Policy {
    private final Policy inner;

    /**
     * Forwards to a policy.
     *
     * @param inner what does the work; closed with this
     */
    public ForwardingPolicy(Policy inner) {
        this.inner = inner;
    }

    /**
     * The policy that does the work.
     *
     * @return it
     */
    protected final Policy inner() {
        return inner;
    }

    @Override
    public ModelInfo info() {
        return inner.info();
    }

    @Override
    public Tokenizer tokenizer() {
        return inner.tokenizer();
    }

    @Override
    public void close() {
        inner.close();
    }

    @Override
    public Generation generation() {
        return inner.generation();
    }

    @Override
    public TokenScores score(TokenBatch batch, Set<Output> wanted) {
        return inner.score(batch, wanted);
    }

    @Override
    public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
        return inner.forward(batch, wanted);
    }

    @Override
    public StepResult step(StepSize size) {
        return inner.step(size);
    }

    @Override
    public void discardGradients() {
        inner.discardGradients();
    }

    @Override
    public void restartOptimizer(Optimizer optimizer) {
        inner.restartOptimizer(optimizer);
    }

    @Override
    public LanguageModel frozenCopy() {
        return inner.frozenCopy();
    }

    @Override
    public void export(Path directory) {
        inner.export(directory);
    }

    @Override
    public void saveState(Path directory) {
        inner.saveState(directory);
    }

    @Override
    public void restoreState(Path directory) {
        inner.restoreState(directory);
    }

    @Override
    public Replicas replicas() {
        return inner.replicas();
    }
}
