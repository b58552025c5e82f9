package dev.reft.graders.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.openai.FlaggedException;
import dev.reft.graders.openai.GraderDefinition;
import dev.reft.graders.openai.GraderRun;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.OpenAiGrader;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Output;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A completion that is too long to judge never fares better than one that is bad. */
class TooLongTest {
    private static final Prompt PROMPT = Prompt.text("p", "Capital of France?", "Paris");
    private static final int CONTEXT = 2500;
    private static final String LONG = "bad ".repeat(1000) + "end";

    private final AtomicReference<String> asked = new AtomicReference<>("");

    private static Completion said(String text) {
        return new Completion("p", 0, List.of(), text, Finish.END);
    }

    private SamplerChatModel local(String reply) {
        FakeModel model = new FakeModel(
                prompt -> {
                    asked.set(prompt);
                    return reply;
                },
                CONTEXT,
                Set.of(Output.LOG_PROB));
        return SamplerChatModel.of(model, 50);
    }

    private static double score(Grader grader, String text) throws Exception {
        return ((Grade.Score) grader.grade(PROMPT, said(text))).value();
    }

    private static JudgeException fails(Grader grader, String text) {
        JudgeException thrown = assertThrows(JudgeException.class, () -> grader.grade(PROMPT, said(text)));
        assertEquals(JudgeException.Kind.TOO_LONG, thrown.kind());
        assertTrue(thrown.isFinal());
        return thrown;
    }

    @Test
    void aScoreByACriterionIsTheWorst() throws Exception {
        JudgeGrader judge = JudgeGrader.score(local("{\"score\": 5}"), "good?", 1, 5);
        assertEquals(1, score(judge, "short"));
        asked.set("");
        assertEquals(0, score(judge, LONG));
        assertEquals("", asked.get(), "the judge was asked");
        assertEquals(1, score(judge.withTooLong(TooLong.CUT), LONG));
        fails(judge.withTooLong(TooLong.FAIL), LONG);
        Map<String, Double> scores = new LinkedHashMap<>(Map.of("yes", 1.0, "no", -2.0));
        JudgeGrader choice =
                new JudgeGrader(judge.judge(), judge.prompt(), Ruling.ofChoice(scores), judge.options(), 0);
        assertEquals(-2, score(choice, LONG), "the lowest of the choices, below the blank's 0");
    }

    @Test
    void aRubricIsAtItsWorstAlsoWhereAWeightIsNegative() throws Exception {
        List<Criterion> criteria =
                List.of(Criterion.yesNo("right", "Is it right?", 3), Criterion.yesNo("rude", "Is it rude?", -1));
        RubricGrader rubric = new RubricGrader(
                local(
                        "{\"verdicts\":[{\"name\":\"right\",\"verdict\":\"no\"},{\"name\":\"rude\",\"verdict\":\"yes\"}]}"),
                criteria,
                ChatRequest.Options.DEFAULT);
        double worst = score(rubric, "short");
        assertEquals(-0.25, worst);
        Grade.Score grade = (Grade.Score) rubric.grade(PROMPT, said(LONG));
        assertEquals(worst, grade.value());
        assertEquals(Map.of("right", 0.0, "rude", 1.0), grade.parts());
        assertEquals(worst, score(rubric.withTooLong(TooLong.CUT), LONG));
        fails(rubric.withTooLong(TooLong.FAIL), LONG);
    }

    @Test
    void theReferenceJudgeReadsBothEnds() throws Exception {
        JudgeGrader judge = JudgeGrader.reference(local("Final verdict: yes"));
        assertEquals(1, score(judge, "start " + LONG));
        assertTrue(asked.get().contains("start bad bad"), asked.get());
        assertTrue(asked.get().contains("bad end\n"), asked.get());
        assertTrue(
                asked.get().matches("(?s).*\\n\\[\\.\\.\\. \\d+ characters left out \\.\\.\\.\\]\\n.*"), asked.get());
        assertTrue(asked.get().length() > CONTEXT / 2 && asked.get().length() <= CONTEXT - 50, "as much as fits");
    }

    @Test
    void aQuestionThatIsTooLongByItselfIsNotTheCompletionsFault() {
        Prompt long_ = Prompt.text("p", "x".repeat(CONTEXT), "Paris");
        for (Grader grader : List.of(
                JudgeGrader.reference(local("yes")),
                JudgeGrader.score(local("1"), "good?", 0, 1),
                likelihood("?" + "x".repeat(CONTEXT)))) {
            JudgeException thrown = assertThrows(JudgeException.class, () -> grader.grade(long_, said("Paris")));
            assertEquals(JudgeException.Kind.TOO_LONG, thrown.kind());
            assertTrue(thrown.getMessage().contains("the question alone"), thrown.getMessage());
        }
    }

