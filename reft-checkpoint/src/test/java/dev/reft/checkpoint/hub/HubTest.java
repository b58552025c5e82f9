package dev.reft.checkpoint.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.CheckpointException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching from a hub that behaves, and from one that does not. */
class HubTest {
    private static final String WEIGHTS = "model.safetensors";
    private static final String TOKEN = "hf_secret123";

    @TempDir
    Path cache;

    private FakeHub fake;
    private byte[] weights;

    @BeforeEach
    void open() throws IOException {
        fake = new FakeHub();
        weights = new byte[200_000];
        new Random(1).nextBytes(weights);
        fake.files.put("config.json", text("{}"));
        fake.files.put("tokenizer.json", text("{\"a\":1}"));
        fake.files.put(WEIGHTS, weights);
        fake.files.put("pytorch_model.bin", text("a pickle"));
        fake.files.put("README.md", text("hello"));
    }

    @AfterEach
    void close() {
        fake.close();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Hub hub() {
        return Hub.at(fake.address())
                .token(TOKEN)
                .cache(cache)
                .limits(Duration.ofSeconds(5), Duration.ofMillis(700), 3, Duration.ofMillis(1), 1 << 20);
    }

    private HubException refused(Hub hub, String model) {
        HubException e = assertThrows(HubException.class, () -> hub.fetch(model));
        assertFalse(String.valueOf(e.getMessage()).contains(TOKEN), e.getMessage());
        return e;
    }

    private Path blob(String file) {
        return cache.resolve("models--own--tiny/blobs").resolve(FakeHub.hash(file, fake.files.get(file)));
    }

    @Test
    void fetchesWhatAModelNeedsInTheSharedLayout() throws IOException {
        FetchMeter meter = new FetchMeter();
        Path snapshot = hub().fetch("own/tiny@v1.0", meter);
        assertEquals(cache.resolve("models--own--tiny/snapshots/" + FakeHub.COMMIT), snapshot);
        try (Stream<Path> names = Files.list(snapshot)) {
            assertEquals(
                    List.of("config.json", WEIGHTS, "tokenizer.json"),
                    names.map(path -> path.getFileName().toString()).sorted().toList());
        }
        assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
        assertEquals(
                Path.of("../../blobs").resolve(FakeHub.hash(WEIGHTS, weights)),
                Files.readSymbolicLink(snapshot.resolve(WEIGHTS)));
        assertEquals(FakeHub.COMMIT, Files.readString(cache.resolve("models--own--tiny/refs/v1.0")));
        assertEquals(new FetchProgress("", 3, 3, weights.length + 9, weights.length + 9), meter.progress());
        int asked = fake.requests.size();
        hub().fetch("own/tiny@v1.0");
        assertEquals(asked + 1, fake.requests.size(), "only the listing is asked for again");
        assertEquals(
                snapshot,
                HubCache.at(cache).find(HubName.parse("own/tiny@v1.0")).orElseThrow());
        assertEquals(
                snapshot,
                HubCache.at(cache)
                        .find(HubName.parse("own/tiny@" + FakeHub.COMMIT))
                        .orElseThrow());
        assertTrue(HubCache.at(cache).find(HubName.parse("own/tiny")).isEmpty());
    }

    @Test
    void takesHashesFromHeadersWhereTheListingHasNone() throws IOException {
        fake.listsHashes = false;
        assertArrayEquals(weights, Files.readAllBytes(hub().fetch("own/tiny").resolve(WEIGHTS)));
        assertEquals(3, fake.asked("HEAD "));
    }

    @Test
    void goesOnWhereAConnectionBroke() throws IOException {
        fake.then(WEIGHTS, fake.breaksAfter(WEIGHTS, 50_000), fake.breaksAfter(WEIGHTS, 60_000));
        FetchMeter meter = new FetchMeter();
        Path snapshot = hub().fetch("own/tiny", meter);
        assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
        assertTrue(fake.asked("bytes=") >= 1, fake.requests.toString());
        assertEquals(meter.progress().allBytes(), meter.progress().bytes());
    }

    @Test
    void goesOnAfterAnInterruptOrAKill() throws Exception {
        Files.createDirectories(blob(WEIGHTS).getParent());
        Path part = blob(WEIGHTS).resolveSibling(blob(WEIGHTS).getFileName() + ".incomplete");
        fake.then(WEIGHTS, fake.stallsAfter(WEIGHTS, 70_000, 5_000));
        List<Throwable> thrown = new ArrayList<>();
        Hub patient = hub().limits(Duration.ofSeconds(5), Duration.ofSeconds(30), 3, Duration.ofMillis(1), 1 << 20);
        Thread thread = new Thread(() -> {
            try {
                patient.fetch("own/tiny");
            } catch (RuntimeException e) {
                thrown.add(e);
            }
        });
        thread.start();
        while (!Files.exists(part) || Files.size(part) < 70_000) {
            Thread.sleep(10);
        }
        thread.interrupt();
        thread.join();
        assertTrue(thrown.get(0) instanceof CancellationException, thrown.toString());
        assertTrue(HubCache.at(cache).find(HubName.parse("own/tiny")).isEmpty(), "no ref before all is there");
        assertArrayEquals(weights, Files.readAllBytes(patient.fetch("own/tiny").resolve(WEIGHTS)));
        assertEquals(1, fake.asked("bytes=70000-"), fake.requests.toString());
    }

    @Test
    void aPartOfOtherBytesIsFetchedAnew() throws IOException {
        Path part = blob(WEIGHTS).resolveSibling(blob(WEIGHTS).getFileName() + ".incomplete");
        Files.createDirectories(part.getParent());
        Files.write(part, new byte[1000]);
        assertArrayEquals(weights, Files.readAllBytes(hub().fetch("own/tiny").resolve(WEIGHTS)));
        assertEquals(1, fake.asked("bytes=1000-"));
    }

    @Test
    void refusesWrongBytesAndChangedTags() {
        byte[] wrong = weights.clone();
        wrong[5]++;
        String tag = "\"" + FakeHub.hash(WEIGHTS, weights) + "\"";
        fake.then(WEIGHTS, fake.gives(wrong, tag));
        HubException e = refused(hub(), "own/tiny");
        assertTrue(String.valueOf(e.getMessage()).contains("hash"), e.getMessage());
        assertFalse(Files.exists(blob(WEIGHTS)));
        fake.then(
                WEIGHTS,
                fake.breaksAfter(WEIGHTS, 1000),
                fake.gives(wrong, "\"" + FakeHub.hash(WEIGHTS, wrong) + "\""));
        HubException changed = refused(hub(), "own/tiny");
        assertTrue(String.valueOf(changed.getMessage()).contains("changed while"), changed.getMessage());
        fake.then(WEIGHTS, fake.gives(new byte[weights.length + 1], tag));
        assertTrue(String.valueOf(refused(hub(), "own/tiny").getMessage()).contains("more than"));
        assertFalse(Files.exists(blob(WEIGHTS)));
    }

    @Test
    void aPartThatWasNotAskedForIsNotWritten() throws IOException {
        FakeHub.Step other = FakeHub.says(206, "wrong", "Content-Range", "bytes 7-11/200000");
        fake.then(WEIGHTS, other, fake.breaksAfter(WEIGHTS, 50_000), other, other);
        assertArrayEquals(weights, Files.readAllBytes(hub().fetch("own/tiny").resolve(WEIGHTS)));
    }

    @Test
    void endsAStallAndGoesOn() throws IOException {
        fake.then(WEIGHTS, fake.stallsAfter(WEIGHTS, 30_000, 4_000));
        assertArrayEquals(weights, Files.readAllBytes(hub().fetch("own/tiny").resolve(WEIGHTS)));
    }

    @Test
    void sendsTheTokenToTheHubOnly() throws IOException {
        String there = "/elsewhere/" + WEIGHTS + "?Signature=sig456";
        fake.then(
                WEIGHTS,
                FakeHub.says(302, "", "Location", fake.otherName() + there),
                FakeHub.says(500, "away"),
                FakeHub.says(302, "", "Location", fake.otherName() + there));
        assertArrayEquals(weights, Files.readAllBytes(hub().fetch("own/tiny").resolve(WEIGHTS)));
        for (String request : fake.requests) {
            assertEquals(!request.contains("/elsewhere/"), request.endsWith("Bearer " + TOKEN), request);
        }
        assertEquals(2, fake.asked("/elsewhere/"));
    }

    @Test
    void boundsRedirects() {
        for (int i = 0; i < 6; i++) {
            fake.then("config.json", FakeHub.says(307, "", "Location", "/round/config.json"));
        }
        assertTrue(String.valueOf(refused(hub(), "own/tiny").getMessage()).contains("redirects"));
        fake.steps.clear();
        fake.then("config.json", FakeHub.says(302, "", "Location", "file:///etc/passwd"));
        assertTrue(String.valueOf(refused(hub(), "own/tiny").getMessage()).contains("not followed"));
    }

    @Test
    void tellsWhatAStatusMeans() throws IOException {
        fake.then("api", FakeHub.says(401, ""), FakeHub.says(404, ""));
        HubException access = refused(hub(), "own/tiny");
        assertEquals(401, access.status());
        assertTrue(String.valueOf(access.getMessage()).contains("another token"), access.getMessage());
        Hub anonymous = Hub.at(fake.address()).cache(cache);
        assertTrue(String.valueOf(refused(anonymous, "own/tiny").getMessage()).contains("Hub.token"));
        fake.then("api", FakeHub.says(500, ""), FakeHub.says(500, ""), FakeHub.says(503, ""));
        assertEquals(503, refused(hub(), "own/tiny").status());
        fake.then("api", FakeHub.says(200, "not json"));
        assertTrue(String.valueOf(refused(hub(), "own/tiny").getMessage()).contains("no JSON"));
        fake.then("config.json", FakeHub.says(429, "", "Retry-After", "0"), FakeHub.says(500, ""));
        assertTrue(Files.exists(hub().fetch("own/tiny").resolve("config.json")));
    }

    @Test
    void twoFetchesAtOnceFetchOnce() {
        fake.then(WEIGHTS, exchange -> {
            fake.stallsAfter(WEIGHTS, 10, 200).answer(exchange);
        });
        List<CompletableFuture<Path>> both = List.of(
                CompletableFuture.supplyAsync(() -> hub().fetch("own/tiny")),
                CompletableFuture.supplyAsync(() -> hub().fetch("own/tiny")));
        assertEquals(both.get(0).join(), both.get(1).join());
        assertEquals(2, fake.asked("/" + WEIGHTS), fake.requests.toString()); // the broken one and its second part
    }

    @Test
    void readsShardsByTheirIndexAndNoOthers() throws IOException {
        fake.files.remove(WEIGHTS);
        fake.files.put("model-00001-of-00002.safetensors", text("one"));
        fake.files.put("model-00002-of-00002.safetensors", text("two"));
        fake.files.put("other.safetensors", text("three"));
        fake.files.put(
                ModelFiles.INDEX,
                text(
                        "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}}"));
        Path snapshot = hub().fetch("own/tiny");
        assertEquals("two", Files.readString(snapshot.resolve("model-00002-of-00002.safetensors")));
        assertFalse(Files.exists(snapshot.resolve("other.safetensors")));
        fake.files.put(ModelFiles.INDEX, text("{\"weight_map\":{\"a\":\"../../../evil\"}}"));
        assertTrue(String.valueOf(refused(hub(), "own/tiny").getMessage()).contains("no plain name"));
    }

    @Test
    void choosesOneGguf() throws IOException {
        fake.files.remove(WEIGHTS);
        fake.files.put("a-q4.gguf", text("four"));
        fake.files.put("a-q8.gguf", text("eight"));
        assertTrue(String.valueOf(refused(hub(), "own/tiny").getMessage()).contains("[a-q4.gguf, a-q8.gguf]"));
        Path file = hub().gguf("a-q8.gguf").fetch("own/tiny");
        assertEquals("eight", Files.readString(file));
        assertTrue(file.endsWith("a-q8.gguf"));
        assertEquals(0, fake.asked("a-q4"));
    }

    @Test
    void fetchesAGraphWithItsData() throws IOException {
        fake.files.remove(WEIGHTS);
        fake.files.put("onnx/model.onnx", text("graph"));
        fake.files.put("onnx/model.onnx_data", weights);
        fake.files.put("onnx/model.onnx_data_1", text("more"));
        fake.files.put("onnx/model_q4.onnx", text("small"));
        fake.files.put("onnx/model_q4.onnx.data", text("smaller"));
        fake.files.put("1_Pooling/config.json", text("{\"pooling_mode_mean_tokens\":true}"));
        fake.then("onnx/model.onnx_data", fake.breaksAfter("onnx/model.onnx_data", 70_000));
        Path snapshot = hub().fetch("own/tiny");
        assertEquals(cache.resolve("models--own--tiny/snapshots/" + FakeHub.COMMIT), snapshot);
        assertEquals("graph", Files.readString(snapshot.resolve("onnx/model.onnx")));
        assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve("onnx/model.onnx_data")));
        assertEquals("more", Files.readString(snapshot.resolve("onnx/model.onnx_data_1")));
        assertTrue(Files.isRegularFile(snapshot.resolve("1_Pooling/config.json")));
        assertEquals(0, fake.asked("model_q4"));
        Path other = hub().onnx("onnx/model_q4.onnx").fetch("own/tiny");
        assertEquals(snapshot.resolve("onnx/model_q4.onnx"), other);
        assertEquals("smaller", Files.readString(snapshot.resolve("onnx/model_q4.onnx.data")));
        assertTrue(String.valueOf(
                        refused(hub().onnx("onnx/model_fp16.onnx"), "own/tiny").getMessage())
                .contains("[onnx/model.onnx, onnx/model_q4.onnx]"));
        fake.files.remove("onnx/model.onnx");
        assertTrue(String.valueOf(refused(hub(), "own/tiny").getMessage()).contains("Hub.onnx"));
        assertThrows(IllegalArgumentException.class, () -> hub().onnx("../model.onnx"));
        assertThrows(IllegalArgumentException.class, () -> hub().onnx("model.bin"));
    }

    @Test
    void bytesAreBounded() {
        Hub small = hub().limits(Duration.ofSeconds(5), Duration.ofSeconds(1), 1, Duration.ZERO, 1000);
        assertTrue(String.valueOf(refused(small, "own/tiny").getMessage()).contains("more than the 1000"));
    }

    @Test
    void refusesNamesThatWouldLeaveTheCache() {
        for (String name : List.of(
                "tiny", "../tiny", "own/..", "own/tiny@../../x", "own/a/b", "own/tiny@", "own/ti ny", "o--n/x")) {
            assertThrows(IllegalArgumentException.class, () -> hub().fetch(name), name);
        }
        for (String file : List.of("../x", "a/../b", "/etc/x", "a\\b", "c:x", "", ".hidden", "a//b", "a/b/c/d")) {
            assertFalse(ModelFiles.isPlain(file), file);
        }
        assertThrows(IllegalArgumentException.class, () -> Hub.at(URI.create("http://u:p@h/")));
        IllegalArgumentException token = assertThrows(IllegalArgumentException.class, () -> hub().token("bad\nsecret"));
        assertFalse(String.valueOf(token.getMessage()).contains("secret"));
        assertFalse(hub().toString().contains(TOKEN));
    }

    @Test
    void aNameThatIsNotCachedSaysWhatToCall() {
        System.setProperty("reft.hub.cache", cache.toString());
        try {
            CheckpointException e =
                    assertThrows(CheckpointException.class, () -> Checkpoint.open(Path.of("own/tiny@main")));
            assertTrue(
                    String.valueOf(e.getMessage()).contains("Hub.at(address).fetch(\"own/tiny@main\")"),
                    e.getMessage());
            Path snapshot = hub().fetch("own/tiny");
            assertEquals(snapshot, HubCache.locate("own/tiny"));
            assertEquals(snapshot, HubCache.locate("own/tiny@main"));
            assertEquals(Path.of("own/other"), HubCache.locate("own/other"));
        } finally {
            System.clearProperty("reft.hub.cache");
        }
    }
}
