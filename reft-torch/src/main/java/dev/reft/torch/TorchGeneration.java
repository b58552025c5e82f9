package dev.reft.torch;

import dev.reft.generation.Completion;
import dev.reft.generation.Endings;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.OpenRequests;
import dev.reft.model.CallGuard;
import dev.reft.model.ModelInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A generation of a decoder: continuous batching over caches. */
@SuppressWarnings("try") // a guarded call is closed, not used
final class TorchGeneration implements Generation {
    private final Function<String, CallGuard.Call> guard;
    private final Consumer<TorchGeneration> onClose;
    private final CachedDecoder cached;
    private final Roster roster;
    private final OpenRequests requests;

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
        this.guard = guard;
        this.onClose = onClose;
        this.cached = new CachedDecoder(decoder);
        this.requests = new OpenRequests(info.id(), info.vocabularySize(), info.contextLength(), endings);
        this.roster = new Roster(cached, admission, endings, info.tokensPerPass());
    }

    @Override
    public void add(GenerationRequest request) {
        try (CallGuard.Call call = guard.apply("add to a generation")) {
            checkOpen();
            requests.add(request);
            roster.add(request);
        }
    }

    @Override
    public int unfinished() {
        try (CallGuard.Call call = guard.apply("unfinished of a generation")) {
            return requests.unfinished();
        }
    }

    @Override
    public List<Completion> advance() {
        try (CallGuard.Call call = guard.apply("advance of a generation")) {
            checkOpen();
            if (requests.unfinished() == 0) {
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
            Sample sample = rows.get(i);
            sample.accept(drawn.tokens()[i], drawn.logProbs()[i], drawn.drawLogProbs()[i])
                    .ifPresent(completion -> ended.add(new Ended(sample, completion)));
        }
    }

    private List<Completion> handOver(List<Ended> ended) {
        roster.remove(ended.stream().map(Ended::sample).toList());
        return requests.handOver(ended.stream().map(Ended::completion).toList());
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
            requests.clear();
            roster.close();
            cached.close();
            onClose.accept(this);
        }
    }
}
