package dev.reft.checkpoint.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A hub on this machine with one model, whose answers for a file can be made to fail, one after the other. */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** Answers instead of the hub. */
    interface Step {
        void answer(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService pool = Executors.newCachedThreadPool();
    final Map<String, byte[]> files = new TreeMap<>();
    final Map<String, Deque<Step>> steps = new ConcurrentHashMap<>();
    /** Method, path, Range and Authorization of each request. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    volatile boolean listsHashes = true;

    FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(pool);
        server.createContext("/", this::answer);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Under another name, so for another host. */
    URI otherName() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    void then(String file, Step... more) {
        steps.computeIfAbsent(file, name -> new ArrayDeque<>()).addAll(Arrays.asList(more));
    }

    long asked(String part) {
        return requests.stream().filter(line -> line.contains(part)).count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try {
            String path = exchange.getRequestURI().getPath();
            requests.add(exchange.getRequestMethod() + " " + path + " "
                    + exchange.getRequestHeaders().getFirst("Range") + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            int root = path.indexOf("/" + COMMIT + "/");
            int from = root < 0 ? path.lastIndexOf('/') + 1 : root + COMMIT.length() + 2;
            String key = path.startsWith("/api/") ? "api" : path.substring(from);
            Deque<Step> own = steps.getOrDefault(key, new ArrayDeque<>());
            Step step;
            synchronized (own) {
                step = own.poll();
            }
            if (step != null) {
                step.answer(exchange);
            } else if (key.equals("api")) {
                says(200, listing()).answer(exchange);
            } else if (!files.containsKey(key)) {
                says(404, "no").answer(exchange);
            } else {
                send(exchange, files.get(key), files.get(key).length, "\"" + hash(key, files.get(key)) + "\"");
            }
        } finally {
            exchange.close();
        }
    }

    static Step says(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Breaks the connection off after so many bytes of what was asked for. */
    Step breaksAfter(String file, int bytes) {
        return exchange -> send(exchange, files.get(file), bytes, "\"" + hash(file, files.get(file)) + "\"");
    }

    /** As the file would be answered, with other bytes or another tag. */
    Step gives(byte[] content, String tag) {
        return exchange -> send(exchange, content, content.length, tag);
    }

    /** Sends the head and so many bytes, then nothing for a while. */
    Step stallsAfter(String file, int bytes, long ms) {
        return exchange -> {
            byte[] content = files.get(file);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(ms);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private static void send(HttpExchange exchange, byte[] content, int most, String tag) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        exchange.getResponseHeaders().set("ETag", tag);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + content.length);
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
        exchange.getResponseBody().write(content, from, Math.min(most, content.length - from));
        exchange.getResponseBody().flush();
    }

    private String listing() {
        StringBuilder text = new StringBuilder("{\"sha\":\"" + COMMIT + "\",\"siblings\":[");
        String comma = "";
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            String hash = hash(file.getKey(), file.getValue());
            text.append(comma).append("{\"rfilename\":\"").append(file.getKey()).append('"');
            if (listsHashes) {
                text.append(",\"size\":").append(file.getValue().length);
                text.append(
                        hash.length() == 64
                                ? ",\"lfs\":{\"sha256\":\"" + hash + "\",\"size\":" + file.getValue().length + "}"
                                : ",\"blobId\":\"" + hash + "\"");
            }
            text.append('}');
            comma = ",";
        }
        return text.append("]}").toString();
    }

    /** Weights are large files, the others lie in git. */
    static String hash(String name, byte[] content) {
        boolean large = name.endsWith(".safetensors") || name.endsWith(".gguf") || name.contains(".onnx");
        try {
            MessageDigest digest = MessageDigest.getInstance(large ? "SHA-256" : "SHA-1");
            if (!large) {
                digest.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.of().formatHex(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        pool.shutdownNow();
    }
}
