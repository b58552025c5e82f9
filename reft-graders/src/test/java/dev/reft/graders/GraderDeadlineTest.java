package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.graders.execution.AuditLog;
import dev.reft.graders.execution.AuditedGrader;
import dev.reft.graders.execution.CachingGrader;
import dev.reft.graders.execution.ConcurrencyLimitedGrader;
import dev.reft.graders.execution.ErrorRateGuard;
import dev.reft.graders.execution.RateLimitedGrader;
import dev.reft.graders.execution.RetryPolicy;
import dev.reft.graders.execution.RetryingGrader;
import dev.reft.graders.execution.TimeLimitedGrader;
import dev.reft.graders.instructions.InstructionGrader;
import dev.reft.graders.instructions.Instructions;
import dev.reft.graders.judges.ChatModel;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.ChatRequest;
import dev.reft.graders.judges.Criterion;
import dev.reft.graders.judges.FakeModel;
import dev.reft.graders.judges.JudgeException;
import dev.reft.graders.judges.JudgeGrader;
import dev.reft.graders.judges.LikelihoodJudge;
import dev.reft.graders.judges.RubricGrader;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.graders.judges.TooLong;
import dev.reft.graders.maths.MathGrader;
import dev.reft.graders.openai.GraderDefinition;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.OpenAiGrader;
import dev.reft.graders.programs.CodeGrader;
import dev.reft.graders.programs.ProgramGrader;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ScriptedRunner;
import dev.reft.graders.shaping.GroupLengthGrader;
import dev.reft.graders.shaping.LengthUnit;
import dev.reft.graders.similarity.SimilarityGrader;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.graders.structured.FieldGrader;
import dev.reft.graders.structured.JsonGate;
import dev.reft.graders.structured.JsonSchemaGate;
import dev.reft.graders.structured.StructuredGrader;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import dev.reft.model.Output;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every grader of this module ends within 100 ms of its deadline, whatever it is given. The deadline is 50 ms of the wall clock; what is held to
 * 150 ms is the grading thread's time on the processor, the best of three, because the machine is shared: a grader that ends by that count ends
 * by the wall clock where it has a processor for itself. Waiting costs no processor time, so each grading is held to 10 s of the wall besides.
 */
@Timeout(120)
class GraderDeadlineTest {
    private static final Duration DEADLINE = Duration.ofMillis(50);
    private static final long MOST_CPU_MILLIS = 150;
    /** The best of so many counts: a page fault, a collection or a busy sibling core is not the grader's time. */
    private static final int TRIES = 8;

    private static final long MOST_WALL_MILLIS = 10_000;
    private static final int LENGTH = 400_000;

    @TempDir
    private static Path folder;

    private static AuditLog log;

    @AfterAll
    static void close() throws Exception {
        if (log != null) {
            log.close();
        }
    }

    private static List<Grader> all() throws Exception {
        List<Grader> all = new ArrayList<>(FuzzTest.graders());
        all.addAll(List.of(
                MathGrader.reward(),
                MathGrader.mathVerify(),
                MathGrader.hendrycks(),
                MathGrader.minerva(),
                MathGrader.prm800k(),
                InstructionGrader.share(),
                InstructionGrader.all()));
        ChatModel parrot = request -> {
            try {
                Deadline.current().check();
            } catch (TimeoutException e) {
                throw new JudgeException(JudgeException.Kind.SERVER, "late");
            }
            String text = String.valueOf(
                    request.messages().get(request.messages().size() - 1).content());
            return new ChatReply(text.repeat(4) + "{", "parrot", TokenUsage.NONE);
        };
        all.add(JudgeGrader.reference(parrot));
        all.add(JudgeGrader.score(parrot, "good", 1, 5));
        all.add(new RubricGrader(parrot, List.of(Criterion.yesNo("a", "good?", 1)), ChatRequest.Options.DEFAULT));
        all.add(new OpenAiGrader(
                GraderDefinition.read("{\"type\":\"multi\",\"name\":\"m\",\"graders\":{"
                        + "\"s\":{\"type\":\"string_check\",\"name\":\"s\",\"operation\":\"ilike\","
                        + "\"input\":\"{{sample.output_text}}\",\"reference\":\"{{item.reference}}\"},"
                        + "\"t\":{\"type\":\"text_similarity\",\"name\":\"t\",\"evaluation_metric\":\"rouge_l\","
                        + "\"input\":\"{{sample.output_text}}\",\"reference\":\"{{item.reference}}\"}},"
                        + "\"calculate_output\":\"s + t\"}"),
                GraderServices.NONE));
        Grader slow = (prompt, completion) -> {
            while (true) {
                Deadline.current().check();
                TimeUnit.MILLISECONDS.sleep(1);
            }
        };
        Grader down = (prompt, completion) -> {
            throw new java.io.IOException("down");
        };
        if (log == null) {
            log = AuditLog.open(folder.resolve("audit.jsonl"));
        }
        all.addAll(List.of(
                new AuditedGrader(slow, "slow", log),
                new CachingGrader(slow, "slow", 10),
                new ConcurrencyLimitedGrader(slow, 1),
                new ErrorRateGuard(slow, 0.99, 1000, 1),
                new RateLimitedGrader(slow, 1e-3),
                new RetryingGrader(down, RetryPolicy.DEFAULT),
                new TimeLimitedGrader(slow, Duration.ofMinutes(1))));
        all.addAll(ofSandboxesAndModels());
        all.addAll(ofExpressions());
        GroupGrader group = new GroupLengthGrader(MathGrader.reward(), 1, LengthUnit.WORDS);
        all.add(new OfGroup(group));
        return all;
    }

