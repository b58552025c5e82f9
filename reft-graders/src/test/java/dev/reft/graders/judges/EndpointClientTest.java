package dev.reft.graders.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.execution.RetryPolicy;
import dev.reft.grading.Deadline;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointClientTest {
    private static final RetryPolicy QUICK =
            new RetryPolicy(4, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0, RetryPolicy::isTransient);

    private static EndpointClient client(FakeServer server, Double rate) {
        return new EndpointClient(server.base(), Map.of("api-key", "hidden-value"), rate, Duration.ofSeconds(5), QUICK);
    }

    @Test
    void sendsSampleItemAndTrace() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(200, "{\"score\": 5.5, \"more\": 1}"))) {
            assertEquals(5.5, client(server, null).score(Map.of("output_text", "a"), Map.of("q", 1), "trace_1"));
            assertEquals(
                    "{\"sample\":{\"output_text\":\"a\"},\"item\":{\"q\":1},\"trace_id\":\"trace_1\"}",
                    server.bodies().get(0));
        }
    }

    @Test
    void isTriedFourTimesAndThenFails() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(500, "hidden-value is wrong"))) {
            JudgeException thrown = assertThrows(
                    JudgeException.class, () -> client(server, null).score(Map.of(), Map.of(), "t"));
            assertEquals(4, server.calls());
            assertFalse(thrown.getMessage().contains("hidden-value"));
        }
    }

    @Test
    void largeRequestsAreNotSent() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(200, "{\"score\": 1}"))) {
            Map<String, Object> sample = Map.of("output_text", "x".repeat(EndpointClient.MOST_BYTES));
            assertThrows(JudgeException.class, () -> client(server, null).score(sample, Map.of(), "t"));
            assertEquals(0, server.calls());
        }
    }

    @Test
    void keepsItsRate() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(200, "{\"score\": 1}"))) {
            EndpointClient client = client(server, 20.0);
            long start = System.nanoTime();
            for (int i = 0; i < 7; i++) {
                client.score(Map.of(), Map.of(), "t");
            }
            assertTrue(System.nanoTime() - start >= 295_000_000L, "seven calls at 20 a second need 300 ms");
        }
    }

    @Test
    void turnsThatComeTooLateAreNotUsedUp() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(200, "{\"score\": 1}"))) {
            EndpointClient client = client(server, 4.0);
            client.score(Map.of(), Map.of(), "t");
            for (int i = 0; i < 100; i++) {
                assertThrows(
                        TimeoutException.class,
                        () -> Deadline.in(Duration.ofMillis(1)).call(() -> client.score(Map.of(), Map.of(), "t")));
            }
            long start = System.nanoTime();
            client.score(Map.of(), Map.of(), "t");
            assertTrue(System.nanoTime() - start < 10_000_000_000L, "it is the second call: its turn comes in 250 ms");
        }
    }

    @Test
    void aRateThatNeverComesToATurnIsRefused() {
        URI place = URI.create("http://localhost");
        assertThrows(IllegalArgumentException.class, () -> new EndpointClient(place, Map.of(), 1e-12));
        assertThrows(IllegalArgumentException.class, () -> new EndpointClient(place, Map.of(), 0.0));
    }

    @Test
    void headersThatCannotBeSentAreRefusedWithoutTheirValue() {
        URI place = URI.create("http://localhost");
        IllegalArgumentException thrown = assertThrows(
                IllegalArgumentException.class,
                () -> new EndpointClient(place, Map.of("api-key", "hidden\nvalue"), null));
        assertTrue(thrown.getMessage().contains("'api-key'"));
        for (Throwable one = thrown; one != null; one = one.getCause()) {
            assertFalse(one.toString().contains("hidden"), one::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"500, 295", "200, 0", "200, 195", "200, 295"})
    void noPartOfAKeyIsShownWhereAnAnswerIsCut(int status, int before) throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(status, "x".repeat(before) + "hidden-value"))) {
            JudgeException thrown = assertThrows(
                    JudgeException.class, () -> client(server, null).score(Map.of(), Map.of(), "t"));
            assertFalse(thrown.getMessage().contains("hidd"), thrown::getMessage);
        }
    }
}
