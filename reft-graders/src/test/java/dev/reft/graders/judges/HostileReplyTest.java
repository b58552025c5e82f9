package dev.reft.graders.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Replies of judges that are no replies: a verdict that is finite, or a declared failure. */
class HostileReplyTest {
    private static final String[] SHRAPNEL = {
        "{",
        "}",
        "\"",
        "\\",
        "\"SCORE\"",
        ":",
        " ",
        "7",
        "/",
        "%",
        ".",
        "\n",
        "```",
        "```json",
        "<think>",
        "</think>",
        "yes",
        "no",
        "Final verdict",
        "\\boxed{",
        "is",
        "-",
        "good",
        "not ",
        "\u0660",
        "\uD835\uDFD7",
        "\uD800",
        "\u0000",
        "[",
        "]",
        "verdicts",
        "score",
        "1e999",
        "\u0130",
        "\u00df"
    };

    private static final List<Criterion> RUBRIC =
            List.of(Criterion.yesNo("a", "t", 1), Criterion.zeroToTwo("b", "t", -2));

    @Provide
    Arbitrary<String> replies() {
        return Arbitraries.oneOf(
                Arbitraries.of(SHRAPNEL).list().ofMaxSize(30).map(parts -> String.join("", parts)),
                Arbitraries.strings().all().ofMaxLength(60),
                Arbitraries.of(SHRAPNEL).map(part -> part.repeat(2000)));
    }

    @Property(tries = 300)
    void publishedRules(@ForAll("replies") String reply) {
        finite(() -> PublishedVerdicts.qualityOfTen(reply));
        finite(() -> PublishedVerdicts.jsonScore(reply));
        finite(() -> PublishedVerdicts.freeText(reply));
        finite(() -> PublishedVerdicts.finalDecision(reply));
    }

    @Property(tries = 300)
    void rulings(@ForAll("replies") String reply) {
        finite(() -> Ruling.ofScore(0, 10).score(reply));
        finite(() -> Ruling.ofChoice(Map.of("yes", 1.0, "no", 0.0)).score(reply));
        finite(() -> {
            ChatModel judge = request -> new ChatReply(reply, "m", TokenUsage.NONE);
            RubricGrader grader = new RubricGrader(judge, RUBRIC, ChatRequest.Options.DEFAULT);
            return grader.read(reply).values().stream().mapToDouble(v -> v).sum();
        });
        ChoiceReader.boxed(reply, true);
    }

    @Property(tries = 300)
    void prompts(@ForAll("replies") String template, @ForAll("replies") String value) {
        assertEquals(template, JudgePrompt.fill(template, Map.of()));
        assertTrue(JudgePrompt.fill("<{a}>", Map.of("a", value, "b", "SECRET")).equals("<" + value + ">"));
        new JudgePrompt("", template, true).messages(Map.of("yes", value));
    }

    @Property(tries = 200)
    void wireBodies(@ForAll("replies") String body) {
        ChatWire.Reply reply = ChatWire.reply(body, "m", said -> said);
        assertTrue(reply.problem() != null || !reply.model().isEmpty());
    }

    @Test
    void longRepliesAreRead() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (String part : SHRAPNEL) {
                String reply = part.repeat(100_000);
                publishedRules(reply);
                rulings(reply);
            }
        });
    }

    private interface Reading {
        double read() throws Exception;
    }

    private static void finite(Reading reading) {
        try {
            assertTrue(Double.isFinite(reading.read()));
        } catch (JudgeException e) {
            assertTrue(String.valueOf(e.getMessage()).length() < 1000);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
