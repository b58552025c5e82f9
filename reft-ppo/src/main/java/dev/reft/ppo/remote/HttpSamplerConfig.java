package dev.reft.ppo.remote;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where and how an {@link HttpSampler} asks.
 *
 * @param address http or https, a host, perhaps a path; no query and no user
 * @param api how the server is asked
 * @param reported which log-probabilities it reports
 * @param key sent as a bearer token to this address only, in no message; empty for none
 * @param concurrency most requests at a time, &gt;= 1
 * @param connectLimit most time to connect
 * @param answerLimit most time of one attempt of one sample
 * @param attempts attempts of a sample, &gt;= 1; a repeated one has the same seed
 * @param backoff pause after the first failed attempt, doubled after each further one
 * @param reload how new weights go over; without it, {@code refresh} is refused
 */
public record HttpSamplerConfig(
        URI address,
        ServerApi api,
        ReportedLogProbs reported,
        String key,
        int concurrency,
        Duration connectLimit,
        Duration answerLimit,
        int attempts,
        Duration backoff,
        Optional<WeightReload> reload) {
    /**
     * Checks the fields.
     *
     * @throws IllegalArgumentException naming the field that is wrong, never the key
     */
    public HttpSamplerConfig {
        String scheme = String.valueOf(address.getScheme());
        if (address.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "the address needs http or https and a host, not the scheme '" + scheme + "'");
        }
        if (address.getRawQuery() != null || address.getRawUserInfo() != null || address.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "the address of " + address.getHost() + " has a query, user or fragment");
        }
        if (!key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("the key has characters that no header holds");
        }
        if (concurrency < 1 || attempts < 1) {
            throw new IllegalArgumentException(
                    "concurrency " + concurrency + " and attempts " + attempts + " must be positive");
        }
        if (!isPositive(connectLimit) || !isPositive(answerLimit) || backoff.isNegative()) {
            throw new IllegalArgumentException("connectLimit " + connectLimit + " and answerLimit " + answerLimit
                    + " must be positive, backoff " + backoff + " not negative");
        }
        boolean raw = reported == ReportedLogProbs.RAW;
        if (api instanceof ServerApi.LlamaCpp && !raw) {
            throw new IllegalArgumentException("llama.cpp's server reports RAW log-probabilities, not " + reported);
        }
    }

    /**
     * A server with {@code v1/completions}: 32 requests at a time, 10 seconds to connect, 10 minutes an answer, 4 attempts, no key.
     *
     * @param address its address, without {@code v1}
     * @param model the served model's name
     * @return the configuration, with raw log-probabilities and no reload
     */
    public static HttpSamplerConfig completions(URI address, String model) {
        return of(address, new ServerApi.Completions(model));
    }

    /**
     * A server of llama.cpp, with the same numbers.
     *
     * @param address its address
     * @return the configuration
     */
    public static HttpSamplerConfig llamaCpp(URI address) {
        return of(address, new ServerApi.LlamaCpp());
    }

    private static HttpSamplerConfig of(URI address, ServerApi api) {
        return new HttpSamplerConfig(
                address,
                api,
                ReportedLogProbs.RAW,
                "",
                32,
                Duration.ofSeconds(10),
                Duration.ofMinutes(10),
                4,
                Duration.ofSeconds(1),
                Optional.empty());
    }

    /**
     * With a key.
     *
     * @param value the key
     * @return such a configuration
     */
    public HttpSamplerConfig withKey(String value) {
        return new HttpSamplerConfig(
                address, api, reported, value, concurrency, connectLimit, answerLimit, attempts, backoff, reload);
    }

    /**
     * With other log-probabilities.
     *
     * @param value which the server reports
     * @return such a configuration
     */
    public HttpSamplerConfig withReported(ReportedLogProbs value) {
        return new HttpSamplerConfig(
                address, api, value, key, concurrency, connectLimit, answerLimit, attempts, backoff, reload);
    }

    /**
     * With a way for new weights.
     *
     * @param value the reload
     * @return such a configuration
     */
    public HttpSamplerConfig withReload(WeightReload value) {
        return new HttpSamplerConfig(
                address,
                api,
                reported,
                key,
                concurrency,
                connectLimit,
                answerLimit,
                attempts,
                backoff,
                Optional.of(value));
    }

    /**
     * With other limits.
     *
     * @param newConcurrency most requests at a time
     * @param newAnswerLimit most time of one attempt
     * @param newAttempts attempts of a sample
     * @param newBackoff pause after the first failed attempt
     * @return such a configuration
     */
    public HttpSamplerConfig withLimits(
            int newConcurrency, Duration newAnswerLimit, int newAttempts, Duration newBackoff) {
        return new HttpSamplerConfig(
                address,
                api,
                reported,
                key,
                newConcurrency,
                connectLimit,
                newAnswerLimit,
                newAttempts,
                newBackoff,
                reload);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "HttpSamplerConfig[" + address + ", " + api + ", " + reported + ", key "
                + (key.isEmpty() ? "none" : "given")
                + ", concurrency " + concurrency + ", answerLimit " + answerLimit + ", attempts " + attempts
                + ", reload "
                + reload + "]";
    }

    private static boolean isPositive(Duration time) {
        return !time.isNegative() && !time.isZero();
    }
}
