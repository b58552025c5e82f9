package dev.reft.graders.judges;

import dev.reft.graders.execution.RetryPolicy;
import dev.reft.graders.json.Json;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A judge behind an OpenAI-compatible address: {@code POST BASE/chat/completions}. Thread-safe. Failed calls (time-outs,
 * 408, 409, 425, 429, 5xx, answers that are no answers) are repeated with growing waits, or after what {@code Retry-After} says; what the
 * calls cost is counted by a {@link UsageMeter}. The key is fetched for each call, sent in the header only, and cut out of
 * whatever a server echoes.
 */
public final class HttpChatModel implements ChatModel {
    private static final int MOST_BYTES = 8 << 20;

    private final String model;
    private final Secret key;
    private final Map<String, String> headers;
    private final HttpPost post;
    private final RetryPolicy retries;
    private final ChatWire wire;
    private final TokenPrice price;
    private final UsageMeter meter;

    private HttpChatModel(Builder builder) {
        this.model = builder.model;
        this.key = builder.key;
        this.headers = HttpPost.sendable(builder.headers);
        this.post = new HttpPost(builder.address(), builder.connectLimit, builder.timeLimit, MOST_BYTES);
        this.retries = builder.retries;
        this.wire = new ChatWire(builder.structured, builder.maxTokensField);
        this.price = builder.price;
        this.meter = builder.meter;
    }

    /** How a server is asked for structured answers. The enum grows. */
    public enum Structured {
        /** By {@code response_format} of type {@code json_schema}. */
        JSON_SCHEMA,
        /** By {@code response_format} of type {@code json_object}. */
        JSON_OBJECT,
        /** Not at all: by the prompt alone. */
        PROMPT_ONLY
    }

    /**
     * A builder.
     *
     * @param base such as {@code https://api.openai.com/v1} or {@code http://localhost:8000/v1}
     * @param model which model is asked where a request names none
     * @return the builder
     * @throws IllegalArgumentException if the address is not http or https
     */
    public static Builder at(URI base, String model) {
        return new Builder(base, model);
    }

    /** Collects the settings of an {@link HttpChatModel}. */
    public static final class Builder {
        private final URI base;
        private final String model;
        private Secret key = new Secret(() -> "");
        private final Map<String, String> headers = new LinkedHashMap<>();
        private Duration connectLimit = Duration.ofSeconds(10);
        private Duration timeLimit = Duration.ofSeconds(60);
        private RetryPolicy retries = RetryPolicy.DEFAULT;
        private Structured structured = Structured.JSON_SCHEMA;
        private String maxTokensField = "max_completion_tokens";
        private TokenPrice price = TokenPrice.FREE;
        private UsageMeter meter = new UsageMeter();

        private Builder(URI base, String model) {
            this.base = base;
            this.model = model;
        }

        private URI address() {
            String path = base.getRawPath() == null ? "" : base.getRawPath();
            String joined = (path.endsWith("/") ? path.substring(0, path.length() - 1) : path) + "/chat/completions";
            return base.getRawQuery() == null ? base.resolve(joined) : base.resolve(joined + "?" + base.getRawQuery());
        }

        /**
         * Where the key comes from; asked at each call. Without it no {@code Authorization} is sent.
         *
         * @param source the key, or ""
         * @return this builder
         */
        public Builder key(Supplier<String> source) {
            key = new Secret(source);
            return this;
        }

        /**
         * Takes the key from the environment.
         *
         * @param variable such as {@code OPENAI_API_KEY}; where it is not set, no key is sent
         * @return this builder
         */
        public Builder keyFromEnvironment(String variable) {
            return key(() -> {
                String value = System.getenv(variable);
                return value == null ? "" : value;
            });
        }

        /**
         * Sends a header with each call.
         *
         * @param name such as {@code api-key}
         * @param value its value, never shown
         * @return this builder
         */
        public Builder header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        /**
         * Limits the time of one attempt; the grading's own deadline holds besides.
         *
         * @param connect until there is a connection (default 10 s)
         * @param whole until the answer has come in whole (default 60 s)
         * @return this builder
         */
        public Builder timeLimits(Duration connect, Duration whole) {
            connectLimit = connect;
            timeLimit = whole;
            return this;
        }

        /**
         * How failed calls are repeated; which of them, this class knows.
         *
         * @param policy default {@link RetryPolicy#DEFAULT}
         * @return this builder
         */
        public Builder retries(RetryPolicy policy) {
            retries = policy;
            return this;
        }

