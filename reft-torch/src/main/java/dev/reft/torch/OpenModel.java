package dev.reft.torch;

import dev.reft.generation.Endings;
import dev.reft.generation.Generation;
import dev.reft.model.CallGuard;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An open model: scores and generates. A policy adds training. */
class OpenModel implements LanguageModel {
    private final Network network;
    private final ModelInfo info;
    private final Optional<Tokenizer> tokenizer;
    private final List<Integer> endIds;
    private final Origin origin;
    private final CallGuard guard;
    private final Set<TorchGeneration> generations = Collections.newSetFromMap(new IdentityHashMap<>());
    private volatile boolean closed;

    /** Takes ownership of the network. */
    OpenModel(Network network, ModelInfo info, Optional<Tokenizer> tokenizer, List<Integer> endIds, Origin origin) {
        this.origin = origin;
        this.network = network;
        this.info = info;
        this.tokenizer = tokenizer;
        // The tokenizer knows of those too that its own files name.
        this.endIds = tokenizer.map(t -> List.copyOf(t.endIds())).orElse(endIds);
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

    /** A model on another network that is otherwise the same. */
    OpenModel beside(Network other) {
        return new OpenModel(other, info, tokenizer, endIds, origin);
    }

    Network network() {
        return network;
    }

    Origin origin() {
        return origin;
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
            return Failures.in("score", () -> scored(batch, wanted));
        }
    }

    /** Scores in passes of at most the tokens that one should hold. */
    private TokenScores scored(TokenBatch batch, Set<Output> wanted) {
        Map<Output, float[][]> channels = new EnumMap<>(Output.class);
        wanted.forEach(output -> channels.put(output, new float[batch.size()][]));
        for (int[] rows : passes(batch)) {
            Map<Output, float[][]> part = network.score(batch.select(rows), wanted);
            part.forEach((output, numbers) -> {
                float[][] all = channels.getOrDefault(output, new float[0][]);
                for (int i = 0; i < rows.length; i++) {
                    all[rows[i]] = numbers[i];
                }
            });
        }
        return new TokenScores(batch, channels);
    }

    private List<int[]> passes(TokenBatch batch) {
        List<int[]> passes = new ArrayList<>();
        int from = 0;
        int tokens = 0;
        for (int i = 0; i < batch.size(); i++) {
            int length = batch.row(i).tokens().length;
            if (i > from && tokens + length > info.tokensPerPass()) {
                passes.add(range(from, i));
                from = i;
                tokens = 0;
            }
            tokens += length;
        }
        if (from < batch.size()) {
            passes.add(range(from, batch.size()));
        }
        return passes;
    }

    private static int[] range(int from, int to) {
        int[] range = new int[to - from];
        for (int i = 0; i < range.length; i++) {
            range[i] = from + i;
        }
        return range;
    }

    /** Checks rows and outputs before anything is computed. */
    void check(TokenBatch batch, Set<Output> wanted) {
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
    public Generation generation() {
        try (CallGuard.Call call = enter("generation")) {
            Decoder decoder = network.decoder();
            Endings endings = new Endings(endIds, tokenizer);
            TorchGeneration generation = new TorchGeneration(
                    decoder, info, endings, Admission.of(decoder), this::enter, generations::remove);
            generations.add(generation);
            return generation;
        }
    }

    /** Generations that are open, changed within calls only: step and restoreState are refused meanwhile. */
    Set<TorchGeneration> generations() {
        return generations;
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
        List.copyOf(generations).forEach(TorchGeneration::free);
        network.close();
    }
}
