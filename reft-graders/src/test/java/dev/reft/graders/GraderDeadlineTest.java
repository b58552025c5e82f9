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
import dev.reft.graders.judges.JudgeException;
import dev.reft.graders.judges.JudgeGrader;
import dev.reft.graders.judges.LikelihoodJudge;
import dev.reft.graders.judges.RubricGrader;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.graders.maths.MathGrader;
import dev.reft.graders.openai.GraderDefinition;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.OpenAiGrader;
import dev.reft.graders.programs.CodeGrader;
import dev.reft.graders.programs.ProgramGrader;
import dev.reft.graders.shaping.GroupLengthGrader;
import dev.reft.graders.shaping.LengthUnit;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    private static final long MOST_WALL_MILLIS = 10_000;
    private static final int LENGTH = 400_000;

    /** Their time is a sandbox's or a model's, which have deadline tests of their own (RunnerContract, HttpChatModelTest). */
    private static final Set<Class<?>> ELSEWHERE = Set.of(CodeGrader.class, ProgramGrader.class, LikelihoodJudge.class);

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
        GroupGrader group = new GroupLengthGrader(MathGrader.reward(), 1, LengthUnit.WORDS);
        all.add(new OfGroup(group));
        return all;
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
                        "&#65;")
                .map(unit -> unit.repeat(LENGTH / unit.length()));
    }

    @ParameterizedTest
    @MethodSource("pathologicalTexts")
    void endsInTime(String text) throws Exception {
        Segment tokens = new Segment.Sampled(new int[20_000], new float[0], new float[0]);
        Completion completion = new Completion("p", 0, List.of(tokens), text, Finish.END);
        for (String reference : List.of("18", text)) {
            Prompt prompt = new Prompt("p", new Prompt.Input.Text("q"), reference, attributes());
            for (Grader grader : all()) {
                inTime(grader, prompt, completion);
            }
        }
    }

    private static Map<String, Object> attributes() {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put(
                "instruction_id_list",
                Instructions.names().stream()
                        .filter(name -> Instructions.arguments(name).isEmpty())
                        .toList());
        return attributes;
    }

    private static void inTime(Grader grader, Prompt prompt, Completion completion) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3 && best > MOST_CPU_MILLIS; i++) {
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
        ELSEWHERE.forEach(type -> looked.add(type.getName()));
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
        assertEquals(
                there,
                looked.stream()
                        .filter(there::contains)
                        .collect(java.util.stream.Collectors.toCollection(TreeSet::new)));
    }
}
