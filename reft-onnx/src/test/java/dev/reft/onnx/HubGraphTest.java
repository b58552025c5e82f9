package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.reft.checkpoint.hub.Hub;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.onnx.export.OnnxExportOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A graph with its data beside it, fetched from a hub on this machine and opened by the hub's name. */
class HubGraphTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final TokenBatch BATCH = TokenBatch.of(List.of(Row.of(new int[] {3, 1}, new int[] {4, 1, 5})));
    private static final Set<Output> LOG = Set.of(Output.LOG_PROB);

    @TempDir
    Path directory;

    @AfterEach
    void forget() {
        System.clearProperty("reft.hub.cache");
    }

    /** The files below a directory, by their names in the repository. */
    private static Map<String, byte[]> files(Path root, String into) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(root)) {
            for (Path file : all.toList()) {
                String name = String.valueOf(file.getFileName());
                files.put(name.contains(".onnx") ? into + name : name, Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static String listing(Map<String, byte[]> files) {
        return files.entrySet().stream()
                .map(file -> "{\"rfilename\":\"" + file.getKey() + "\",\"lfs\":{\"sha256\":\"" + hash(file.getValue())
                        + "\",\"size\":" + file.getValue().length + "}}")
                .collect(Collectors.joining(",", "{\"sha\":\"" + COMMIT + "\",\"siblings\":[", "]}"));
    }

    private static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpServer serve(Map<String, byte[]> files) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String root = "/own/tiny/resolve/" + COMMIT + "/";
        server.createContext(
                "/api/", exchange -> answer(exchange, listing(files).getBytes(StandardCharsets.UTF_8)));
        server.createContext(
                root,
                exchange -> answer(
                        exchange, files.get(exchange.getRequestURI().getPath().substring(root.length()))));
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, byte[] body) {
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aGraphIsOpenedByTheHubsName() throws IOException {
        Path graph = TinyGraph.graph(
                TinyGraph.withTokenizer(TinyGraph.llama(directory.resolve("llama"), "3")),
                new OnnxExportOptions(true, false, true, true));
        Path cache = directory.resolve("cache");
        HttpServer server = serve(files(graph, "onnx/"));
        try {
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            Hub.at(address).cache(cache).fetch("own/tiny");
        } finally {
            server.stop(0);
        }
        ModelSpec spec = new ModelSpec("own/tiny", "cpu", Precision.FP32, List.of(new Threads(1)));
        String before = new OnnxProvider().refuses(spec).orElse("");
        assertTrue(before.contains("Hub.at(address).fetch(\"own/tiny\")"), before);
        System.setProperty("reft.hub.cache", cache.toString());
        try (LanguageModel expected = (LanguageModel) new OnnxProvider().open(Golden.spec(graph));
                LanguageModel found = (LanguageModel) new OnnxProvider().open(spec)) {
            assertArrayEquals(
                    expected.score(BATCH, LOG).logProbs()[0],
                    found.score(BATCH, LOG).logProbs()[0]);
            assertEquals(Set.of(3), found.tokenizer().endIds());
        }
    }
}
