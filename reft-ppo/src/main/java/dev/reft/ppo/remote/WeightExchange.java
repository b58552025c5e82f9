package dev.reft.ppo.remote;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Which weights the server has, and the way in which it gets others. */
final class WeightExchange {
    private static final int KEPT = 2;

    private final HttpSamplerConfig config;
    private final JsonPost post;
    private final Deque<Path> written = new ArrayDeque<>();
    /** In the names of directories, so that runs that share a folder never take each other's. */
    private final String run = UUID.randomUUID().toString().substring(0, 8);

    /** Directories of refreshes that failed; the server may still read one, so each try has its own. */
    private final Deque<Path> failed = new ArrayDeque<>();

    private long tries;
    private volatile long number;
    private volatile boolean unknown;

    WeightExchange(HttpSamplerConfig config, JsonPost post) {
        this.config = config;
        this.post = post;
    }

    /** Refreshes that succeeded. */
    long number() {
        return number;
    }

    void checkKnown() {
        if (unknown) {
            throw new IllegalStateException(
                    "a refresh failed or is under way: which weights the server has is unknown");
        }
    }

    synchronized void refresh(Path exported) {
        WeightReload reload = config.reload()
                .orElseThrow(() -> new IllegalStateException("the sampler of "
                        + config.address().getHost() + " has no way for new weights: withReload(...)"));
        long next = number + 1;
        String name = String.format(Locale.ROOT, "weights-%s-%06d", run, ++tries);
        Path directory = reload.folder().resolve(name);
        try {
            AtomicFiles.writeDirectory(directory, aside -> copy(exported, aside));
            failed.add(directory); // until the server says otherwise
            unknown = true;
            load(reload, name, next);
            failed.remove(directory);
            number = next;
            unknown = false;
            written.add(directory);
            deleteFailed();
            while (written.size() > KEPT) {
                AtomicFiles.deleteTree(written.remove());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("handing weights over in " + directory, e);
        }
    }

    private void deleteFailed() throws IOException {
        while (!failed.isEmpty()) {
            AtomicFiles.deleteTree(failed.remove());
        }
    }

    /** Deletes what the server was told to forget; what it has now stays, since it may open its files again. */
    synchronized void close() {
        try {
            deleteFailed();
            while (written.size() > 1) {
                AtomicFiles.deleteTree(written.remove());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("deleting weights that were handed over", e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(target);
            } else {
                Files.copy(file, target);
            }
        }
    }

    private void load(WeightReload reload, String name, long version) {
        String base = reload.seenAs();
        String directory = base.endsWith("/") ? base + name : base + "/" + name;
        Map<String, Object> fields = new LinkedHashMap<>();
        reload.body().forEach((field, value) -> {
            String text = value.replace("{directory}", directory).replace("{version}", Long.toString(version));
            fields.put(field, text.equals("true") || text.equals("false") ? (Object) Boolean.valueOf(text) : text);
        });
        String body = Exchange.write(fields);
        String what = post.place(reload.endpoint()) + ": loading weights " + version + " from " + directory;
        String problem = "";
        for (int attempt = 1; attempt <= config.attempts(); attempt++) {
            try {
                JsonPost.Answer answer = post.send(reload.endpoint(), body, reload.limit());
                if (answer.status() / 100 == 2 && !saysNo(answer.body())) {
                    return;
                }
                problem = "status " + answer.status() + ", " + post.quote(answer.body());
                if (!Retries.isPassing(answer.status())) {
                    break;
                }
            } catch (IOException e) {
                problem = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                throw Retries.cancelled(what, e);
            }
            Retries.pause(config, attempt, "", what);
        }
        throw new RemoteSamplerException(what + " failed: " + problem);
    }

    /** SGLang says {@code "success": false} with a status of its own choice. */
    private static boolean saysNo(String body) {
        try {
            JsonNode answer = Exchange.parse(body);
            return answer.isObject()
                    && answer.path("success").isBoolean()
                    && !answer.path("success").asBoolean();
        } catch (JacksonException e) {
            return false; // vLLM says so in plain words, with the status 200
        }
    }
}
