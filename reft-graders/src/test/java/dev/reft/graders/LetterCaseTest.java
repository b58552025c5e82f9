package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.graders.maths.MathGrader;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No grader lowers or raises a model's letters with what takes quadratic time; see {@link PythonCase}. */
class LetterCaseTest {
    /** Java's own on anything but a code point or an enum's name. */
    private static final Pattern QUADRATIC =
            Pattern.compile("(?<!\\bCharacter)(?<!\\bname\\(\\))(?:\\.|::)\\s*to(?:Lower|Upper)Case\\b");

    private static final String SIGMAS = "\u03A3".repeat(50_000);
    private static final List<String> TEXTS = List.of(
            SIGMAS,
            "The answer is: " + SIGMAS,
            "\\boxed{" + SIGMAS + "}",
            "#### " + SIGMAS,
            "{\"a\": \"" + SIGMAS + "\"}",
            "A\u03A3 ".repeat(17_000));

    static List<Grader> graders() throws Exception {
        List<Grader> all = new ArrayList<>(FuzzTest.graders());
        all.addAll(List.of(
                MathGrader.reward(),
                MathGrader.mathVerify(),
                MathGrader.hendrycks(),
                MathGrader.minerva(),
                MathGrader.prm800k()));
        return all;
    }

    @Test
    void sigmasStallNoGrader() throws Exception {
        Segment tokens = new Segment.Sampled(new int[] {3, 1, 3, 1}, new float[0], new float[0]);
        for (Grader grader : graders()) {
            for (String text : TEXTS) {
                Prompt prompt = Prompt.text("p", "", text);
                Completion completion = new Completion("p", 0, List.of(tokens), text, Finish.END);
                // The quadratic takes minutes, and looks at no deadline.
                assertTimeoutPreemptively(
                        Duration.ofSeconds(20),
                        () -> Deadline.in(Duration.ofSeconds(10)).call(() -> grader.grade(prompt, completion)),
                        () -> grader + " of " + text.substring(0, 9));
            }
        }
    }

    @Test
    void sourcesUseTheLinearOne() throws IOException {
        List<String> found = new ArrayList<>();
        int files = 0;
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path file : sources.filter(f -> f.toString().endsWith(".java")).toList()) {
                files++;
                QUADRATIC
                        .matcher(Files.readString(file))
                        .results()
                        .filter(hit -> !file.endsWith("PythonCase.java"))
                        .forEach(hit -> found.add(file + ": " + hit.group()));
            }
        }
        assertTrue(files > 100, "found only " + files + " sources");
        assertEquals(List.of(), found);
    }

    @Test
    void theSearchFindsThem() {
        for (String bad :
                List.of("text.toLowerCase(Locale.ROOT)", "a\n    .toUpperCase()", "map(String::toLowerCase)")) {
            assertTrue(QUADRATIC.matcher(bad).find(), bad);
        }
        for (String good : List.of("Character.toLowerCase(c)", "name().toLowerCase(Locale.ROOT)", "toLowerCase")) {
            assertEquals(false, QUADRATIC.matcher(good).find(), good);
        }
    }
}
