package dev.reft.ppo.remote;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.ppo.remote.Exchange.UnusableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Samples that a server makes, a bounded number at a time. {@link #advance} waits a little for the next that ends, so that a
 * caller can look at its own deadlines between two calls; it does not go token by token. Used by one thread.
 */
public final class HttpGeneration implements Generation {
    private static final long WAIT_MS = 50;

    private final HttpSampler sampler;
    private final BlockingQueue<Outcome> ended = new LinkedBlockingQueue<>();
    private final List<Future<?>> running = new ArrayList<>();
    /** Samples of a request that have not been handed over. */
    private final Map<String, Integer> left = new HashMap<>();

    private long added;
    private int unfinished;
    private boolean closed;

    HttpGeneration(HttpSampler sampler) {
        this.sampler = sampler;
    }

    /** A sample that ended, or what ended it. */
    private record Outcome(
            long order,
            @Nullable Completion completion,
            long weights,
            int attempts,
            @Nullable RuntimeException failure) {}

    @Override
    public void add(GenerationRequest request) {
        checkOpen();
        sampler.check(request);
        sampler.weights().checkKnown();
        if (left.containsKey(request.id())) {
            throw new IllegalArgumentException("request " + request.id() + " is unfinished; ids must differ");
        }
        left.put(request.id(), request.seeds().length);
        unfinished += request.seeds().length;
        for (int sample = 0; sample < request.seeds().length; sample++) {
            int which = sample;
            long order = added++;
            running.add(sampler.workers().submit(() -> {
                ended.add(outcome(request, which, order));
            }));
        }
    }

    @Override
    public int unfinished() {
        return unfinished;
    }

    /**
     * Waits up to 50 ms for samples to end and hands over those that did.
     *
     * @throws RemoteSamplerException if a sample failed in all attempts, or was answered with something that cannot be learnt
     *     from; close this generation then
     */
    @Override
    public List<Completion> advance() {
        return answers().stream().map(RemoteAnswer::completion).toList();
    }

    /**
     * As {@link #advance}, and which weights each completion is from.
     *
     * @return the samples that ended, in the order of their addition
     * @throws RemoteSamplerException as {@link #advance} throws it
     */
    public List<RemoteAnswer> answers() {
        checkOpen();
        if (unfinished == 0) {
            throw new IllegalStateException("nothing is unfinished");
        }
        List<Outcome> outcomes = new ArrayList<>();
        try {
            Outcome first = ended.poll(WAIT_MS, TimeUnit.MILLISECONDS);
            if (first != null) {
                outcomes.add(first);
                ended.drainTo(outcomes);
            }
        } catch (InterruptedException e) {
            throw Retries.cancelled("sampling", e);
        }
        outcomes.sort(Comparator.comparingLong(Outcome::order));
        running.removeIf(Future::isDone);
        List<RemoteAnswer> answers = new ArrayList<>();
        long now = sampler.weights().number();
        for (Outcome outcome : outcomes) {
            Completion completion = outcome.completion();
            if (completion == null) {
                throw outcome.failure() == null
                        ? new IllegalStateException("a sample ended without one")
                        : outcome.failure();
            }
            RemoteAnswer answer =
                    new RemoteAnswer(completion, outcome.weights(), now - outcome.weights(), outcome.attempts());
            sampler.count().add(answer);
            answers.add(answer);
            unfinished--;
            left.computeIfPresent(completion.request(), (id, count) -> count == 1 ? null : count - 1);
        }
        return answers;
    }

    @Override
    public void close() {
        closed = true;
        unfinished = 0;
        left.clear();
        running.forEach(task -> task.cancel(true));
        running.clear();
    }

    private void checkOpen() {
        sampler.checkOpen();
        if (closed) {
            throw new IllegalStateException("the generation is closed");
        }
    }

    private Outcome outcome(GenerationRequest request, int sample, long order) {
        try {
            return sample(request, sample, order);
        } catch (RuntimeException e) {
            return new Outcome(order, null, 0, 0, e);
        }
    }

    private Outcome sample(GenerationRequest request, int sample, long order) {
        Exchange exchange = sampler.exchange();
        HttpSamplerConfig config = sampler.config();
        String what =
                sampler.post().place(exchange.path()) + ": sample " + sample + " of request '" + request.id() + "'";
        String body = exchange.body(request, sample);
        String problem = "";
        for (int attempt = 1; attempt <= config.attempts(); attempt++) {
            long weights = sampler.weights().number();
            String retryAfter = "";
            try {
                JsonPost.Answer answer = sampler.post().send(exchange.path(), body, config.answerLimit());
                if (answer.status() == 200) {
                    Completion completion =
                            sampler.reader().read(request, sample, exchange.read(Exchange.parse(answer.body())));
                    return new Outcome(order, completion, weights, attempt, null);
                }
                problem = "status " + answer.status() + ", " + sampler.post().quote(answer.body());
                retryAfter = answer.retryAfter();
                if (!Retries.isPassing(answer.status())) {
                    break;
                }
            } catch (IOException e) {
                problem = String.valueOf(e.getMessage());
            } catch (JacksonException e) {
                problem = "the answer is no JSON: " + e.getOriginalMessage();
            } catch (UnusableException e) {
                throw new RemoteSamplerException(what + ": the answer cannot be used: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                throw Retries.cancelled(what, e);
            }
            Retries.pause(config, attempt, retryAfter, what);
        }
        throw new RemoteSamplerException(what + " failed: " + problem);
    }
}
