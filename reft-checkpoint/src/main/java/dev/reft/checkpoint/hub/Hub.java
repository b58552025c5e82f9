package dev.reft.checkpoint.hub;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;

/**
 * A hub that speaks the protocol of Hugging Face's, at an address that the host gives. Nothing is fetched but by
 * {@link #fetch(String)}; opening a model by its name reads the cache only.
 *
 * <pre>{@code
 * Path model = Hub.at(URI.create("https://hub.example")).token(token).fetch("owner/name@revision");
 * }</pre>
 *
 * <p>A fetch goes on where an earlier one was interrupted or killed. Every file is checked against the hash that the hub
 * names. Only files that a model needs are fetched: configuration, tokenizer, chat template, safetensors, an adapter's
 * files, one GGUF file, or one ONNX graph with its data; never pickles. The cache's layout is that of the field's tools: {@code
 * models--owner--name/blobs/HASH}, {@code snapshots/COMMIT/FILE} (links to blobs) and {@code refs/REVISION}. Fetches of
 * several threads and processes of this library wait for each other, file by file. Immutable; any thread may use it.
 */
public final class Hub {
    /** All that a fetch depends on; an empty token or chosen file is none. */
    record Settings(
            URI address,
            String token,
            HubCache cache,
            String chosen,
            Duration connectLimit,
            Duration stallLimit,
            int attempts,
            Duration backoff,
            long mostBytes) {
        /** For messages: without the token. */
        @Override
        public String toString() {
            return "Hub[" + HubException.plain(address) + "]";
        }
    }

    private final Settings settings;

    private Hub(Settings settings) {
        this.settings = settings;
    }

    /**
     * A hub, with the cache that other tools use, no token, 5 attempts and limits of 10 seconds to connect, 60 seconds
     * without a byte, and 1 TiB a model.
     *
     * @param address http or https, a host, and perhaps a path; no query and no user
     * @return the hub
     * @throws IllegalArgumentException if it is no such address
     */
    public static Hub at(URI address) {
        String scheme = String.valueOf(address.getScheme());
        if (address.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "a hub's address has http or https and a host, not the scheme '" + scheme + "'");
        }
        if (address.getRawQuery() != null || address.getRawUserInfo() != null || address.getRawFragment() != null) {
            throw new IllegalArgumentException(HubException.plain(address)
                    + ": a hub's address has no query, user or fragment; the token has its own call");
        }
        return new Hub(new Settings(
                address,
                "",
                HubCache.standard(),
                "",
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                5,
                Duration.ofSeconds(1),
                1L << 40));
    }

    /**
     * With a token, which is sent to the hub's own host only and is in no message.
     *
     * @param token printable ASCII without spaces
     * @return such a hub
     * @throws IllegalArgumentException if it has other characters; they are not told
     */
    public Hub token(String token) {
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("the token is empty or has characters that no header holds");
        }
        Settings s = settings;
        return new Hub(new Settings(
                s.address, token, s.cache, s.chosen, s.connectLimit, s.stallLimit, s.attempts, s.backoff, s.mostBytes));
    }

    /**
     * With another cache.
     *
     * @param folder the cache's folder, made where it does not exist
     * @return such a hub
     */
    public Hub cache(Path folder) {
        Settings s = settings;
        return new Hub(new Settings(
                s.address,
                s.token,
                HubCache.at(folder),
                s.chosen,
                s.connectLimit,
                s.stallLimit,
                s.attempts,
                s.backoff,
                s.mostBytes));
    }

    /**
     * Fetches one GGUF file instead of safetensors.
     *
     * @param file its name in the repository
     * @return such a hub
     * @throws IllegalArgumentException if the name does not end in {@code .gguf} or would leave its folder
     */
    public Hub gguf(String file) {
        if (!ModelFiles.isGguf(file) || !ModelFiles.isPlain(file)) {
            throw new IllegalArgumentException("'" + file + "' is no plain name of a .gguf file");
        }
        return choosing(file);
    }

    /**
     * Fetches one ONNX graph, with the data that lie beside it under its name, instead of safetensors.
     *
     * @param file its name in the repository, such as {@code onnx/model.onnx}
     * @return such a hub
     * @throws IllegalArgumentException if the name does not end in {@code .onnx} or would leave its folder
     */
    public Hub onnx(String file) {
        if (!ModelFiles.isOnnx(file) || !ModelFiles.isPlain(file)) {
            throw new IllegalArgumentException("'" + file + "' is no plain name of an .onnx file");
        }
        return choosing(file);
    }

    private Hub choosing(String file) {
        Settings s = settings;
        return new Hub(new Settings(
                s.address, s.token, s.cache, file, s.connectLimit, s.stallLimit, s.attempts, s.backoff, s.mostBytes));
    }

    /**
     * With other limits.
     *
     * @param connect most time to connect, positive
     * @param stall most time without a byte, and most time to wait for another fetch that holds a file is 60 times this
     * @param attempts attempts of a request, and attempts of a file in a row that bring nothing new, &gt;= 1
     * @param backoff pause after the first failed attempt, doubled after each further one
     * @param mostBytes most bytes of a model, positive
     * @return such a hub
     * @throws IllegalArgumentException if one is out of its range
     */
    public Hub limits(Duration connect, Duration stall, int attempts, Duration backoff, long mostBytes) {
        if (connect.isNegative() || connect.isZero() || stall.isNegative() || stall.isZero() || backoff.isNegative()) {
            throw new IllegalArgumentException("connect " + connect + " and stall " + stall
                    + " must be positive, backoff " + backoff + " not negative");
        }
        if (attempts < 1 || mostBytes < 1) {
            throw new IllegalArgumentException(
                    "attempts " + attempts + " and mostBytes " + mostBytes + " must be positive");
        }
        Settings s = settings;
        return new Hub(
                new Settings(s.address, s.token, s.cache, s.chosen, connect, stall, attempts, backoff, mostBytes));
    }

    /**
     * Fetches what is not in the cache yet, and waits for it.
     *
     * @param model {@code owner/name} or {@code owner/name@revision}
     * @return the snapshot's directory, or the file that {@link #gguf} or {@link #onnx} chose; for {@code ModelSpec}
     * @throws HubException if the hub refuses, fails in all attempts, or gives wrong bytes
     * @throws java.io.UncheckedIOException if the cache cannot be written
     * @throws CancellationException if the thread is interrupted; what came is kept
     */
    public Path fetch(String model) {
        return fetch(model, new FetchMeter());
    }

    /**
     * As {@link #fetch(String)}, with a progress that any thread may ask for.
     *
     * @param model {@code owner/name} or {@code owner/name@revision}
     * @param meter is told of this fetch
     * @return the snapshot's directory, or the file that was chosen
     */
    public Path fetch(String model, FetchMeter meter) {
        try {
            return new Fetch(settings, HubName.parse(model), meter).run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException cancelled = new CancellationException("fetching " + model + " was interrupted");
            cancelled.initCause(e);
            throw cancelled;
        }
    }

    /** The address, never the token. */
    @Override
    public String toString() {
        return settings.toString();
    }
}
