package dev.reft.onnx;

import ai.onnxruntime.OrtException;
import dev.reft.generation.Completion;
import dev.reft.generation.Draw;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.OpenRequests;
import dev.reft.generation.OpenSample;
import dev.reft.model.CallGuard;
import dev.reft.model.ModelInfo;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A generation of a graph: continuous batching over its cache. */
@SuppressWarnings("try") // a guarded call is closed, not used
final class OnnxGeneration implements Generation {
    /** More rows than this gain little. */
    private static final int ROWS = 64;

    private static final int CUDA_ROWS = 256;

    /** What the cache may take; a step holds it twice. */
    private static final long BYTES = 1L << 30;

    private final GeneratingModel model;
    private final ModelInfo info;
    private final Consumer<OnnxGeneration> onClose;
    private final Rows rows;
    private final int mostRows;
    private final long mostTokens;
    private final Deque<OpenSample> queue = new ArrayDeque<>();
    private final OpenRequests requests;
    private volatile boolean closed;
    private @Nullable Throwable failure;

    OnnxGeneration(GeneratingModel model, Consumer<OnnxGeneration> onClose) {
        this.model = model;
        this.info = model.info();
        this.onClose = onClose;
        this.requests = new OpenRequests(info.id(), info.vocabularySize(), info.contextLength(), model.endings());
        this.rows = new Rows(model);
        this.mostRows = model.cuda() ? CUDA_ROWS : ROWS;
        this.mostTokens = BYTES / model.graph().cacheBytesPerToken();
    }

    @Override
    public void add(GenerationRequest request) {
        try (CallGuard.Call call = model.enter("add to a generation")) {
            checkOpen();
            requests.add(request);
            for (int i = 0; i < request.seeds().length; i++) {
                queue.add(new OpenSample(request, i, model.endings()));
            }
        }
    }

    @Override
    public int unfinished() {
        try (CallGuard.Call call = model.enter("unfinished of a generation")) {
            return requests.unfinished();
        }
    }

    @Override
    public List<Completion> advance() {
        try (CallGuard.Call call = model.enter("advance of a generation")) {
            checkOpen();
            if (requests.unfinished() == 0) {
                throw new IllegalStateException("nothing is unfinished");
            }
            return advanceOpen();
        }
    }

    private List<Completion> advanceOpen() {
        try {
            return Failures.in("generation of " + info.id(), this::advanced);
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    private record Ended(OpenSample sample, Completion completion) {}

    private List<Completion> advanced() throws OrtException {
        List<Ended> ended = new ArrayList<>();
        if (!rows.samples().isEmpty()) {
            FloatBuffer logits = rows.step();
            List<OpenSample> live = rows.samples();
            draw(logits, live, IntStream.range(0, live.size()).asLongStream().toArray(), ended);
        }
        List<OpenSample> fresh = admitted(ended.size());
        if (!fresh.isEmpty()) {
            rows.begin(fresh, (logits, samples, places) -> draw(logits, samples, places, ended));
        }
        Set<OpenSample> gone = new HashSet<>(ended.stream().map(Ended::sample).toList());
        List<OpenSample> all = rows.samples();
        rows.keep(IntStream.range(0, all.size())
                .filter(i -> !gone.contains(all.get(i)))
                .toArray());
        return requests.handOver(ended.stream().map(Ended::completion).toList());
    }

    private void draw(FloatBuffer logits, List<OpenSample> samples, long[] places, List<Ended> ended) {
        for (int i = 0; i < places.length; i++) {
            OpenSample sample = samples.get(i);
            Logits own = new Logits(
                    logits,
                    places[i],
                    info.vocabularySize(),
                    sample.request().sampling().scoringTemperature());
            Draw draw = own.draw(sample);
            sample.accept(draw.token(), (float) own.logProb(draw.token()), (float) draw.logProb())
                    .ifPresent(completion -> ended.add(new Ended(sample, completion)));
        }
    }

    /** Takes samples from the queue, as many as there is room for beside those that go on. */
    private List<OpenSample> admitted(int leaving) {
        List<OpenSample> fresh = new ArrayList<>();
        int count = rows.samples().size() - leaving;
        long longest =
                rows.samples().stream().mapToLong(OnnxGeneration::most).max().orElse(0);
        while (!queue.isEmpty()) {
            longest = Math.max(longest, most(queue.element()));
            count++;
            if (count > 1 && (count > mostRows || count * longest > mostTokens)) {
                break;
            }
            fresh.add(queue.remove());
        }
        return fresh;
    }

    private static long most(OpenSample sample) {
        return (long) sample.request().prompt().length + sample.request().maxTokens();
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
        try (CallGuard.Call call = model.enterToClose("close of a generation")) {
            free();
        }
    }

    /** Frees the natives, once; for the model, which closes its generations within its own call. */
    void free() {
        if (!closed) {
            closed = true;
            requests.clear();
            queue.clear();
            rows.close();
            onClose.accept(this);
        }
    }
}
