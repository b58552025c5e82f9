package dev.reft.torch;

import dev.reft.model.CallGuard;
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
import dev.reft.model.Training;
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A policy on libtorch. */
final class TorchPolicy extends OpenModel implements Policy {
    private final Training training;
    private final boolean checkpointing;
    private final List<Parameter> trained;
    private final Set<TorchPass> passes = Collections.newSetFromMap(new IdentityHashMap<>());
    private Optimizer optimizer;
    private @Nullable Tensor headScratch;

    /** Takes ownership of the network. */
    TorchPolicy(
            Network network,
            ModelInfo info,
            Optional<Tokenizer> tokenizer,
            List<Integer> endIds,
            Training training,
            boolean checkpointing,
            Origin origin) {
        super(network, info, tokenizer, endIds, origin);
        this.training = training;
        this.checkpointing = checkpointing;
        this.optimizer = training.optimizer();
        this.trained = network.parameters().stream().filter(Parameter::trains).toList();
    }

    /** The parameters that train, in the order of the checkpoint. */
    List<Parameter> trained() {
        return trained;
    }

    boolean checkpointing() {
        return checkpointing;
    }

    Training training() {
        return training;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    void optimizer(Optimizer other) {
        optimizer = other;
    }

    /** Room for the head's bf16 gradient of one pass; kept, since fresh memory costs page faults. */
    Tensor headScratch() {
        if (headScratch == null) {
            headScratch = Scope.keep(network().decoder().head().value().detach().clone());
        }
        return headScratch;
    }

    @Override
    public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
        try (CallGuard.Call call = enter("forward")) {
            check(batch, wanted);
            TorchPass pass = Failures.in("forward", () -> TorchPass.open(this, batch, wanted));
            passes.add(pass);
            return pass;
        }
    }

    /** Called by a pass that was freed. */
    void forget(TorchPass pass) {
        passes.remove(pass);
    }

    @Override
    public StepResult step(StepSize size) {
        try (CallGuard.Call call = enter("step")) {
            refuseWhileOpen("step");
            return Failures.in("step", () -> Descent.step(trained, optimizer, size, training.replicas()));
        }
    }

    private void refuseWhileOpen(String operation) {
        if (!passes.isEmpty() || !generations().isEmpty()) {
            throw new IllegalStateException(operation + " is refused while " + passes.size() + " passes and "
                    + generations().size() + " generations of " + info().id() + " are open");
        }
    }

    @Override
    public void discardGradients() {
        try (CallGuard.Call call = enter("discardGradients")) {
            Failures.run("discardGradients", () -> trained.forEach(Parameter::dropGradient));
        }
    }

    @Override
    public void restartOptimizer(Optimizer other) {
        try (CallGuard.Call call = enter("restartOptimizer")) {
            trained.forEach(parameter -> {
                parameter.moments(null, null);
                parameter.steps(0);
            });
            optimizer = other;
        }
    }

    @Override
    public LanguageModel frozenCopy() {
        try (CallGuard.Call call = enter("frozenCopy")) {
            return Failures.in("frozenCopy", () -> beside(network().frozen()));
        }
    }

    @Override
    public void export(Path directory) {
        try (CallGuard.Call call = enter("export")) {
            Failures.run("export", () -> Exporter.export(this, origin(), directory));
        }
    }

    @Override
    public void saveState(Path directory) {
        try (CallGuard.Call call = enter("saveState")) {
            refuseWhileOpen("saveState");
            if (trained.stream().anyMatch(Parameter::reached)) {
                throw new IllegalStateException(
                        "saveState is refused while gradients are accumulated: step or discard them");
            }
            Failures.run("saveState", () -> StateFiles.save(this, origin(), directory));
        }
    }

    @Override
    public void restoreState(Path directory) {
        try (CallGuard.Call call = enter("restoreState")) {
            refuseWhileOpen("restoreState");
            Failures.run("restoreState", () -> StateFiles.restore(this, origin(), directory));
        }
    }

    @Override
    public Replicas replicas() {
        return training.replicas();
    }

    @Override
    void free() {
        List.copyOf(passes).forEach(TorchPass::free);
        if (headScratch != null) {
            headScratch.close();
        }
        super.free();
    }
}
