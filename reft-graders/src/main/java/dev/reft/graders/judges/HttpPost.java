package dev.reft.graders.judges;

import dev.reft.grading.Deadline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One POST of JSON with a limit on its whole time (a server that trickles included) and on its answer's size. Redirects are
 * not followed: they would carry the key elsewhere.
 */
final class HttpPost {
    private final HttpClient client;
    private final URI address;
    private final Duration timeLimit;
    private final int mostBytes;

    HttpPost(URI address, Duration connectLimit, Duration timeLimit, int mostBytes) {
        String scheme = String.valueOf(address.getScheme());
        if (address.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "'" + address.getScheme() + "' is no address of a web service: http or https and a host");
        }
        if (timeLimit.isNegative() || timeLimit.isZero() || connectLimit.isNegative() || connectLimit.isZero()) {
            throw new IllegalArgumentException(
                    "time limits " + connectLimit + " and " + timeLimit + " must be positive");
        }
        this.address = address;
        this.timeLimit = timeLimit;
        this.mostBytes = mostBytes;
        // Some servers for local models stumble over the upgrade to HTTP/2 that is offered otherwise.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectLimit)
                .build();
    }

    /**
     * Headers that can be sent; a bad one is told of here by its name, because the client that sends would quote its value.
     *
     * @throws IllegalArgumentException naming the header
     */
    static Map<String, String> sendable(Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost"));
        headers.forEach((name, value) -> {
            boolean refused = false;
            try {
                request.setHeader(name, value);
            } catch (IllegalArgumentException e) {
                refused = true; // its message holds the value, which may be a key
            }
            if (refused) {
                throw new IllegalArgumentException(
                        "the header '" + name + "' cannot be sent: its name is reserved or no"
                                + " token, or its value has line feeds or other characters that no header holds");
            }
        });
        return Map.copyOf(headers);
    }

    /** What came back. */
    record Answer(int status, String body, @Nullable Duration retryAfter) {}

    /** The host for messages: an address may hold secrets in its user part or query. */
    String place() {
        return address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }

    /**
     * Sends and waits.
     *
     * @throws IOException if there is no answer, in this limit or of this size
     * @throws TimeoutException if the grading's own time is over
     */
    Answer send(Map<String, String> headers, String body) throws IOException, TimeoutException, InterruptedException {
        Deadline deadline = Deadline.current();
        deadline.check();
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        headers.forEach(request::setHeader);
        boolean grading = deadline.remaining().compareTo(timeLimit) < 0;
        Duration limit = grading ? deadline.remaining() : timeLimit;
        CompletableFuture<HttpResponse<byte[]>> call =
                client.sendAsync(request.build(), info -> new BoundedBody(mostBytes));
        try {
            HttpResponse<byte[]> response = call.get(Math.max(1, limit.toNanos()), TimeUnit.NANOSECONDS);
            return new Answer(
                    response.statusCode(),
                    new String(response.body(), StandardCharsets.UTF_8),
                    retryAfter(response.headers(), Instant.now()).orElse(null));
        } catch (TimeoutException e) {
            if (grading) {
                throw e;
            }
            throw new IOException("no answer within " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
        } finally {
            call.cancel(true);
        }
    }

    /** Seconds or a date (RFC 9110, 10.2.3); {@code retry-after-ms} as OpenAI sends it goes first. */
    static Optional<Duration> retryAfter(HttpHeaders headers, Instant now) {
        Optional<Duration> exact =
                headers.firstValue("retry-after-ms").flatMap(HttpPost::number).map(ms -> seconds(ms / 1000));
        return exact.isPresent()
                ? exact
                : headers.firstValue("Retry-After")
                        .flatMap(text -> number(text).map(HttpPost::seconds).or(() -> date(text, now)));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) Math.ceil(Math.min(Math.max(seconds, 0), 1e6) * 1000));
    }

    private static Optional<Double> number(String text) {
        String digits = text.strip();
        boolean plain = !digits.isEmpty()
                && digits.length() < 12
                && digits.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.')
                && digits.chars().filter(c -> c == '.').count() <= 1
                && !digits.equals(".");
        return plain ? Optional.of(Double.parseDouble(digits)) : Optional.empty();
    }

    private static Optional<Duration> date(String text, Instant now) {
        try {
            Instant then = ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(then.isBefore(now) ? Duration.ZERO : Duration.between(now, then));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
