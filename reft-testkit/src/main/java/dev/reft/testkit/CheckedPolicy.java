package dev.reft.testkit;

import dev.reft.generation.Generation;
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
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A policy that watches its caller; see {@link Checked}. */
final class CheckedPolicy implements Policy {
    private final Policy policy;
    private final Ledger ledger;
    private int backwards;

    CheckedPolicy(Policy policy) {
        this.policy = policy;
        ledger = new Ledger(policy.info().id());
    }

    @Override
    public ModelInfo info() {
        return policy.info();
    }

    @Override
    public Tokenizer tokenizer() {
        return policy.tokenizer();
    }

    @Override
    public Replicas replicas() {
        return policy.replicas();
    }

    @Override
    public TokenScores score(TokenBatch batch, Set<Output> wanted) {
        ledger.call("score");
        ledger.handOver(batch);
        return policy.score(batch, wanted);
    }

    @Override
    public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
        ledger.call("forward");
        checkGroups(batch);
        ledger.handOver(batch);
        return new Pass(policy.forward(batch, wanted));
    }

    private static void checkGroups(TokenBatch batch) {
        Map<Integer, Integer> sizes = new HashMap<>();
        Map<Integer, Integer> members = new HashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            members.putIfAbsent(batch.group(i), i);
            sizes.merge(batch.group(i), 1, Integer::sum);
        }
        members.forEach((group, row) -> {
            int whole = batch.groupSize(row);
            if (sizes.getOrDefault(group, 0) != whole) {
                throw new Misuse(
                        "group " + group + " was cut: this pass holds " + sizes.get(group) + " of its " + whole
                                + " rows",
                        null);
            }
        });
    }

    private final class Pass implements ForwardPass {
        private final ForwardPass pass;
        private boolean closed;

        Pass(ForwardPass pass) {
            this.pass = pass;
            ledger.opened(this, "a pass");
        }

        @Override
        public TokenScores scores() {
            return pass.scores();
        }

        @Override
        public void backward(Slopes slopes) {
            ledger.call("backward");
            if (closed) {
                throw new Misuse("backward on a pass after its close", null);
            }
            try {
                slopes.checkAgainst(pass.scores());
            } catch (IllegalArgumentException e) {
                throw new Misuse("slopes do not fit: " + e.getMessage(), e);
            }
            slopes.channels().forEach(ledger::handOver);
            pass.backward(slopes);
            backwards++;
        }

        @Override
        public void close() {
            pass.close();
            closed = true;
            ledger.closed(this);
        }
    }

    @Override
    public Generation generation() {
        ledger.call("generation");
        return new CheckedModels.CheckedGeneration(policy.generation(), ledger);
    }

    @Override
    public StepResult step(StepSize size) {
        quiet("step");
        if (backwards == 0 && replicas().size() == 1) {
            throw new Misuse("step without a backward since the last one", null);
        }
        StepResult result = policy.step(size);
        backwards = 0;
        return result;
    }

    @Override
    public void discardGradients() {
        ledger.call("discardGradients");
        policy.discardGradients();
        backwards = 0;
    }

    @Override
    public void restartOptimizer(Optimizer optimizer) {
        ledger.call("restartOptimizer");
        policy.restartOptimizer(optimizer);
    }

    @Override
    public LanguageModel frozenCopy() {
        ledger.call("frozenCopy");
        return Checked.model(policy.frozenCopy());
    }

    @Override
    public void export(Path directory) {
        ledger.call("export");
        policy.export(directory);
    }

    @Override
    public void saveState(Path directory) {
        quiet("saveState");
        noGradients("saveState");
        policy.saveState(directory);
    }

    @Override
    public void restoreState(Path directory) {
        quiet("restoreState");
        noGradients("restoreState");
        policy.restoreState(directory);
    }

    private void quiet(String operation) {
        ledger.call(operation);
        ledger.nothingOpen(operation);
        ledger.settle(operation);
    }

    private void noGradients(String operation) {
        if (backwards > 0) {
            throw new Misuse(
                    operation + " while the gradients of " + backwards + " passes were neither stepped nor discarded",
                    null);
        }
    }

    /** Closes the policy in any case, then complains. */
    @Override
    public void close() {
        policy.close();
        if (ledger.close()) {
            ledger.nothingOpen("close");
            ledger.settle("close");
            noGradients("close");
        }
    }
}
