package dev.reft.onnx;

import ai.onnxruntime.OrtException;
import dev.reft.generation.Completion;
import dev.reft.generation.Draw;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.OpenSample;
import dev.reft.model.CallGuard;
import dev.reft.model.ModelInfo;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
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
    /** Samples of each request that have not been handed over. */
    private final Map<String, Integer> unfinished = new HashMap<>();
    /** When each request was added. */
    private final Map<GenerationRequest, Long> orders = new IdentityHashMap<>();

    private long added;
    private volatile boolean closed;
    private @Nullable Throwable failure;

    OnnxGeneration(GeneratingModel model, Consumer<OnnxGeneration> onClose) {
        this.model = model;
        this.info = model.info();
        this.onClose = onClose;
        this.rows = new Rows(model);
        this.mostRows = model.cuda() ? CUDA_ROWS : ROWS;
        this.mostTokens = BYTES / model.graph().cacheBytesPerToken();
    }

    @Override
    public void add(GenerationRequest request) {
        try (CallGuard.Call call = model.enter("add to a generation")) {
            checkOpen();
            check(request);
            unfinished.put(request.id(), request.seeds().length);
            orders.put(request, added++);
            for (int i = 0; i < request.seeds().length; i++) {
                queue.add(new OpenSample(request, i, model.endings()));
            }
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
        if (!request.stops().isEmpty() && !model.endings().readsText()) {
            throw new IllegalArgumentException(name + " has stop texts " + request.stops() + ", but model " + info.id()
                    + " was opened without a tokenizer");
        }
    }

    @Override
    public int unfinished() {
        try (CallGuard.Call call = model.enter("unfinished of a generation")) {
            return unfinished.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    @Override
    public List<Completion> advance() {
        try (CallGuard.Call call = model.enter("advance of a generation")) {
            checkOpen();
            if (unfinished.isEmpty()) {
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
        return handOver(ended);
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

    private List<Completion> handOver(List<Ended> ended) {
        ended.sort(Comparator.comparingLong(
                        (Ended e) -> orders.getOrDefault(e.sample().request(), 0L))
                .thenComparingInt(e -> e.sample().index()));
        for (Ended one : ended) {
            GenerationRequest request = one.sample().request();
            unfinished.computeIfPresent(request.id(), (id, left) -> left == 1 ? null : left - 1);
            if (!unfinished.containsKey(request.id())) {
                orders.remove(request);
            }
        }
        return ended.stream().map(Ended::completion).toList();
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
            unfinished.clear();
            queue.clear();
            rows.close();
            onClose.accept(this);
        }
    }
}
