package dev.reft.testkit.tiny;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Draw;
import dev.reft.generation.Finish;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.LogitFilters;
import dev.reft.generation.Segment;
import dev.reft.model.CallGuard;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Generation with cached keys and values; the samples of a prompt share its computation. */
@SuppressWarnings("try") // a guarded call is closed, not used
final class TinyGeneration implements Generation {
    private final TinyCore core;
    private final double[] weights;
    private final CallGuard guard;
    private final BooleanSupplier modelOpen;
    private final Runnable onClose;
    private final List<Live> live = new ArrayList<>();
    private boolean closed;

    TinyGeneration(TinyCore core, double[] weights, CallGuard guard, BooleanSupplier modelOpen, Runnable onClose) {
        this.core = core;
        this.weights = weights;
        this.guard = guard;
        this.modelOpen = modelOpen;
        this.onClose = onClose;
    }

    /** A sample that has not ended. */
    private final class Live {
        private final GenerationRequest request;
        private final int sample;
        private final Network.Trace trace;
        private final List<Draw> draws = new ArrayList<>();
        private final List<Double> logProbs = new ArrayList<>();

        Live(GenerationRequest request, int sample, Network.Trace trace) {
            this.request = request;
            this.sample = sample;
            this.trace = trace;
        }

        /** Draws a token; a completion if it was the last. */
        @Nullable
        Completion advance() {
            int position = trace.length();
            double[] logits = core.actor.logits(weights, trace, position - 1);
            Constraint constraint = request.constraint();
            double uniform = Seeds.uniform(request.seeds()[sample], position);
            Draw draw = LogitFilters.draw(logits, trace.tokens(), request.sampling(), constraint, uniform);
            double temperature = request.sampling().scoringTemperature();
            logProbs.add(new Categorical(logits, temperature).logProb(draw.token()));
            draws.add(draw);
            if (draw.token() == CharacterTokenizer.END) {
                return completion(Finish.END, text(draws.size() - 1));
            }
            String text = text(draws.size());
            int stop = firstStop(text);
            if (stop >= 0) {
                return completion(Finish.STOP, text.substring(0, stop));
            }
            if (draws.size() == request.maxTokens()) {
                return completion(Finish.LENGTH, text);
            }
            trace.extend(weights, draw.token());
            return null;
        }

        private int firstStop(String text) {
            int first = -1;
            for (String stop : request.stops()) {
                int at = text.indexOf(stop);
                if (at >= 0 && (first < 0 || at < first)) {
                    first = at;
                }
            }
            return first;
        }

        private String text(int count) {
            return core.tokenizer.decode(Arrays.copyOf(tokens(), count));
        }

        private int[] tokens() {
            return draws.stream().mapToInt(Draw::token).toArray();
        }

        private Completion completion(Finish finish, String text) {
            float[] own = new float[draws.size()];
            float[] drawn = new float[draws.size()];
            for (int i = 0; i < own.length; i++) {
                own[i] = logProbs.get(i).floatValue();
                drawn[i] = (float) draws.get(i).logProb();
            }
            List<Segment> segments = List.of(new Segment.Sampled(tokens(), own, drawn));
            return new Completion(request.id(), sample, segments, text, finish);
        }
    }

    @Override
    public void add(GenerationRequest request) {
        try (CallGuard.Call call = guard.enter("add")) {
            checkOpen();
            core.checkTokens("request " + request.id(), request.prompt());
            int longest = request.prompt().length + request.maxTokens();
            if (longest > core.info.contextLength()) {
                throw new IllegalArgumentException("request " + request.id() + ": " + request.prompt().length
                        + " prompt tokens and maxTokens " + request.maxTokens() + " do not fit into the context of "
                        + core.info.contextLength());
            }
            if (live.stream().anyMatch(other -> other.request.id().equals(request.id()))) {
                throw new IllegalArgumentException("request " + request.id() + " is unfinished; ids must differ");
            }
            Network.Trace prompt = core.actor.new Trace(longest);
            for (int token : request.prompt()) {
                prompt.extend(weights, token);
            }
            for (int sample = 0; sample < request.seeds().length; sample++) {
                live.add(new Live(request, sample, sample == 0 ? prompt : prompt.fork(longest)));
            }
        }
    }

    @Override
    public int unfinished() {
        try (CallGuard.Call call = guard.enter("unfinished")) {
            return live.size();
        }
    }

    @Override
    public List<Completion> advance() {
        try (CallGuard.Call call = guard.enter("advance")) {
            checkOpen();
            if (live.isEmpty()) {
                throw new IllegalStateException("nothing is unfinished");
            }
            List<Completion> ended = new ArrayList<>();
            Iterator<Live> rows = live.iterator();
            while (rows.hasNext()) {
                Completion completion = rows.next().advance();
                if (completion != null) {
                    ended.add(completion);
                    rows.remove();
                }
            }
            return ended;
        }
    }

    private void checkOpen() {
        if (closed || !modelOpen.getAsBoolean()) {
            throw new IllegalStateException(closed ? "the generation is closed" : "the model is closed");
        }
    }

    @Override
    public void close() {
        try (CallGuard.Call call = guard.enter("close of a generation")) {
            if (!closed) {
                closed = true;
                live.clear();
                onClose.run();
            }
        }
    }
}
