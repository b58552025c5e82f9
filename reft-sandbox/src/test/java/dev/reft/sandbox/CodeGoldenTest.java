package dev.reft.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.reft.graders.programs.CodeBlock;
import dev.reft.graders.programs.CodeGrader;
import dev.reft.graders.programs.CodeScoring;
import dev.reft.graders.programs.CodeTest;
import dev.reft.graders.programs.OutputRule;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.TestAbortedException;
import tools.jackson.databind.JsonNode;

/** The golden family code_execution: what runs programs, on both backends. */
class CodeGoldenTest {
    /** The cases' limits are for native interpreters on an idle machine: the embedded one is slower by far. */
    static final int SLOWER = 20;

    private static final Set<String> RUN = Set.of("python_asserts", "python_stdio", "pytest_log");

    @TestFactory
    Stream<DynamicTest> codeExecution() throws Exception {
        List<JsonNode> cases = Golden.every("code_execution");
        List<String> unscored = new ArrayList<>();
        Set<String> passed = ConcurrentHashMap.newKeySet();
        Set<String> failed = ConcurrentHashMap.newKeySet();
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode c : cases) {
            String name = c.get("id").asString();
            String mode = c.get("mode").asString();
            if (c.path("disputed").asBoolean(false)) {
                unscored.add(name + " (disputed: a peer's bug)");
            } else if (RUN.contains(mode)) {
                tests.add(counted(name, " worker", passed, failed, () -> runs(c, mode, Backends.worker(), 5)));
                tests.add(counted(name, " embedded", passed, failed, () -> runs(c, mode, Backends.embedded(), SLOWER)));
            } else {
                tests.add(counted(name, "", passed, failed, () -> pure(c)));
            }
        }
        tests.add(DynamicTest.dynamicTest("code_execution", () -> {
            passed.removeAll(failed);
            System.out.println("code_execution: " + passed.size() + " of " + cases.size()
                    + " cases, those that run programs on each backend; not scored: " + unscored);
            assertTrue(cases.size() >= 30, "there are fewer cases than there were");
        }));
        return tests.stream();
    }

    /** A case has passed if it did wherever it was run. */
    private static DynamicTest counted(
            String name, String where, Set<String> passed, Set<String> failed, Executable test) {
        return DynamicTest.dynamicTest(name + where, () -> {
            try {
                test.execute();
                passed.add(name);
            } catch (Throwable e) {
                if (!(e instanceof TestAbortedException)) {
                    failed.add(name);
                }
                throw e;
            }
        });
    }

    static void runs(JsonNode c, String mode, ProgramRunner runner, int slower) throws Exception {
        double seconds = c.path("max_execution_time").asDouble(2.0);
        ProgramLimits limits =
                new ProgramLimits(Duration.ofMillis((long) (slower * seconds * 1000)), 256L << 20, 64 << 10);
        boolean sleeps = c.get("tests").toString().contains("sleep");
        CodeGrader grader = CodeGrader.passRate(runner)
                .withLimits(sleeps ? limits.withTime(Duration.ofMillis(slower * 400L)) : limits)
                .refusing(CodeGrader.OPEN_INSTRUCT_WORDS);
        List<CodeTest> tests = CodeTest.read(plain(c.get("tests")));
        List<CodeScoring.Result> results = grader.results(c.get("program").asString(), tests);
        if (c.has("expected_results")) {
            List<Integer> got = results.stream().map(r -> r.passed() ? 1 : 0).toList();
            assertEquals(plain(c.get("expected_results")), got);
        }
        assertEquals(c.get("expected").asDouble(), CodeScoring.rate(results), 1e-9);
    }

    private static void pure(JsonNode c) {
        JsonNode expected = c.get("expected");
        switch (c.get("mode").asString()) {
            case "pass_rate_score" ->
                assertEquals(
                        expected.asDouble(),
                        new CodeScoring.PassRate(
                                        c.get("threshold").asDouble(),
                                        c.get("apply_perf_penalty").asBoolean())
                                .score(
                                        results(c),
                                        seconds(c.get("max_execution_time").asDouble())),
                        c.get("tolerance").asDouble());
            case "binary_threshold_0_99" -> {
                if (!c.get("pass_rate").isNull()) {
                    assertEquals(
                            expected.asDouble(),
                            CodeScoring.Above.OPEN_R1.of(c.get("pass_rate").asDouble()));
                }
                // No rate is no score: a grading without tests is Grade.None, see CodeGraderTest.
            }
            case "extract_python" ->
                assertEquals(expected.asString(), CodeBlock.last(c.get("input").asString()));
            case "compare_stdout" ->
                accepts(new OutputRule.Tolerant(c.get("number_tolerance").asDouble()), c);
            case "openr1_compare_stdout" -> accepts(new OutputRule.Lines(), c);
            default -> fail("unknown mode in " + c);
        }
    }

    private static void accepts(OutputRule rule, JsonNode c) {
        boolean accepted =
                rule.accepts(c.get("input").asString(), c.get("reference").asString());
        assertEquals(c.get("expected").asDouble(), accepted ? 1 : 0);
    }

    private static List<CodeScoring.Result> results(JsonNode c) {
        List<CodeScoring.Result> results = new ArrayList<>();
        for (int i = 0; i < c.get("results").size(); i++) {
            Duration took = c.get("runtimes").isNull()
                    ? Duration.ZERO
                    : seconds(Math.max(0, c.get("runtimes").get(i).asDouble()));
            results.add(new CodeScoring.Result(c.get("results").get(i).asInt() == 1, took));
        }
        return results;
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private static Object plain(JsonNode node) {
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(item -> list.add(plain(item)));
            return list;
        }
        if (node.isObject()) {
            return Map.of(
                    "input",
                    node.get("input").asString(),
                    "output",
                    node.get("output").asString());
        }
        return node.isNumber() ? (Object) node.asInt() : node.asString();
    }
}
