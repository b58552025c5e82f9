package dev.reft.graders.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.execution.GradingExecutor;
import dev.reft.graders.execution.RetryPolicy;
import dev.reft.graders.execution.Sample;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class HttpChatModelTest {
    private static final String KEY = "sk-very-secret-4711";
    private static final RetryPolicy QUICK =
            new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0, RetryPolicy::isTransient);

    private static HttpChatModel.Builder at(URI base) {
        return HttpChatModel.at(base, "judge")
                .key(() -> KEY)
                .retries(QUICK)
                .timeLimits(Duration.ofSeconds(2), Duration.ofSeconds(10));
    }

    private static ChatRequest question() {
        return new ChatRequest("", List.of(Message.user("Grade \"this\"")), ChatRequest.Options.GREEDY, null);
    }

    @Test
    void asksAndCounts() throws Exception {
        UsageMeter meter = new UsageMeter();
        try (FakeServer server = new FakeServer(FakeServer.chat("fine"))) {
            HttpChatModel judge =
                    at(server.base()).meter(meter, new TokenPrice(10, 1, 100)).build();
            ChatRequest.AnswerShape shape = new ChatRequest.AnswerShape("s", Map.of("type", "object"));
            ChatReply reply = judge.answer(new ChatRequest(
                    "other", question().messages(), new ChatRequest.Options(0.5, 0.9, 7L, 30, "low"), shape));
            assertEquals(new ChatReply("fine", "served", new TokenUsage(100, 20, 40)), reply);
            JsonNode sent = new ObjectMapper().readTree(server.bodies().get(0));
            assertEquals("other", sent.get("model").asString());
            assertEquals(
                    "Grade \"this\"", sent.get("messages").get(0).get("content").asString());
            assertEquals(0.5, sent.get("temperature").asDouble());
            assertEquals(30, sent.get("max_completion_tokens").asInt());
            assertEquals(7, sent.get("seed").asInt());
            assertEquals(
                    "s",
                    sent.get("response_format").get("json_schema").get("name").asString());
            assertEquals(List.of("Bearer " + KEY), server.authorizations());
            assertFalse(server.bodies().get(0).contains(KEY));
            UsageMeter.Line line = meter.lines().get("other");
            assertEquals(new UsageMeter.Line(1, 0, new TokenUsage(100, 20, 40), (60 * 10 + 40 + 2000) / 1e6), line);
        }
    }

    @Test
    void withoutStructuredOutputTheShapeIsTold() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.chat("fine"))) {
            HttpChatModel judge = at(server.base())
                    .structured(HttpChatModel.Structured.PROMPT_ONLY)
                    .build();
            ChatRequest.AnswerShape shape = new ChatRequest.AnswerShape("s", Map.of("type", "object"));
            judge.answer(new ChatRequest("", question().messages(), ChatRequest.Options.DEFAULT, shape));
            JsonNode sent = new ObjectMapper().readTree(server.bodies().get(0));
            assertFalse(sent.has("response_format"));
            assertTrue(sent.get("messages").get(0).get("content").asString().contains("{\"type\":\"object\"}"));
        }
    }

    @Test
    void failuresThatMayPassAreRepeated() throws Exception {
        try (FakeServer server =
                new FakeServer(FakeServer.says(503, "busy"), FakeServer.says(200, "<html>"), FakeServer.chat("fine"))) {
            HttpChatModel judge = at(server.base()).build();
            assertEquals("fine", judge.answer(question()).text());
            assertEquals(3, server.calls());
            assertEquals(2, judge.meter().lines().get("judge").failures());
        }
    }

    @Test
    void retryAfterIsKept() throws Exception {
        try (FakeServer server =
                new FakeServer(FakeServer.says(429, "slow", "Retry-After", "1"), FakeServer.chat("fine"))) {
            long start = System.nanoTime();
            assertEquals("fine", at(server.base()).build().answer(question()).text());
            assertTrue(System.nanoTime() - start >= 1_000_000_000L, "came back too soon");
        }
    }

    @Test
    void aWaitBeyondTheDeadlineIsNotBegun() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(429, "slow", "Retry-After", "30"))) {
            HttpChatModel judge = at(server.base()).build();
            long start = System.nanoTime();
            assertThrows(
                    JudgeException.class,
                    () -> Deadline.in(Duration.ofSeconds(5)).call(() -> judge.answer(question())));
            assertTrue(System.nanoTime() - start < 3_000_000_000L, "waited");
            assertEquals(1, server.calls());
        }
    }

    @Test
    void whatWillNotPassIsNotRepeated() throws Exception {
        for (int status : new int[] {400, 401, 403, 404, 301, 302}) {
            try (FakeServer server = new FakeServer(
                    FakeServer.says(status, "no: your key is " + KEY, "Location", "http://localhost:1/elsewhere"))) {
                JudgeException thrown = assertThrows(
                        JudgeException.class, () -> at(server.base()).build().answer(question()));
                assertEquals(1, server.calls());
                assertTrue(thrown.isFinal(), "a trainer must not ask again either");
                assertTrue(thrown.getMessage().contains("" + status), thrown.getMessage());
                assertNoKey(thrown);
            }
        }
    }

    @Test
    void stallingServersAreLeft() throws Exception {
        for (FakeServer.Step step : List.of(FakeServer.silent(), FakeServer.trickles())) {
            try (FakeServer server = new FakeServer(step)) {
                HttpChatModel judge = at(server.base())
                        .timeLimits(Duration.ofSeconds(2), Duration.ofMillis(300))
                        .build();
                long start = System.nanoTime();
                JudgeException thrown = assertThrows(JudgeException.class, () -> judge.answer(question()));
                assertEquals(JudgeException.Kind.SERVER, thrown.kind());
                assertTrue(System.nanoTime() - start < 4_000_000_000L, "waited too long");
                assertEquals(3, server.calls());
                assertTrue(thrown.isFinal(), "it was repeated already");
            }
        }
    }

    @Test
    void aTrainerDoesNotRepeatWhatTheJudgeRepeats() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(503, "busy"))) {
            HttpChatModel judge = at(server.base()).build();
            Grader grader = (prompt, completion) ->
                    Grade.of(judge.answer(question()).text().length());
            Grade grade;
            try (GradingExecutor executor = new GradingExecutor(grader, GradingLimits.DEFAULT)) {
                grade = executor.grade(List.of(Sample.of(Prompt.text("p", "", ""), 0, "")))
                        .get(0);
            }
            assertEquals(1, ((Grade.Failed) grade).attempts());
            assertEquals(3, server.calls());
        }
    }

    @Test
    void theGradingsDeadlineEndsACall() throws Exception {
        for (FakeServer.Step step : List.of(FakeServer.silent(), FakeServer.trickles())) {
            try (FakeServer server = new FakeServer(step)) {
                HttpChatModel judge = at(server.base()).build();
                judge.meter();
                long start = System.nanoTime();
                assertThrows(
                        TimeoutException.class,
                        () -> Deadline.in(Duration.ofMillis(300)).call(() -> judge.answer(question())));
                long late = (System.nanoTime() - start) / 1_000_000 - 300;
                assertTrue(late < 500, "late by " + late + " ms");
            }
        }
    }

    @Test
    void lyingServersAreNoAnswer() throws Exception {
        List<String> lies = List.of(
                "",
                "null",
                "[]",
                "{}",
                "{\"choices\":[]}",
                "{\"choices\":[1]}",
                "{\"choices\":[{\"message\":null}]}",
                "{\"error\":{\"message\":\"" + KEY + "\"}}",
                "{\"choices\":" + "[".repeat(5000),
                "x".repeat(9 << 20));
        for (String lie : lies) {
            try (FakeServer server = new FakeServer(FakeServer.says(200, lie))) {
                JudgeException thrown = assertThrows(
                        JudgeException.class, () -> at(server.base()).build().answer(question()));
                assertEquals(JudgeException.Kind.SERVER, thrown.kind());
                assertTrue(thrown.getMessage().length() < 1000);
                assertNoKey(thrown);
            }
        }
    }

    @Test
    void strangeUsageIsNotCounted() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(
                200,
                "{\"choices\":[{\"message\":{\"content\":[{\"text\":\"a\"},{\"text\":\"b\"}]}}],"
                        + "\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":1e300}}"))) {
            ChatReply reply = at(server.base()).build().answer(question());
            assertEquals(new ChatReply("ab", "judge", TokenUsage.NONE), reply);
        }
    }

    @Test
    void refusalsAreTold() throws Exception {
        for (String message : List.of(
                "{\"message\":{\"content\":null,\"refusal\":\"I will not\"}}",
                "{\"finish_reason\":\"content_filter\",\"message\":{\"content\":\"\"}}")) {
            try (FakeServer server = new FakeServer(FakeServer.says(200, "{\"choices\":[" + message + "]}"))) {
                JudgeException thrown = assertThrows(
                        JudgeException.class, () -> at(server.base()).build().answer(question()));
                assertEquals(JudgeException.Kind.REFUSAL, thrown.kind());
                assertEquals(1, server.calls());
            }
        }
    }

    @Test
    void nobodyListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        HttpChatModel judge =
                at(URI.create("http://localhost:" + port + "/v1?key=" + KEY)).build();
        JudgeException thrown = assertThrows(JudgeException.class, () -> judge.answer(question()));
        assertEquals(JudgeException.Kind.SERVER, thrown.kind());
        assertNoKey(thrown);
    }

    @Test
    void theKeyIsNeverShown() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.chat("your key is " + KEY))) {
            HttpChatModel judge = at(server.base()).build();
            assertFalse(judge.toString().contains(KEY));
            assertEquals("your key is [key]", judge.answer(question()).text());
        }
    }

    @Test
    void wrongAddressesAreRefused() {
        for (String address : List.of("ftp://x/v1", "nowhere", "file:///etc/passwd")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> at(URI.create(address)).build());
        }
    }

    private static void assertNoKey(Exception thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        assertFalse(trace.toString().contains(KEY), trace.toString());
    }

    @ParameterizedTest
    @CsvSource({"401, 290", "200, 0", "200, 190", "200, 290"})
    void noPartOfTheKeyIsShownWhereAnAnswerIsCut(int status, int before) throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.says(status, "x".repeat(before) + KEY))) {
            JudgeException thrown = assertThrows(
                    JudgeException.class, () -> at(server.base()).build().answer(question()));
            assertFalse(String.valueOf(thrown.getMessage()).contains("sk-v"), thrown::getMessage);
        }
    }

    @Test
    void aKeyThatCannotBeSentIsAFailureWithoutTheKey() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.chat("fine"))) {
            HttpChatModel judge =
                    at(server.base()).key(() -> KEY + "\nand more").build();
            JudgeException thrown = assertThrows(JudgeException.class, () -> judge.answer(question()));
            assertFalse(thrown.retryable());
            assertNoKey(thrown);
            assertEquals(0, server.calls());
            HttpChatModel.Builder header = at(server.base()).header("api-key", KEY + "\n");
            assertNoKey(assertThrows(IllegalArgumentException.class, header::build));
        }
    }

    @Test
    void shortKeysAreCutOutAsWords() throws Exception {
        try (FakeServer server = new FakeServer(
                FakeServer.chat("got abc; cabbage"), FakeServer.says(401, "no abc here"), FakeServer.chat("1 of 1"))) {
            HttpChatModel judge = HttpChatModel.at(server.base(), "judge")
                    .header("api-key", "abc")
                    .header("X-Version", "1")
                    .build();
            assertEquals("got [key]; cabbage", judge.answer(question()).text());
            JudgeException thrown = assertThrows(JudgeException.class, () -> judge.answer(question()));
            assertTrue(thrown.getMessage().contains("no [key] here"), thrown.getMessage());
            assertEquals("1 of 1", judge.answer(question()).text(), "a number may be the verdict");
        }
        assertEquals("[key], xab, [key]", Secret.redact("ab, xab, ab", "ab"));
        assertEquals("aaa [key]", Secret.redact("aaa aa", "aa"));
    }
}
