package dev.reft.checkpoint.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks a hub. Redirects are followed here, a few at most: the token goes to the hub's own scheme, host and port only, and
 * never from https to http.
 */
final class HubClient {
    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_TEXT = 64 << 20;
    private static final long POLL_MS = 50;

    private final Hub.Settings settings;
    private final HttpClient client;

    HubClient(Hub.Settings settings) {
        this.settings = settings;
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectLimit())
                .build();
    }

    /** Where an answer came from, its status and headers, and its text unless it went to a file. */
    record Answer(URI address, HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }
    }

    /** Where the bytes of a partial answer go. */
    record Part(FileChannel channel, long from, long size, FetchMeter meter) {}

    /** What the hub says of a file: the first answer that has a linked tag, or else the last. */
    Answer head(URI address) throws InterruptedException {
        return retrying(address, () -> follow(address, "HEAD", null, true));
    }

    Answer text(URI address) throws InterruptedException {
        return retrying(address, () -> follow(address, "GET", null, false));
    }

    /** Without retries: the caller knows how much has come. */
    Answer part(URI address, Part part) throws IOException, InterruptedException {
        return follow(address, "GET", part, false);
    }

    /** One attempt of a request. */
    private interface Attempt {
        Answer run() throws IOException, InterruptedException;
    }

    private Answer retrying(URI address, Attempt attempt) throws InterruptedException {
        for (int tried = 1; ; tried++) {
            try {
                Answer answer = attempt.run();
                if (!isPassing(answer.status()) || tried == settings.attempts()) {
                    return answer;
                }
                pause(tried, answer.header("Retry-After").orElse(""));
            } catch (IOException e) {
                if (tried == settings.attempts()) {
                    throw new HubException(address, "no whole answer in " + tried + " attempts: " + e.getMessage(), e);
                }
                pause(tried, "");
            }
        }
    }

    /** Whether a later attempt may go better. */
    static boolean isPassing(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    /** Doubling, half a minute at most; longer where the hub asks for it in seconds, two minutes at most. */
    void pause(int tried, String retryAfter) throws InterruptedException {
        long pause = Math.min(30_000, settings.backoff().toMillis() << Math.min(tried - 1, 16));
        String seconds = retryAfter.strip();
        if (!seconds.isEmpty() && seconds.length() < 9 && seconds.chars().allMatch(c -> c >= '0' && c <= '9')) {
            pause = Math.max(pause, Math.min(120, Long.parseLong(seconds)) * 1000);
        }
        Thread.sleep(pause);
    }

    private Answer follow(URI start, String method, @Nullable Part part, boolean linkedTag)
            throws IOException, InterruptedException {
        URI address = start;
        for (int redirects = 0; ; redirects++) {
            HttpResponse<String> response = send(address, method, part);
            int status = response.statusCode();
            if (status < 301 || status == 304 || status > 308) {
                return new Answer(address, response);
            }
            if (linkedTag && response.headers().firstValue("X-Linked-Etag").isPresent()) {
                return new Answer(address, response);
            }
            String place = response.headers().firstValue("Location").orElse("");
            if (redirects == MOST_REDIRECTS) {
                throw new HubException(start, status, "more than " + MOST_REDIRECTS + " redirects");
            }
            address = next(address, place, status);
        }
    }

    private static URI next(URI from, String place, int status) {
        URI to;
        try {
            to = from.resolve(place);
        } catch (IllegalArgumentException e) {
            throw new HubException(from, "redirects to something that is no address", e);
        }
        String scheme = String.valueOf(to.getScheme());
        boolean fine = to.getHost() != null
                && !place.isEmpty()
                && (scheme.equals("https") || (scheme.equals("http") && "http".equals(from.getScheme())));
        if (!fine) {
            throw new HubException(
                    from, status, "redirects to " + HubException.plain(to) + ", which is not followed from here");
        }
        return to;
    }

    private boolean isHub(URI address) {
        URI hub = settings.address();
        return hub.getScheme().equalsIgnoreCase(address.getScheme())
                && hub.getHost().equalsIgnoreCase(address.getHost())
                && hub.getPort() == address.getPort();
    }

    private HttpResponse<String> send(URI address, String method, @Nullable Part part)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(settings.stallLimit())
                .setHeader("Accept-Encoding", "identity")
                .setHeader("User-Agent", "reft");
        if (!settings.token().isEmpty() && isHub(address)) {
            request.setHeader("Authorization", "Bearer " + settings.token());
        }
        if (part != null && part.from() > 0) {
            request.setHeader("Range", "bytes=" + part.from() + "-");
        }
        AtomicLong lastArrival = new AtomicLong(System.nanoTime());
        CompletableFuture<HttpResponse<String>> call =
                client.sendAsync(request.build(), info -> body(info, part, lastArrival));
        try {
            return await(call, lastArrival);
        } finally {
            call.cancel(true);
        }
    }

    private static PartBody body(HttpResponse.ResponseInfo info, @Nullable Part part, AtomicLong lastArrival) {
        lastArrival.set(System.nanoTime());
        FetchMeter none = new FetchMeter();
        int status = info.statusCode();
        if (part == null || (status != 200 && status != 206)) {
            return new PartBody(null, MOST_TEXT, lastArrival, none);
        }
        long from = status == 200 ? 0 : part.from();
        if (status == 206
                && !info.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + from + "-")) {
            return failed(lastArrival, new IOException("another part of the file came than was asked for"));
        }
        try {
            if (status == 200 && part.from() > 0) {
                part.meter().add(-part.from()); // the whole file comes again
            }
            part.channel().truncate(from).position(from);
            return new PartBody(part.channel(), part.size() - from, lastArrival, part.meter());
        } catch (IOException e) {
            return failed(lastArrival, e);
        }
    }

    private static PartBody failed(AtomicLong lastArrival, IOException failure) {
        PartBody failed = new PartBody(null, 0, lastArrival, new FetchMeter());
        failed.onError(failure);
        return failed;
    }

    private HttpResponse<String> await(CompletableFuture<HttpResponse<String>> call, AtomicLong lastArrival)
            throws IOException, InterruptedException {
        while (true) {
            try {
                return call.get(POLL_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (System.nanoTime() - lastArrival.get()
                        > settings.stallLimit().toNanos()) {
                    throw new IOException(
                            "nothing came for " + settings.stallLimit().toMillis() + " ms", e);
                }
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new IOException(cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
            } catch (CancellationException e) {
                throw new IOException("the connection was cancelled", e);
            }
        }
    }
}