    /** Were the verdict cut off, it could not be read and the sample would be dropped. */
    @Test
    void thereIsRoomForTheVerdict() throws Exception {
        FakeModel model = new FakeModel(prompt -> "yes", 100, Set.of(Output.LOG_PROB));
        assertFalse(fits(SamplerChatModel.of(model, 30), 75));
        assertTrue(fits(SamplerChatModel.of(model, 30), 70));
        assertTrue(fits(SamplerChatModel.of(model, 1000), 50), "at most half the context is kept free");
        assertFalse(fits(SamplerChatModel.of(model, 1000), 51));
    }

    /** A question of so many tokens: the fake model writes roles as {@code <user>} and {@code <assistant>}. */
    private static boolean fits(SamplerChatModel judge, int tokens) {
        String text = "x".repeat(tokens - "<user><assistant>".length());
        return judge.fits(
                new ChatRequest("", List.of(dev.reft.text.Message.user(text)), ChatRequest.Options.DEFAULT, null));
    }

    private static LikelihoodJudge likelihood(String question) {
        Map<String, Double> verdicts = new LinkedHashMap<>();
        verdicts.put("x", 1.0);
        verdicts.put("yy", -1.0);
        return LikelihoodJudge.of(
                new FakeModel(prompt -> "", CONTEXT, Set.of(Output.LOG_PROB)),
                (prompt, completion) -> completion.text() + question,
                verdicts);
    }

    @Test
    void aLikelihoodJudge() throws Exception {
        LikelihoodJudge judge = likelihood("?");
        String text = "xx" + "z".repeat(3000);
        assertTrue(score(judge, "xx") > 0);
        assertEquals(-1, score(judge, text), "the lowest of the verdicts' scores");
        assertTrue(score(judge.withTooLong(TooLong.CUT), text) > 0, "its beginning is read");
        fails(judge.withTooLong(TooLong.FAIL), text);
        String full = "z".repeat(CONTEXT - 3);
        assertTrue(score(judge, full) > -1, "the longest verdict just fits");
        assertEquals(-1, score(judge, full + "z"));
    }

    @Test
    void longerThanAnyJudgeIsShown() throws Exception {
        ChatModel boundless = request -> new ChatReply("{\"score\": 1}", "m", TokenUsage.NONE);
        JudgeGrader judge = JudgeGrader.score(boundless, "good?", 0, 1);
        assertEquals(1, score(judge, "x".repeat(JudgePrompt.LONGEST_RESPONSE)));
        assertEquals(0, score(judge, "x".repeat(JudgePrompt.LONGEST_RESPONSE + 1)));
        assertEquals(1, score(judge.withTooLong(TooLong.CUT), "x".repeat(JudgePrompt.LONGEST_RESPONSE + 1)));
    }

    @Test
    void aServerThatSaysSo() throws Exception {
        for (String body : List.of(
                "{\"error\":{\"code\":\"context_length_exceeded\"}}",
                "{\"object\":\"error\",\"message\":\"This model's maximum context length is 10 tokens.\"}",
                "{\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\"}}")) {
            try (FakeServer server = new FakeServer(FakeServer.says(400, body))) {
                HttpChatModel model = HttpChatModel.at(server.base(), "m").build();
                assertEquals(0, score(JudgeGrader.score(model, "good?", 0, 1), "text"), body);
                fails(JudgeGrader.score(model, "good?", 0, 1).withTooLong(TooLong.FAIL), "text");
            }
        }
    }

    @Test
    void openAisGraders() throws Exception {
        GraderDefinition definition = GraderDefinition.read(
                "{\"type\":\"score_model\",\"name\":\"g\",\"model\":\"m\",\"range\":[-1,1],\"input\":[{\"role\":\"user\","
                        + "\"content\":\"{{item.q}} {{sample.output_text}}\"}]}");
        GraderServices services = GraderServices.builder()
                .judge(local("{\"result\": 1, \"steps\": []}"))
                .build();
        OpenAiGrader grader = new OpenAiGrader(definition, services);
        Prompt row = new Prompt("p", PROMPT.input(), "", Map.of("q", "?"));
        assertEquals(1, ((Grade.Score) grader.grade(row, said("short"))).value());
        assertEquals(-1, ((Grade.Score) grader.grade(row, said(LONG))).value(), "the least of the range");
        OpenAiGrader peer = grader.withMode(OpenAiGrader.ErrorMode.AS_OPENAI);
        assertEquals(0, ((Grade.Score) peer.grade(row, said(LONG))).value());
        assertEquals(
                0,
                new GraderRun(definition, services).run(LONG, Map.of("q", "?")).reward());
        Prompt wide = new Prompt("p", PROMPT.input(), "", Map.of("q", LONG));
        assertThrows(FlaggedException.class, () -> grader.grade(wide, said("short")), "the row's fault");
    }

    @Property(tries = 100)
    void cutsKeepPairsAndTheirLength(@ForAll String text, @ForAll @IntRange(max = 200) int keep) {
        String cut = LongCompletion.cut(text.repeat(3), keep);
        assertTrue(cut.length() <= Math.max(keep, 0) + 60, cut);
        String all = "\ud83d\ude00".repeat(300);
        assertTrue(LongCompletion.cut(all, keep).codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF));
    }
}