    /** Of a program that prints much at once, of one that never ends, and of a model; what the sandbox takes is its own (RunnerContract). */
    private static List<Grader> ofSandboxesAndModels() throws Exception {
        ScriptedRunner prints = new ScriptedRunner(task -> ScriptedRunner.printed("1.0001 ".repeat(9_000)), List.of());
        ScriptedRunner hangs = new ScriptedRunner(
                task -> {
                    Duration left = Deadline.current().remaining();
                    LockSupport.parkNanos(left.toNanos());
                    return new ProgramOutcome.Stopped(ProgramOutcome.Limit.TIME, left);
                },
                List.of());
        List<Grader> all = new ArrayList<>();
        for (ScriptedRunner runner : List.of(prints, hangs)) {
            all.add(CodeGrader.passRate(runner).refusing(CodeGrader.OPEN_INSTRUCT_WORDS));
            all.add(ProgramGrader.published(ReftData.GSM8K, runner));
            all.add(ProgramGrader.corrected(ReftData.MATHQA, runner));
        }
        FakeModel model = new FakeModel(text -> "", 100_000, Set.of(Output.LOG_PROB));
        for (TooLong policy : TooLong.values()) {
            all.add(LikelihoodJudge.of(
                            model, (prompt, completion) -> completion.text() + "?", Map.of("yes", 1.0, "no", 0.0))
                    .withTooLong(policy));
        }
        return all;
    }

    /** Expressions that run away, in each place that takes one; and a schema that looks at everything. */
    private static List<Grader> ofExpressions() {
        AnswerReader evil = AnswerReader.lastMatch("((a|aa|.)+)+(b|1)$");
        String schema = "{\"type\":[\"array\",\"object\"],\"uniqueItems\":true,"
                + "\"items\":{\"type\":\"string\",\"pattern\":\"(a+)+$\"},"
                + "\"patternProperties\":{\"(x+x+)+y\":{\"type\":\"number\"}}}";
        return List.of(
                new RegexGrader(Pattern.compile("((a|aa|.)+)+(b|1)$")),
                new ExactGrader(evil, true, AnswerScores.BINARY),
                new ChoiceGrader(evil, 'e', AnswerScores.BINARY),
                new NumericGrader(new NumberRule(evil, Tolerance.REFT), AnswerScores.REFT),
                new SimilarityGrader(SimilarityMetric.named("fuzzy_match"), evil, 0.5),
                StructuredGrader.inferred().withGate(new JsonSchemaGate(schema)),
                new StructuredGrader(FieldGrader.INFERRED, JsonGate.OPEN, evil),
                MathGrader.reasoningAccuracy());
    }

    /** A group of four, as a grader of one. */
    private record OfGroup(GroupGrader grader) implements Grader {
        @Override
        public Grade grade(Prompt prompt, Completion completion) throws Exception {
            return grader.grade(prompt, List.of(completion, completion, completion, completion))
                    .get(0);
        }
    }

    static Stream<String> pathologicalTexts() {
        Random random = new Random(5);
        String letters =
                random.ints(LENGTH / 2, 'b', 'z').mapToObj(c -> (char) c + " ").collect(Collectors.joining());
        String symbols = random.ints(LENGTH, 0x4e00, 0x9e00)
                .mapToObj(c -> String.valueOf((char) c))
                .collect(Collectors.joining());
        String failing = "final answer is $a=b=" + "x+".repeat(480) + "($ ";
        String costly = "final answer is $18+\\sum_{k=1}^{240}(\\sin(x+k)-\\sin(k+x))$ ";
        return Stream.concat(Stream.of(letters, symbols, costly + failing.repeat(48)), repetitions());
    }

    private static Stream<String> repetitions() {
        return Stream.of(
                        "a",
                        "a ",
                        "1,",
                        "((",
                        "\\frac{",
                        "{\"a\":[",
                        "<think>",
                        "the answer is 1 ",
                        "$x^{2}$ ",
                        "A.B. ",
                        "```json\n",
                        "\ud83d\ude00",
                        "\u0130\u00df ",
                        "&#65;",
                        "</think>$1$ ",
                        "```\nprint(1)\n",
                        "x=1+")
                .map(unit -> unit.repeat(LENGTH / unit.length()));
    }

