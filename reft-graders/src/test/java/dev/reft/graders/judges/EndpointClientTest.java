package dev.reft.graders.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.execution.RetryPolicy;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
}
