package dev.reft.graders.openai;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.LetterEmbedder;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.PythonValue;
import dev.reft.graders.programs.ScriptedRunner;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Every kind of OpenAI's graders on whatever a model writes: a finite score or none, or the declared failure where a reply or a result is
 * made of that text; in both modes, within the time limit.
 */
class OpenAiFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final List<String> BITS = List.of(
            "\"",
            "\\",
            "{",
            "}",
            "[",
            "{{item.reference}}",
            "{{sample.output_text}}",
            "{{",
            "}}",
            "\u0000",
            "\ud800",
            "\udc00",
            "\ud83d\ude00",
            "\u0130",
            "\u2028",
            "1",
            "NaN",
            "1e400",
            "{\"result\": 1}",
            "{\"result\": 1e999}",
            "{\"score\": 1}",
            "x",
            " ",
            "\n",
            "the ",
            "a.b. ",
            ",");

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(200),
                Arbitraries.of(BITS).list().ofMaxSize(40).map(bits -> String.join("", bits)),
                Arbitraries.of(BITS).map(bit -> bit.repeat(3_000)));
    }

    private static GraderDefinition text(String metric) {
        return GraderDefinition.read("{\"type\":\"text_similarity\",\"name\":\"t\",\"evaluation_metric\":\"" + metric
                + "\",\"input\":\"{{sample.output_text}}\",\"reference\":\"{{item.reference}}\"}");
    }

    private static String check(String operation) {
        return "{\"type\":\"string_check\",\"name\":\"s\",\"operation\":\"" + operation
                + "\",\"input\":\"{{sample.output_text}}\",\"reference\":\"{{item.reference}}\"}";
    }

    private static String model(String type, String more) {
        return "{\"type\":\"" + type + "\",\"name\":\"m\",\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":"
                + "\"{{sample.output_text}} {{item.reference}}\"}]," + more + "}";
    }

    private static final String PYTHON =
            "{\"type\":\"python\",\"name\":\"p\",\"source\":\"def grade(sample, item):\\n  return 1.0\"}";

    private static List<GraderDefinition> definitions() {
        List<GraderDefinition> all = new ArrayList<>();
        for (MetricName metric : MetricName.values()) {
            all.add(text(metric.key()));
        }
        for (StringOperation operation : StringOperation.values()) {
            all.add(GraderDefinition.read(check(operation.key())));
        }
        all.add(GraderDefinition.read(model("score_model", "\"range\":[-1,2]")));
        all.add(GraderDefinition.read(model("label_model", "\"labels\":[\"x\",\"y\"],\"passing_labels\":[\"x\"]")));
        all.add(GraderDefinition.read(PYTHON));
        all.add(GraderDefinition.read(
                "{\"type\":\"multi\",\"name\":\"all\",\"graders\":{\"a\":" + check("like") + ",\"b\":"
                        + model("score_model", "\"range\":[0,1]") + ",\"c\":" + PYTHON
                        + "},\"calculate_output\":\"max(a, b) / (1 + abs(c)) ^ 2\"}"));
        return all;
    }

    private static GraderServices services(String reply) {
        return GraderServices.builder()
                .judge(request -> new ChatReply(reply, "m", TokenUsage.NONE))
                .python(
                        new ScriptedRunner(task -> ScriptedRunner.value(PythonValue.Kind.REAL, "0.5", 0.5), List.of()),
                        ProgramLimits.OPENAI)
                .embedder(new LetterEmbedder())
                .build();
    }

    @Property(tries = 150)
    void everyKind(@ForAll("texts") String text, @ForAll("texts") String reference, @ForAll("texts") String reply)
            throws Exception {
        GraderServices services = services(reply);
        for (GraderDefinition definition : definitions()) {
            grade(new OpenAiGrader(definition, services), text, reference);
            RunResult run = new GraderRun(definition, services).run(text, Map.of("reference", reference));
            assertTrue(Double.isFinite(run.reward()), () -> definition.write());
            assertTrue(!run.write().isEmpty());
        }
    }

    /** A server far away that answers with the text. */
    @Property(tries = 15)
    void endpoints(@ForAll("texts") String text, @ForAll("texts") String reply) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] body = reply.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            GraderDefinition definition = GraderDefinition.read("{\"type\":\"endpoint\",\"url\":\"http://localhost:"
                    + server.getAddress().getPort() + "/\"}");
            grade(new OpenAiGrader(definition, GraderServices.NONE), text, "r");
        } finally {
            server.stop(0);
        }
    }

    private static void grade(OpenAiGrader grader, String text, String reference) throws Exception {
        Prompt prompt = Prompt.text("p", "q", reference);
        Completion completion = new Completion("p", 0, List.of(), text, Finish.END);
        OpenAiGrader peer = grader.withMode(OpenAiGrader.ErrorMode.AS_OPENAI);
        long start = System.nanoTime();
        try {
            Grade grade = Deadline.in(LIMIT).call(() -> grader.grade(prompt, completion));
            assertTrue(
                    grade instanceof Grade.None || grade instanceof Grade.Score s && Double.isFinite(s.value()),
                    grade::toString);
        } catch (FlaggedException e) {
            assertTrue(!e.bySample(), "a fault of the sample is a score");
        }
        Grade same = Deadline.in(LIMIT).call(() -> peer.grade(prompt, completion));
        assertTrue(same instanceof Grade.Score score && Double.isFinite(score.value()), same::toString);
        double seconds = (System.nanoTime() - start) * 1e-9;
        // The machine is shared: a second of grace for each.
        assertTrue(seconds < 12, () -> grader.definition().write() + " took " + seconds + " s");
    }
}
