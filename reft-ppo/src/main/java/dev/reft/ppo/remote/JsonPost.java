package dev.reft.ppo.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A POST of JSON with a limit on its whole time and on its answer's size. Redirects are not followed: they would carry the key along. */
final class JsonPost {
    private static final int MOST_BYTES = 256 << 20;

    private final URI address;
    private final String key;
    private final HttpClient client;

    JsonPost(HttpSamplerConfig config) {
        address = config.address();
        key = config.key();
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.connectLimit())
                .build();
    }

    /** A status and the text that came with it. */
    record Answer(int status, String body, String retryAfter) {}

    URI place(String path) {
        String base = address.toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + path);
    }

    Answer send(String path, String body, Duration limit) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(place(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        CompletableFuture<HttpResponse<String>> call = client.sendAsync(request.build(), info -> new Body());
        try {
            HttpResponse<String> response = call.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("Retry-After").orElse(""));
        } catch (TimeoutException e) {
            throw new IOException("no whole answer within " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
        } finally {
            call.cancel(true);
        }
    }

    /** The first line of what a server said, without the key if it echoes it. */
    String quote(String body) {
        String line = body.lines().findFirst().orElse("");
        String clean = key.isEmpty() ? line : line.replace(key, "(key)");
        return "'" + (clean.length() > 300 ? clean.substring(0, 300) + "..." : clean) + "'";
    }

    private static final class Body implements HttpResponse.BodySubscriber<String> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<String> done = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        @Override
        public CompletionStage<String> getBody() {
            return done;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] part = new byte[buffer.remaining()];
                buffer.get(part);
                bytes.write(part, 0, part.length);
            }
            if (bytes.size() > MOST_BYTES && subscription != null) {
                subscription.cancel();
                done.completeExceptionally(new IOException("more than " + MOST_BYTES + " bytes"));
            }
        }

        @Override
        public void onError(Throwable failure) {
            done.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            done.complete(bytes.toString(StandardCharsets.UTF_8));
        }
    }
}
