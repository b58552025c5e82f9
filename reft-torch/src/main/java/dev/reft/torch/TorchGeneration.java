package dev.reft.torch;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.model.CallGuard;
import dev.reft.model.ModelInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A generation of a decoder: continuous batching over caches. */
@SuppressWarnings("try") // a guarded call is closed, not used
final class TorchGeneration implements Generation {
    private final ModelInfo info;
    private final Endings endings;
    private final Function<String, CallGuard.Call> guard;
    private final Consumer<TorchGeneration> onClose;
    private final CachedDecoder cached;
    private final Roster roster;
    /** Samples of each request that have not been handed over. */
    private final Map<String, Integer> unfinished = new HashMap<>();

    private volatile boolean closed;
    private @Nullable Throwable failure;

    /**
     * An empty generation.
     *
     * @param guard begins a call on the model, or refuses it
     * @param onClose told once, when this generation closes
     */
    TorchGeneration(
            Decoder decoder,
            ModelInfo info,
            Endings endings,
            Admission admission,
            Function<String, CallGuard.Call> guard,
            Consumer<TorchGeneration> onClose) {
        this.info = info;
        this.endings = endings;
        this.guard = guard;
        this.onClose = onClose;
        this.cached = new CachedDecoder(decoder);
        this.roster = new Roster(cached, admission, endings, info.tokensPerPass());
    }

    @Override
    public void add(GenerationRequest request) {
        try (CallGuard.Call call = guard.apply("add to a generation")) {
            checkOpen();
            check(request);
            unfinished.put(request.id(), request.seeds().length);
            roster.add(request);
        }
    }

    private void check(GenerationRequest request) {
        String name = "request " + request.id();
        int[] prompt = request.prompt();
        if (unfinished.containsKey(request.id())) {
            throw new IllegalArgumentException(name + " is unfinished; ids must differ");
        }
        for (int t = 0; t < prompt.length; t++) {
            if (prompt[t] >= info.vocabularySize()) {
                throw new IllegalArgumentException(name + ": prompt token " + t + " has the id " + prompt[t]
                        + ", the vocabulary has " + info.vocabularySize());
            }
        }
        if ((long) prompt.length + request.maxTokens() > info.contextLength()) {
            throw new IllegalArgumentException(name + ": " + prompt.length + " prompt tokens and maxTokens "
                    + request.maxTokens() + " do not fit into the context of " + info.contextLength());
        }
        if (!request.stops().isEmpty() && !endings.readsText()) {
            throw new IllegalArgumentException(name + " has stop texts " + request.stops() + ", but model " + info.id()
                    + " was opened without a tokenizer");
        }
    }

    @Override
    public int unfinished() {
        try (CallGuard.Call call = guard.apply("unfinished of a generation")) {
            return unfinished.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    @Override
    public List<Completion> advance() {
        try (CallGuard.Call call = guard.apply("advance of a generation")) {
            checkOpen();
            if (unfinished.isEmpty()) {
                throw new IllegalStateException("nothing is unfinished");
            }
            return Failures.in("generation", this::advanceOpen);
        }
    }

    private List<Completion> advanceOpen() {
        try (Grad off = Grad.off();
                Scope scope = new Scope()) {
            List<Ended> ended = new ArrayList<>();
            if (!roster.rows().isEmpty()) {
                draw(roster.step(), roster.rows(), ended);
            }
            int before = roster.rows().size();
            Tensor logits = roster.admit();
            if (logits != null) {
                draw(logits, roster.rows().subList(before, roster.rows().size()), ended);
            }
            return handOver(ended);
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    private record Ended(Sample sample, Completion completion) {}

    private void draw(Tensor logits, List<Sample> rows, List<Ended> ended) {
        TokenDraws.Drawn drawn = TokenDraws.draw(logits, rows, cached.decoder().placement());
        for (int i = 0; i < rows.size(); i++) {
            Completion completion = rows.get(i).accept(drawn.tokens()[i], drawn.logProbs()[i], drawn.drawLogProbs()[i]);
            if (completion != null) {
                ended.add(new Ended(rows.get(i), completion));
            }
        }
    }

    private List<Completion> handOver(List<Ended> ended) {
        roster.remove(ended.stream().map(Ended::sample).toList());
        ended.sort(Comparator.comparingLong((Ended e) -> e.sample().prompt().order())
                .thenComparingInt(e -> e.completion().sample()));
        List<Completion> completions = ended.stream().map(Ended::completion).toList();
        for (Completion completion : completions) {
            unfinished.computeIfPresent(completion.request(), (id, left) -> left == 1 ? null : left - 1);
        }
        return completions;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the generation is closed");
        }
        if (failure != null) {
            throw new IllegalStateException("the generation failed earlier; close it", failure);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        try (CallGuard.Call call = guard.apply("close of a generation")) {
            free();
        }
    }

    /** Frees the natives, once; for the model, which closes its generations within its own call. */
    void free() {
        if (!closed) {
            closed = true;
            unfinished.clear();
            roster.close();
            cached.close();
            onClose.accept(this);
        }
    }
}