        /**
         * How structured answers are asked for.
         *
         * @param how default {@link Structured#JSON_SCHEMA}
         * @return this builder
         */
        public Builder structured(Structured how) {
            structured = how;
            return this;
        }

        /**
         * The name of the field that limits the answer's length.
         *
         * @param field default {@code max_completion_tokens}; older servers know {@code max_tokens} only
         * @return this builder
         */
        public Builder maxTokensField(String field) {
            maxTokensField = field;
            return this;
        }

        /**
         * Counts what calls cost.
         *
         * @param counter shared by any number of judges
         * @param tokens what they cost
         * @return this builder
         */
        public Builder meter(UsageMeter counter, TokenPrice tokens) {
            meter = counter;
            price = tokens;
            return this;
        }

        /**
         * Makes the judge.
         *
         * @return the judge; it holds no resources that need closing
         * @throws IllegalArgumentException if the address or a time limit is wrong
         */
        public HttpChatModel build() {
            return new HttpChatModel(this);
        }
    }

    /**
     * What the calls cost so far.
     *
     * @return the meter
     */
    public UsageMeter meter() {
        return meter;
    }

    @Override
    public ChatReply answer(ChatRequest request) throws JudgeException, TimeoutException, InterruptedException {
        String asked = request.model().isEmpty() ? model : request.model();
        String body = Json.write(wire.request(asked, request));
        return Retries.run(retries, () -> once(asked, body));
    }

    private ChatReply once(String asked, String body) throws JudgeException, TimeoutException, InterruptedException {
        String secret = key.value();
        Map<String, String> all = new LinkedHashMap<>(headers);
        if (!secret.isEmpty()) {
            all.putAll(authorization(asked, secret));
        }
        HttpPost.Answer answer;
        try {
            answer = post.send(all, body);
        } catch (IOException e) {
            meter.failed(asked);
            // The cause is left out: its message may hold the address, and an address may hold a key.
            throw server(asked, redact(String.valueOf(e.getMessage()), secret), true, null);
        }
        if (answer.status() < 200 || answer.status() > 299) {
            meter.failed(asked);
            if (ChatWire.saysTooLong(answer.status(), answer.body())) {
                throw LongCompletion.tooLong("the question is too long for the judge '" + asked + "' at " + post.place()
                        + ": " + ChatWire.excerpt(redact(answer.body(), secret)));
            }
            throw server(
                    asked,
                    "status " + answer.status() + ": " + ChatWire.excerpt(redact(answer.body(), secret)),
                    mayFareBetter(answer.status()),
                    answer.retryAfter());
        }
        return read(asked, answer.body(), secret);
    }

    private Map<String, String> authorization(String asked, String secret) throws JudgeException {
        try {
            return HttpPost.sendable(Map.of("Authorization", "Bearer " + secret));
        } catch (IllegalArgumentException e) {
            throw server(asked, String.valueOf(e.getMessage()), false, null);
        }
    }

    private ChatReply read(String asked, String body, String secret) throws JudgeException {
        ChatWire.Reply reply = ChatWire.reply(body, asked, said -> redact(said, secret));
        if (reply.problem() == null) {
            meter.answered(asked, reply.usage(), price);
        } else {
            meter.failed(asked);
            throw server(asked, reply.problem(), true, null);
        }
        if (reply.refusal() != null) {
            throw new JudgeException(
                    JudgeException.Kind.REFUSAL,
                    "the judge '" + asked + "' refused: " + ChatWire.excerpt(redact(reply.refusal(), secret)));
        }
        return new ChatReply(redactReply(reply.text(), secret), redactReply(reply.model(), secret), reply.usage());
    }

    private String redact(String text, String secret) {
        return Secret.redact(Secret.redact(text, secret), headers);
    }

    private String redactReply(String text, String secret) {
        return Secret.redactReply(Secret.redactReply(text, secret), headers);
    }

    private JudgeException server(String asked, String what, boolean retryable, @Nullable Duration retryAfter) {
        String message = "the judge '" + asked + "' at " + post.place() + " gave no answer: " + what;
        return new JudgeException(JudgeException.Kind.SERVER, message, retryable, retryAfter, null);
    }

    static boolean mayFareBetter(int status) {
        return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
    }
}
