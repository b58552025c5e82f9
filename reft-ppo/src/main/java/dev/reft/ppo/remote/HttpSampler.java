package dev.reft.ppo.remote;

import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.model.Model;
import dev.reft.model.ModelInfo;
import dev.reft.model.Refreshable;
import dev.reft.model.Sampler;
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Samples with a model that a server holds, in requests of one sample each: prompts go as token ids, token ids with
 * log-probabilities come back. A server that gives text only is refused at its first answer, and so is every answer that
 * is not consistent with its request, since training would go wrong in silence.
 *
 * <p>The server's draws are its own: they depend on the seed as it handles seeds, not on {@link dev.reft.random.Seeds}. What
 * the server's numbers differ from the policy's is what {@code PpoConfig.correction} corrects and the {@code sampler/}
 * metrics show. Constraints are refused, as they cannot go along.
 *
 * <p>{@link #refresh} gives the server new weights; the trainer calls it through {@code startOverlapped}. Answers know which weights
 * they are from: {@link HttpGeneration#answers}, {@link #lag}.
 */
public final class HttpSampler implements Sampler, Refreshable {
    private final ModelInfo info;
    private final Tokenizer tokenizer;
    private final HttpSamplerConfig config;
    private final JsonPost post;
    private final Exchange exchange;
    private final AnswerReader reader;
    private final WeightExchange weights;
    private final LagCount lag = new LagCount();
    private final ExecutorService workers;
    private volatile boolean closed;

    private HttpSampler(ModelInfo info, Tokenizer tokenizer, HttpSamplerConfig config) {
        this.info = info;
        this.tokenizer = tokenizer;
        this.config = config;
        post = new JsonPost(config);
        exchange = Exchange.of(config.api());
        reader = new AnswerReader(tokenizer, info.vocabularySize(), config.reported());
        weights = new WeightExchange(config, post);
        AtomicInteger number = new AtomicInteger();
        workers = Executors.newFixedThreadPool(config.concurrency(), task -> {
            Thread thread = new Thread(task, "reft-http-sampler-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * A sampler of what a server holds. Asks nothing yet.
     *
     * @param alike a model with the same vocabulary, tokenizer and context, such as the policy that is trained; it stays the
     *     caller's
     * @param config where and how to ask
     * @return the sampler; close it
     */
    public static HttpSampler of(Model alike, HttpSamplerConfig config) {
        return new HttpSampler(alike.info(), alike.tokenizer(), config);
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** {@inheritDoc} Several may be open at once; each is used by one thread. */
    @Override
    public HttpGeneration generation() {
        checkOpen();
        return new HttpGeneration(this);
    }

    /**
     * Puts a copy of the weights where the server sees it, written aside and renamed, and has it load them; samples that are under
     * way count as sampled with the older weights. If it fails, sampling is refused until a later call succeeds: which weights
     * the server has is then unknown.
     *
     * @throws IllegalStateException if the configuration has no reload
     * @throws RemoteSamplerException if the server does not say that it loaded them
     * @throws java.io.UncheckedIOException if the files cannot be written
     */
    @Override
    public void refresh(Path exported) {
        checkOpen();
        weights.refresh(exported);
    }

    /**
     * How old the weights of the answers were so far; any thread may ask.
     *
     * @return counts since this sampler was opened
     */
    public SamplerLag lag() {
        return lag.now(weights.number());
    }

    /** {@inheritDoc} Abandons what is under way. The server goes on with the weights that it has. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            workers.shutdownNow();
            weights.close();
        }
    }

    HttpSamplerConfig config() {
        return config;
    }

    JsonPost post() {
        return post;
    }

    Exchange exchange() {
        return exchange;
    }

    AnswerReader reader() {
        return reader;
    }

    WeightExchange weights() {
        return weights;
    }

    LagCount count() {
        return lag;
    }

    ExecutorService workers() {
        return workers;
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "sampler " + info.id() + " at " + config.address().getHost() + " is closed");
        }
    }

    void check(GenerationRequest request) {
        String where = "request " + request.id() + ": ";
        if (request.constraint() != Constraint.NONE) {
            throw new IllegalArgumentException(where + "a constraint cannot be sent to a server");
        }
        for (int t = 0; t < request.prompt().length; t++) {
            if (request.prompt()[t] >= info.vocabularySize()) {
                throw new IllegalArgumentException(where + "prompt token " + t + " is " + request.prompt()[t]
                        + ", outside the vocabulary of " + info.vocabularySize());
            }
        }
        if (request.prompt().length + request.maxTokens() > info.contextLength()) {
            throw new IllegalArgumentException(where + request.prompt().length + " prompt tokens and maxTokens "
                    + request.maxTokens() + " do not fit into the context of " + info.contextLength());
        }
        float temperature = request.sampling().temperature();
        if (config.reported() == ReportedLogProbs.RAW && temperature != 1 && temperature != 0) {
            throw new IllegalArgumentException(
                    where + "the server reports log-probabilities at temperature 1, so those at " + temperature
                            + " are unknown: sample at 1, or let it report PROCESSED ones");
        }
    }
}
