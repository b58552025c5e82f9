package dev.reft.graders.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.ExactGrader;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

@Timeout(60)
class AuditLogTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Prompt PROMPT = Prompt.text("p", "q", "blue");

    @TempDir
    Path folder;

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> out = new ArrayList<>();
        for (String line : Files.readString(folder.resolve("log")).split("\n", -1)) {
            if (!line.isEmpty()) {
                out.add(JSON.readTree(line));
            }
        }
        return out;
    }

    @Test
    void tellsWhatWasReadComparedAndDecided() throws Exception {
        try (AuditLog log = AuditLog.open(folder.resolve("log"))) {
            Grader grader = new AuditedGrader(ExactGrader.after("answer:"), "colour", log);
            grader.grade(
                    PROMPT, Sample.of(PROMPT, 0, "answer: blue\n\ud800\u0000").completion());
            grader.grade(PROMPT, Sample.of(PROMPT, 1, "answer: red").completion());
            grader.grade(
                    Prompt.text("p2", "", ""),
                    Sample.of(PROMPT, 2, "x".repeat(100_000)).completion());
            Grader broken = new AuditedGrader(
                    (prompt, completion) -> {
                        throw new IOException("no service");
                    },
                    "remote",
                    log);
            assertThrows(
                    IOException.class,
                    () -> broken.grade(PROMPT, Sample.of(PROMPT, 3, "").completion()));
        }
        List<JsonNode> lines = lines();
        assertEquals(4, lines.size());
        assertEquals("score", lines.get(0).get("outcome").asString());
        assertEquals("blue", lines.get(0).get("extracted").asString());
        assertEquals("blue", lines.get(0).get("reference").asString());
        assertEquals(1, lines.get(0).get("score").asDouble());
        assertEquals(1, lines.get(0).get("parts").get("correct").asDouble());
        assertEquals(
                "answer: blue\n\ud800\u0000", lines.get(0).get("completion").asString());
        assertTrue(lines.get(0).get("millis").asDouble() >= 0);
        assertEquals("red", lines.get(1).get("extracted").asString());
        assertEquals(0, lines.get(1).get("score").asDouble());
        assertEquals("none", lines.get(2).get("outcome").asString());
        assertTrue(lines.get(2).get("completion").asString().length() < 11_000);
        assertEquals("failed", lines.get(3).get("outcome").asString());
        assertTrue(lines.get(3).get("explanation").asString().contains("no service"));
        assertEquals("remote", lines.get(3).get("grader").asString());
    }

    @Test
    void aTornLineIsCutOffAndWhatWasThereStays() throws Exception {
        Path file = folder.resolve("log");
        Files.writeString(file, "{\"a\":1}\n{\"b\":" + "x".repeat(20_000));
        try (AuditLog log = AuditLog.open(file)) {
            assertThrows(IOException.class, () -> AuditLog.open(file));
            log.write(Map.of("c", 3));
        }
        assertEquals("{\"a\":1}\n{\"c\":3}\n", Files.readString(file));
        Files.writeString(file, "no line at all");
        AuditLog.open(file).close();
        assertEquals("", Files.readString(file));
    }

    @Test
    void linesOfManyThreadsStayWholeThoughGradersAreInterrupted() throws Exception {
        Grader grader = (prompt, completion) -> {
            if (completion.sample() % 10 == 0) {
                new CountDownLatch(1).await();
            }
            return new Grade.Score(completion.sample(), Map.of(), List.of(), "y".repeat(3000), "");
        };
        try (AuditLog log = AuditLog.open(folder.resolve("log"));
                GradingExecutor executor = new GradingExecutor(
                        new AuditedGrader(grader, "slow", log),
                        new GradingLimits(8, Duration.ofMillis(600), 1, Duration.ofSeconds(5), 100))) {
            List<Sample> samples = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                samples.add(Sample.of(PROMPT, i, ""));
            }
            List<Grade> grades = executor.grade(samples);
            for (int i = 0; i < 100; i++) {
                assertEquals(i % 10 == 0, grades.get(i) instanceof Grade.Failed, "sample " + i);
            }
            assertEquals(100, executor.done());
            assertEquals(10, executor.timeouts());
        }
        TreeSet<Integer> seen = new TreeSet<>();
        lines().forEach(line -> seen.add(line.get("sample").asInt()));
        assertTrue(seen.size() >= 90, seen::toString);
        assertFalse(Files.readString(folder.resolve("log")).contains("\n\n"));
    }
}
