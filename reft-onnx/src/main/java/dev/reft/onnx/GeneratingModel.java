package dev.reft.onnx;

import dev.reft.generation.Endings;
import dev.reft.generation.Generation;
import dev.reft.model.CallGuard;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.text.Tokenizer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An open graph with logits and a cache: scores and generates. */
@SuppressWarnings("try") // a guarded call is closed, not used
final class GeneratingModel extends ScoringModel implements LanguageModel {
    private final Endings endings;
    private final Rearrangement rearrangement;
    private final boolean cuda;
    private final Set<OnnxGeneration> generations = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Takes ownership of the graph. */
    GeneratingModel(Graph graph, ModelInfo info, Optional<Tokenizer> tokenizer, List<Integer> endIds, boolean cuda) {
        super(graph, info, tokenizer);
        // The tokenizer knows of those too that its own files name.
        this.endings = new Endings(tokenizer.map(t -> List.copyOf(t.endIds())).orElse(endIds), tokenizer);
        this.cuda = cuda;
        this.rearrangement = new Rearrangement();
    }

    Endings endings() {
        return endings;
    }

    Rearrangement rearrangement() {
        return rearrangement;
    }

    boolean cuda() {
        return cuda;
    }

    @Override
    public Generation generation() {
        try (CallGuard.Call call = enter("generation")) {
            OnnxGeneration generation = new OnnxGeneration(this, generations::remove);
            generations.add(generation);
            return generation;
        }
    }

    @Override
    void checkIdle() {
        if (!generations.isEmpty()) {
            throw new IllegalStateException("model " + info().id() + " has " + generations.size()
                    + " open generations: close them before new weights come");
        }
    }

    @Override
    void free() {
        List.copyOf(generations).forEach(OnnxGeneration::free);
        rearrangement.close();
        super.free();
    }
}
