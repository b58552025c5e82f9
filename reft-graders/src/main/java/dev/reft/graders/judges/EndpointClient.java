package dev.reft.graders.judges;

import dev.reft.graders.execution.RateLimit;
import dev.reft.graders.execution.RetryPolicy;
import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A web service that grades, as Azure's private preview calls it: {@code POST {"sample", "item", "trace_id"}}, answered by
 * {@code {"score": number}}. Thread-safe. At most 1 MB is sent, an answer is waited for at most 10 minutes, a failed call
 * is repeated up to 3 times; after that the grading has failed (it is not scored 0). Source:
 * {@code microsoft-foundry/fine-tuning}, Demos/Agentic_RFT_PrivatePreview.
 */
public final class EndpointClient {
    /** The most bytes of a request. */
    public static final int MOST_BYTES = 1 << 20;

    private final HttpPost post;
    private final Map<String, String> headers;
    private final RetryPolicy retries;
    private final @Nullable RateLimit pace;

    /**
     * A client with Azure's limits.
     *
     * @param url where to ask
     * @param headers sent with each call, never shown
     * @param rateLimit most calls a second over all threads, or null for no limit
     * @throws IllegalArgumentException if the address is not http or https, a header cannot be sent, or the rate is below one a day
     */
    public EndpointClient(URI url, Map<String, String> headers, @Nullable Double rateLimit) {
        this(url, headers, rateLimit, Duration.ofMinutes(10), RetryPolicy.DEFAULT);
    }

    /**
     * Whether a header can be sent, for checks before there is a client.
     *
     * @param name such as {@code api-key}
     * @param value its value; it is not in the answer
     * @return why it cannot be sent; empty if it can
     */
    public static Optional<String> refusal(String name, String value) {
        try {
            HttpPost.sendable(Map.of(name, value));
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    EndpointClient(
            URI url, Map<String, String> headers, @Nullable Double rateLimit, Duration timeLimit, RetryPolicy retries) {
        this.post = new HttpPost(url, Duration.ofSeconds(10), timeLimit, MOST_BYTES);
        this.headers = HttpPost.sendable(headers);
        this.retries = retries;
        this.pace = rateLimit == null ? null : new RateLimit(rateLimit);
    }

    /**
     * Asks for a score.
     *
     * @param sample what was sampled
     * @param item the data row
     * @param trace names the rollout
     * @return the score, finite, in no particular range
     * @throws JudgeException if the service gave none
     * @throws TimeoutException if the grading's time is over
     * @throws InterruptedException if the thread was interrupted
     */
    public double score(Map<String, @Nullable Object> sample, Map<String, @Nullable Object> item, String trace)
            throws JudgeException, TimeoutException, InterruptedException {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("sample", sample);
        body.put("item", item);
        body.put("trace_id", trace);
        String text = Json.write(body);
        if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw LongCompletion.tooLong(
                    "the endpoint at " + post.place() + " takes no more than " + MOST_BYTES + " bytes");
        }
        return Retries.run(retries, () -> once(text));
    }

    private double once(String body) throws JudgeException, TimeoutException, InterruptedException {
        if (pace != null) {
            pace.take("the endpoint at " + post.place());
        }
        HttpPost.Answer answer;
        try {
            answer = post.send(headers, body);
        } catch (IOException e) {
            throw failure(redact(String.valueOf(e.getMessage())), true, null);
        }
        return read(answer.status(), answer.body(), answer.retryAfter());
    }

    /**
     * What a response means.
     *
     * @param status the HTTP status
     * @param body the response's text
     * @return the score
     * @throws JudgeException if it holds none
     */
    public double read(int status, String body) throws JudgeException {
        return read(status, body, null);
    }

    private double read(int status, String body, @Nullable Duration retryAfter) throws JudgeException {
        if (status < 200 || status > 299) {
            throw failure("status " + status + ": " + excerpt(body), HttpChatModel.mayFareBetter(status), retryAfter);
        }
        try {
            Map<String, @Nullable Object> fields = Json.object(Json.readLenient(body));
            if (fields != null && fields.get("score") instanceof Number score && Double.isFinite(score.doubleValue())) {
                return score.doubleValue();
            }
        } catch (JsonException e) {
            // Not the parser's message: it quotes the answer, and may cut a key in two.
            throw failure("the answer is not JSON: " + excerpt(body), true, null);
        }
        // JSON without a score is what the service means to say; asking again would not change it.
        throw failure("the answer has no number 'score': " + excerpt(body), false, null);
    }

    private String excerpt(String body) {
        return ChatWire.excerpt(redact(body));
    }

    private String redact(String text) {
        return Secret.redact(text, headers);
    }

    private JudgeException failure(String what, boolean retryable, @Nullable Duration retryAfter) {
        String message = "the endpoint at " + post.place() + " gave no score: " + what;
        return new JudgeException(JudgeException.Kind.SERVER, message, retryable, retryAfter, null);
    }
}
