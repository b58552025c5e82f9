package dev.reft.examples.grade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.reft.examples.GradeFile;
import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.judges.ChatModel;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.JudgeException;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.graders.openai.GraderDefinition;
import dev.reft.graders.openai.GraderRun;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.JsonLines;
import dev.reft.grading.GradingException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class GradeFileTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    /** The command of the README, on the files that it names. */
    @Test
    void gradesTheSamplesOfTheReadme() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        assertTrue(readme.contains("-Dreft.main=dev.reft.examples.GradeFile"));
        assertTrue(readme.contains("--grader reft-examples/samples/person-grader.json"));
        Path out = folder.resolve("new").resolve("results.jsonl");
        int code = GradeFile.run(
                "--grader",
                "samples/person-grader.json",
                "--samples",
                "samples/person-samples.jsonl",
                "--out",
                out.toString(),
                "--threads",
                "2",
                "--strict");
        List<JsonNode> rows = rows(out);
        assertEquals(3, code);
        assertEquals(4, rows.size());
        assertEquals(1.0, rows.get(0).get("reward").asDouble());
        assertEquals(1.0, rows.get(1).get("sub_rewards").get("email").asDouble());
        assertTrue(rows.get(1).get("reward").asDouble() < 1);
        assertEquals(0.5, rows.get(2).get("reward").asDouble());
        assertEquals(0.0, rows.get(3).get("reward").asDouble());
        assertTrue(rows.get(3)
                .get("metadata")
                .get("errors")
                .get("invalid_variable_error")
                .asBoolean());
        assertEquals(
                List.of(1, 2, 3, 4),
                rows.stream().map(r -> r.get("row").asInt()).toList());
        assertEquals(
                List.of(true, true, false, false),
                rows.stream().map(r -> r.get("passed").asBoolean()).toList());
    }

    @Test
    void asksAJudge() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] body = ("{\"model\":\"m\",\"choices\":[{\"message\":{\"content\":\"{\\\"result\\\": 0.25}\"}}],"
                            + "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            Path grader = Files.writeString(
                    folder.resolve("g.json"),
                    "{\"type\":\"score_model\",\"name\":\"g\",\"model\":\"m\","
                            + "\"input\":[{\"role\":\"user\",\"content\":\"Grade {{sample.output_text}}\"}]}");
            Path samples =
                    Files.writeString(folder.resolve("s.jsonl"), "{\"text\":\"a\",\"q\":1}\n\n{\"text\":\"b\"}\n");
            Path out = folder.resolve("o.jsonl");
            int code = GradeFile.run(
                    "--grader",
                    grader.toString(),
                    "--samples",
                    samples.toString(),
                    "--out",
                    out.toString(),
                    "--field-sample",
                    "text",
                    "--judge",
                    "http://localhost:" + server.getAddress().getPort() + "/v1",
                    "--judge-price",
                    "1,0,1");
            assertEquals(0, code);
            assertEquals(
                    List.of(0.25, 0.25),
                    rows(out).stream().map(r -> r.get("reward").asDouble()).toList());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void runsPythonInTheSandbox() throws IOException {
        Path grader = Files.writeString(
                folder.resolve("g.json"),
                "{\"type\":\"python\",\"name\":\"g\",\"source\":\"def grade(sample, item):\\n"
                        + "    return len(sample['output_text']) / item['most']\\n\"}");
        Path samples = Files.writeString(
                folder.resolve("s.jsonl"),
                "{\"model_sample\":\"abc\",\"item\":{\"most\":4}}\n{\"model_sample\":\"abc\",\"item\":{}}\n");
        Path out = folder.resolve("o.jsonl");
        int code = GradeFile.run(
                "--grader", grader.toString(),
                "--samples", samples.toString(),
                "--out", out.toString(),
                "--threads", "1");
        assertEquals(3, code);
        List<JsonNode> rows = rows(out);
        assertEquals(0.75, rows.get(0).get("reward").asDouble());
        JsonNode errors = rows.get(1).get("metadata").get("errors");
        assertTrue(errors.get("python_grader_runtime_error").asBoolean());
        assertTrue(errors.get("python_grader_runtime_error_details").asString().contains("KeyError"));
    }

    /** Graders that hear no interrupt are given up; after so many the command ends, though they still run. */
    @Test
    @Timeout(60)
    void stuckGradersEndTheCommand() throws IOException {
        CountDownLatch release = new CountDownLatch(1);
        ChatModel deaf = request -> {
            while (true) {
                try {
                    release.await();
                    throw new JudgeException(JudgeException.Kind.SERVER, "released");
                } catch (InterruptedException e) {
                    continue;
                }
            }
        };
        GraderDefinition definition = GraderDefinition.read("{\"type\":\"score_model\",\"name\":\"g\",\"model\":\"m\","
                + "\"input\":[{\"role\":\"user\",\"content\":\"{{sample.output_text}}\"}]}");
        GraderRun run =
                new GraderRun(definition, GraderServices.builder().judge(deaf).build());
        Path samples = Files.writeString(folder.resolve("s.jsonl"), "{\"model_sample\":\"a\"}\n".repeat(20));
        Path out = folder.resolve("o.jsonl");
        GradeRows grading = new GradeRows(run, 2, Duration.ofMillis(50), 2, "model_sample", "item");
        try {
            GradingException stop = assertThrows(
                    GradingException.class, () -> grading.grade(JsonLines.read(samples), out, ProgressLine.standard()));
            assertTrue(stop.getMessage().contains("did not end"), stop.getMessage());
            assertFalse(Files.exists(out));
        } finally {
            release.countDown();
        }
    }

    @Test
    @Timeout(60)
    void aRowThatRunsOutOfTimeHasFailedAlone() throws IOException {
        ChatModel slowOnB = request -> {
            if (request.messages().toString().contains("b")) {
                new CountDownLatch(1).await();
            }
            return new ChatReply("{\"result\": 0.5}", "m", TokenUsage.NONE);
        };
        GraderDefinition definition = GraderDefinition.read("{\"type\":\"score_model\",\"name\":\"g\",\"model\":\"m\","
                + "\"input\":[{\"role\":\"user\",\"content\":\"{{sample.output_text}}\"}]}");
        GraderRun run = new GraderRun(
                definition, GraderServices.builder().judge(slowOnB).build());
        Path samples = Files.writeString(
                folder.resolve("s.jsonl"),
                "{\"model_sample\":\"x\"}\n{\"model_sample\":\"b\"}\n{\"model_sample\":\"x\"}\n");
        Path out = folder.resolve("o.jsonl");
        GradeSummary summary = new GradeRows(run, 1, Duration.ofMillis(200), 5, "model_sample", "item")
                .grade(JsonLines.read(samples), out, ProgressLine.standard());
        assertEquals(1, summary.flagged());
        assertEquals(
                List.of(0.5, 0.0, 0.5),
                rows(out).stream().map(r -> r.get("reward").asDouble()).toList());
        assertTrue(rows(out).get(1).get("remarks").asString().contains("limit"));
    }

    @Test
    void aWrongRowIsNamedAndNothingIsWritten() throws IOException {
        Path samples = Files.writeString(folder.resolve("s.jsonl"), "{\"model_sample\":\"a\"}\n{\"item\":{}}\n");
        Path out = Files.writeString(folder.resolve("o.jsonl"), "old\n");
        int code = GradeFile.run(
                "--grader", "samples/person-grader.json", "--samples", samples.toString(), "--out", out.toString());
        assertEquals(2, code);
        assertEquals("old\n", Files.readString(out));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void aWrongGraderIsRefused() throws IOException {
        Path grader = Files.writeString(folder.resolve("g.json"), "{\"type\":\"nope\"}");
        Path out = folder.resolve("o.jsonl");
        int code = GradeFile.run(
                "--grader", grader.toString(), "--samples", "samples/person-samples.jsonl", "--out", out.toString());
        assertEquals(2, code);
        assertFalse(Files.exists(out));
    }

    private static List<JsonNode> rows(Path file) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(JSON.readTree(line));
        }
        return rows;
    }
}