    @ParameterizedTest
    @MethodSource("pathologicalTexts")
    void endsInTime(String text) throws Exception {
        Segment tokens = new Segment.Sampled(new int[20_000], new float[0], new float[0]);
        Completion completion = new Completion("p", 0, List.of(tokens), text, Finish.END);
        List<String> late = new ArrayList<>();
        for (String reference : List.of("18", text)) {
            Prompt prompt = new Prompt("p", new Prompt.Input.Text("q"), reference, attributes());
            for (Grader grader : all()) {
                try {
                    inTime(grader, prompt, completion);
                } catch (AssertionError e) {
                    late.add(e.getMessage());
                }
            }
        }
        assertEquals(List.of(), late);
    }

    static Stream<String> pathologicalJson() {
        StringBuilder different = new StringBuilder("[");
        StringBuilder nested = new StringBuilder("[");
        for (int i = 0; i < 20_000; i++) {
            different.append("\"a").append(i).append("\",");
            nested.append("[").append(i % 7).append(",[\"a\"]],");
        }
        return Stream.of(
                different + "\"\"]",
                nested + "\"\"]",
                "[\"" + "a".repeat(LENGTH) + "!\"]",
                "{\"" + "x".repeat(LENGTH) + "\":1}",
                "[" + ("\"" + "a".repeat(40) + "!\",").repeat(LENGTH / 45) + "\"\"]");
    }

    /** JSON that is whole, so that gate and comparison come to look at it. */
    @ParameterizedTest
    @MethodSource("pathologicalJson")
    void structuredGradersEndInTime(String json) throws Exception {
        Completion completion = new Completion("p", 0, List.of(), json, Finish.END);
        for (String reference : List.of("[1]", json)) {
            for (Grader grader : all()) {
                if (grader instanceof StructuredGrader) {
                    inTime(grader, Prompt.text("p", "q", reference), completion);
                }
            }
        }
    }

    /** Each accepted answer costs as much as one alone: between them the deadline is asked for. */
    @Test
    void manyAcceptedAnswersEndInTime() throws Exception {
        String text = "the answer is $x^{2}$ 1.5 ".repeat(2_000);
        Map<String, Object> attributes = attributes();
        List<String> references = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            references.add(text.substring(i) + i);
        }
        attributes.put(References.ATTRIBUTE, references);
        attributes.put(
                CodeGrader.TESTS, Collections.nCopies(1000, Map.of("input", "", "output", "1.0002 ".repeat(9_000))));
        Prompt prompt = new Prompt("p", new Prompt.Input.Text("q"), "18", attributes);
        Completion completion = new Completion("p", 0, List.of(), text, Finish.END);
        for (Grader grader : all()) {
            inTime(grader, prompt, completion);
        }
    }

    private static Map<String, Object> attributes() {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put(
                "instruction_id_list",
                Instructions.names().stream()
                        .filter(name -> Instructions.arguments(name).isEmpty())
                        .toList());
        attributes.put(CodeGrader.TESTS, Collections.nCopies(1000, Map.of("input", "", "output", "1")));
        return attributes;
    }

    private static void inTime(Grader grader, Prompt prompt, Completion completion) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < TRIES && best > MOST_CPU_MILLIS; i++) {
            long wall = System.nanoTime();
            long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            try {
                Grade grade = Deadline.in(DEADLINE).call(() -> grader.grade(prompt, completion));
                assertTrue(
                        !(grade instanceof Grade.Score s) || Double.isFinite(s.value()),
                        () -> grader + " gave " + grade);
            } catch (TimeoutException | JudgeException e) {
                // Out of time, or a judge's reply that says nothing: a failure that is declared.
            } catch (Exception e) {
                throw new AssertionError(grader + " threw", e);
            }
            best = Math.min(
                    best,
                    TimeUnit.NANOSECONDS.toMillis(
                            ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu));
            long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - wall);
            assertTrue(waited < MOST_WALL_MILLIS, () -> grader + " took " + waited + " ms");
        }
        long took = best;
        String start = completion.text().substring(0, 12);
        assertTrue(took <= MOST_CPU_MILLIS, () -> grader + " took " + took + " ms on '" + start + "'...");
    }

    @Test
    void noGraderIsLeftOut() throws Exception {
        Set<String> looked = new TreeSet<>();
        for (Grader grader : all()) {
            looked.add(
                    grader instanceof OfGroup group
                            ? group.grader().getClass().getName()
                            : grader.getClass().getName());
        }
        Set<String> there = new TreeSet<>();
        Path classes = Path.of(QaGrader.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replace(java.io.File.separatorChar, '.');
                if (!name.startsWith("dev.reft.graders.")) {
                    continue;
                }
                Class<?> type =
                        Class.forName(name.substring(0, name.length() - 6), false, QaGrader.class.getClassLoader());
                boolean grader = Grader.class.isAssignableFrom(type) || GroupGrader.class.isAssignableFrom(type);
                if (grader && !type.isInterface() && !type.isAnonymousClass()) {
                    there.add(type.getName());
                }
            }
        }
        assertEquals(there, looked.stream().filter(there::contains).collect(Collectors.toCollection(TreeSet::new)));
    }
}
