package dev.reft.ppo.feedback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Prompt;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.text.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sheets and rollouts go out and rollouts come back, whatever stands in the completions. */
class FeedbackTest {
    static final String HOSTILE =
            "</script><script>alert(1)</script> <!-- \u2028 \u2029 \uD800 \u0000 \"'&amp; @DATA@ @DIGEST@"
                    + " \u202E ]]> <img src=x onerror=alert(2)>";

    @TempDir
    Path folder;

    static Rollouts rollouts(String... texts) {
        List<Rollouts.Group> groups = new ArrayList<>();
        for (int g = 0; g < 2; g++) {
            List<Completion> completions = new ArrayList<>();
            for (String text : texts) {
                completions.add(new Completion(
                        "p" + g,
                        completions.size(),
                        List.of(
                                new Segment.Sampled(
                                        new int[] {1, 2}, new float[] {-0.1f, Float.NEGATIVE_INFINITY}, new float[0]),
                                new Segment.Given(new int[] {7})),
                        text,
                        Finish.STOP));
            }
            Prompt prompt = g == 0
                    ? new Prompt("p0", new Prompt.Input.Text("Why? " + HOSTILE), "r", Map.of("set", "a", "n", 3))
                    : Prompt.chat("p1", List.of(Message.system("Be kind."), Message.user("Why?")), "");
            groups.add(new Rollouts.Group(prompt, new int[] {5, 6}, 0.7f, completions));
        }
        return new Rollouts(12, groups);
    }

    /** The block of JSON as a browser reads it: up to the first end of a script. */
    private static String block(String page) {
        String start = "<script type=\"application/json\" id=\"data\">";
        int from = page.indexOf(start) + start.length();
        return page.substring(from, page.indexOf("</script>", from));
    }

    @Test
    void thePageHoldsHostileTextAsTextOnly() throws Exception {
        Rollouts rollouts = rollouts("one", HOSTILE);
        FeedbackSheet sheet = FeedbackSheet.of(rollouts, new FeedbackTask.Scores(1, 7));
        Path file = folder.resolve("new").resolve("page.html");
        sheet.writePage(file, "Rate " + HOSTILE);
        String page = Files.readString(file);
        assertTrue(page.chars().allMatch(c -> c == '\n' || c >= ' ' && c <= '~'), "plain ASCII");
        assertEquals(2, page.split("</script>", -1).length - 1, "no script but the page's own two");
        assertFalse(page.contains("<img") || page.contains("<!--") || page.contains("alert(1)<"));
        assertFalse(page.contains("http://") || page.contains("https://"), "no network");
        assertFalse(page.contains("innerHTML") || page.contains("sha256-@DIGEST@") || page.contains("\">@DATA@"));
        JsonRow data = JsonLines.parse("page", 1, block(page));
        assertEquals("Rate " + HOSTILE, data.text("title"));
        List<String> texts = new ArrayList<>();
        for (Object item : data.typed("items", List.class, "a list")) {
            Map<?, ?> fields = (Map<?, ?>) item;
            assertEquals(sheet.digest(), fields.get("sheet"));
            for (Object completion : (List<?>) fields.get("completions")) {
                texts.add(String.valueOf(((Map<?, ?>) completion).get("text")));
            }
        }
        assertEquals(4, texts.size());
        assertEquals(2, texts.stream().filter(HOSTILE::equals).count());
    }

    @Provide
    static Arbitrary<String> anyText() {
        return Arbitraries.strings().withCharRange('\u0000', '\uffff').ofMaxLength(30);
    }

    @Property(tries = 20)
    void anyCompletionSurvivesExportAndKeepsItsSheet(@ForAll("anyText") String text) throws Exception {
        Path temporary = Files.createTempDirectory("feedback");
        try {
            Rollouts rollouts = rollouts(text, "other");
            FeedbackSheet sheet = FeedbackSheet.of(rollouts, new FeedbackTask.Choice());
            sheet.writeJsonl(temporary.resolve("sheet.jsonl"));
            JsonRow first = JsonLines.read(temporary.resolve("sheet.jsonl")).get(0);
            assertEquals(sheet.digest(), first.text("sheet"));
            RolloutFiles.write(temporary.resolve("rollouts.jsonl"), rollouts);
            Rollouts read = RolloutFiles.read(temporary.resolve("rollouts.jsonl"));
            assertEquals(text, read.groups().get(0).completions().get(0).text());
            assertEquals(
                    sheet.digest(),
                    FeedbackSheet.of(read, new FeedbackTask.Choice()).digest());
            sheet.writePage(temporary.resolve("page.html"), text);
            JsonRow data = JsonLines.parse("page", 1, block(Files.readString(temporary.resolve("page.html"))));
            assertEquals(text, data.text("title"));
        } finally {
            dev.reft.io.AtomicFiles.deleteTree(temporary);
        }
    }

    @Test
    void rolloutsComeBackBitForBit() {
        Rollouts rollouts = rollouts("one", HOSTILE);
        Path file = folder.resolve("rollouts.jsonl");
        RolloutFiles.write(file, rollouts);
        Rollouts read = RolloutFiles.read(file);
        assertEquals(12, read.step());
        for (int g = 0; g < 2; g++) {
            Rollouts.Group wanted = rollouts.groups().get(g);
            Rollouts.Group group = read.groups().get(g);
            assertEquals(wanted.prompt(), group.prompt());
            assertArrayEquals(wanted.tokens(), group.tokens());
            assertEquals(wanted.temperature(), group.temperature());
            Segment.Sampled sampled =
                    (Segment.Sampled) group.completions().get(1).segments().get(0);
            assertArrayEquals(new float[] {-0.1f, Float.NEGATIVE_INFINITY}, sampled.logProbs());
            assertArrayEquals(new int[] {1, 2, 7}, group.completions().get(1).tokens());
            assertEquals(Finish.STOP, group.completions().get(1).finish());
        }
        Prompt.Input chat = new Prompt.Input.Chat(
                List.of(new Message("assistant", null, Map.of("tool_calls", List.of(1))), Message.user("?")),
                Map.of("tools", List.of(Map.of("name", "f")), "enable_thinking", false));
        Rollouts calls = new Rollouts(
                1, List.of(new Rollouts.Group(new Prompt("c", chat, "", Map.of()), new int[] {5}, 1, List.of())));
        RolloutFiles.write(file, calls);
        assertEquals(chat, RolloutFiles.read(file).groups().get(0).prompt().input());
        JsonLines.write(file, List.of(Map.of("step", 1, "prompt", "x", "tokens", "none")));
        assertThrows(IllegalArgumentException.class, () -> RolloutFiles.read(file));
    }

    @Test
    void aSheetKnowsItself() {
        FeedbackSheet sheet = FeedbackSheet.of(rollouts("a", "b"), new FeedbackTask.Choice());
        assertEquals(
                sheet.digest(),
                FeedbackSheet.of(rollouts("a", "b"), new FeedbackTask.Choice()).digest());
        assertFalse(sheet.digest()
                .equals(FeedbackSheet.of(rollouts("a", "c"), new FeedbackTask.Choice())
                        .digest()));
        assertFalse(sheet.digest()
                .equals(FeedbackSheet.of(rollouts("a", "b"), new FeedbackTask.Ranking())
                        .digest()));
        assertTrue(sheet.items().get(1).prompt().contains("system: Be kind."));
        assertThrows(IllegalArgumentException.class, () -> new FeedbackTask.Scores(5, 5));
    }
}
