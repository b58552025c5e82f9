package dev.reft.ppo.feedback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.PairSet;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.text.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sheets go out and ratings come back, whatever stands in the completions. */
class FeedbackTest {
    private static final String HOSTILE =
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

    private Path file(String... lines) throws Exception {
        Path file = folder.resolve("ratings.jsonl");
        Files.writeString(file, String.join("\n", lines) + "\n");
        return file;
    }

    private static String row(FeedbackSheet sheet, String item, String answer) {
        return "{\"sheet\":\"" + sheet.digest() + "\",\"item\":\"" + item + "\",\"rater\":\"Ada\"," + answer + "}";
    }

    @Test
    void scoresBecomeGradesAndWhatNobodyRatedIsNone() throws Exception {
        Rollouts rollouts = rollouts("one", "two", HOSTILE);
        FeedbackSheet sheet = FeedbackSheet.of(rollouts, new FeedbackTask.Scores(0, 5));
        Path file = file(
                row(sheet, "p0", "\"scores\":{\"0\":4,\"2\":1.5}"),
                row(sheet, "p0", "\"scores\":{\"0\":5,\"1\":null}").replace("Ada", "Bo"));
        Ratings ratings = Ratings.read(List.of(file), sheet);
        assertEquals(List.of(), ratings.problems());
        assertEquals(Map.of("p0", List.of(1), "p1", List.of(0, 1, 2)), ratings.missing());
        GradedRollouts graded = ratings.grades(rollouts);
        assertEquals(4.5, ((Grade.Score) graded.grades().get(0).get(0)).value());
        assertTrue(graded.grades().get(0).get(1) instanceof Grade.None);
        assertEquals(1.5, ((Grade.Score) graded.grades().get(0).get(2)).value());
        assertTrue(graded.grades().get(1).get(0) instanceof Grade.None);
        assertEquals(1, ratings.preferred(rollouts).size());
        assertThrows(IllegalArgumentException.class, ratings::requireComplete);
        assertThrows(IllegalArgumentException.class, () -> ratings.grades(rollouts("one", "two", "three")));
    }

    @Test
    void choicesAndRanksBecomePairs() throws Exception {
        Rollouts two = rollouts("one", "two");
        FeedbackSheet choice = FeedbackSheet.of(two, new FeedbackTask.Choice());
        Ratings chosen = Ratings.read(
                        List.of(file(row(choice, "p0", "\"choice\":1"), row(choice, "p1", "\"choice\":\"tie\""))),
                        choice)
                .requireComplete();
        List<Preferred> pairs = chosen.preferred(two);
        assertEquals(1, pairs.size());
        assertEquals("two", pairs.get(0).chosen().text());
        assertEquals("one", pairs.get(0).rejected().text());
        assertEquals("p0", pairs.get(0).prompt().id());
        Rollouts four = rollouts("a", "b", "c", "d");
        FeedbackSheet ranking = FeedbackSheet.of(four, new FeedbackTask.Ranking());
        Ratings ranked = Ratings.read(List.of(file(row(ranking, "p1", "\"ranking\":[[2],[0,1]]"))), ranking);
        assertEquals(
                List.of("c>a", "c>b"),
                ranked.preferred(four).stream()
                        .map(p -> p.chosen().text() + ">" + p.rejected().text())
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> ranked.grades(four));
        assertThrows(IllegalArgumentException.class, () -> FeedbackSheet.of(four, new FeedbackTask.Choice()));
        assertThrows(IllegalArgumentException.class, () -> FeedbackSheet.of(rollouts("a"), new FeedbackTask.Ranking()));
    }

    @Test
    void whatIsPreferredBecomesPairsSaveWhatWasCutOffOrReadsTheSame() throws Exception {
        Rollouts whole = rollouts("a", "b", "b", "cut");
        List<Rollouts.Group> groups = new ArrayList<>();
        for (Rollouts.Group group : whole.groups()) {
            List<Completion> completions = new ArrayList<>(group.completions());
            Completion last = completions.get(3);
            completions.set(3, new Completion(last.request(), 3, last.segments(), last.text(), Finish.LENGTH));
            groups.add(new Rollouts.Group(group.prompt(), group.tokens(), group.temperature(), completions));
        }
        Rollouts four = new Rollouts(12, groups);
        FeedbackSheet sheet = FeedbackSheet.of(four, new FeedbackTask.Ranking());
        Ratings ranked = Ratings.read(
                List.of(file(
                        row(sheet, "p0", "\"ranking\":[[3],[0],[1],[2]]"),
                        row(sheet, "p1", "\"ranking\":[[1],[3,2]]"))),
                sheet);
        PairSet pairs = ranked.pairs(four);
        assertEquals(
                List.of("p0 a>b", "p0 a>b", "p1 b>cut"),
                pairs.pairs().stream()
                        .map(p -> p.prompt().id() + " " + p.chosen().text() + ">"
                                + p.rejected().text())
                        .toList());
        assertEquals(Map.of("equal", 2, "unfinished", 3), pairs.dropped());
        assertEquals("a", pairs.pairs().get(0).attributes().get("set"));
        assertEquals(0, pairs.pairs().get(0).margin());
        // Two of the first rating's six are left, one of the second's two.
        assertEquals(
                List.of(0.5, 0.5, 1.0),
                pairs.pairs().stream().map(PreferencePair::weight).toList());
    }

    @Test
    void aRankingCountsAsMuchAsAChoice() throws Exception {
        String[] texts = new String[9];
        Arrays.setAll(texts, i -> "text " + i);
        Rollouts nine = rollouts(texts);
        FeedbackSheet sheet = FeedbackSheet.of(nine, new FeedbackTask.Ranking());
        Ratings ranked = Ratings.read(
                List.of(file(
                        row(sheet, "p0", "\"ranking\":[[8],[7],[6],[5],[4],[3],[2],[1],[0]]"),
                        row(sheet, "p1", "\"ranking\":[[3],[5]]"),
                        row(sheet, "p0", "\"ranking\":[[0],[1],[2]]").replace("Ada", "Bo"),
                        row(sheet, "p1", "\"ranking\":[[3,5]]").replace("Ada", "Bo"))),
                sheet);
        assertEquals(List.of(), ranked.problems());
        PairSet pairs = ranked.pairs(nine);
        List<Double> weights =
                pairs.pairs().stream().map(PreferencePair::weight).toList();
        assertEquals(Collections.nCopies(36, 1.0 / 36), weights.subList(0, 36));
        assertEquals(List.of(1.0, 1.0 / 3, 1.0 / 3, 1.0 / 3), weights.subList(36, 40));
        assertEquals(40, weights.size());
        assertEquals(List.of(39, 1), pairs.byPrompt().stream().map(List::size).toList());
    }

    @Test
    void whatIsWrongIsReportedWithRowFieldAndValueAndCostsThatRowOnly() throws Exception {
        Rollouts rollouts = rollouts("one", "two");
        FeedbackSheet sheet = FeedbackSheet.of(rollouts, new FeedbackTask.Scores(0, 5));
        Ratings ratings = Ratings.read(
                List.of(file(
                        "{\"sheet\": ",
                        row(sheet, "p9", "\"scores\":{}"),
                        row(sheet, "p0", "\"scores\":{\"0\":6}"),
                        row(sheet, "p0", "\"scores\":{\"7\":3}"),
                        row(sheet, "p0", "\"scores\":{\"x\":3}"),
                        row(sheet, "p0", "\"scores\":{\"0\":\"good\"}"),
                        row(sheet, "p0", "\"choice\":1"),
                        row(sheet, "p0", "\"scores\":{\"0\":3}").replace(sheet.digest(), "other"),
                        row(sheet, "p0", "\"scores\":{\"0\":3}"),
                        row(sheet, "p0", "\"scores\":{\"0\":4}"))),
                sheet);
        String at = folder.resolve("ratings.jsonl") + ", row ";
        List<String> wanted = List.of(
                "1 is no JSON",
                "2: field 'item' must be an item of the sheet, but is \"p9\"",
                "3: field 'scores', sample 0 must be a number from 0.0 to 5.0, but is 6",
                "4: field 'scores', a sample must be a whole number from 0 to 1, but is 7",
                "5: field 'scores', a sample must be a whole number from 0 to 1, but is \"x\"",
                "6: field 'scores', sample 0 must be a number from 0.0 to 5.0, but is \"good\"",
                "7: field 'scores' must be a map of samples to numbers, but is absent",
                "8: field 'sheet' must be ",
                "10: field 'item' was rated by 'Ada' before, in " + at + "9, but is \"p0\"");
        assertEquals(
                wanted.size(), ratings.problems().size(), ratings.problems().toString());
        for (int i = 0; i < wanted.size(); i++) {
            assertTrue(
                    ratings.problems().get(i).startsWith(at + wanted.get(i)),
                    ratings.problems().get(i));
        }
        assertEquals(1, ratings.ratings().size());
        assertEquals(Map.of("p0", List.of(1), "p1", List.of(0, 1)), ratings.missing());
    }

    @Test
    void filesOfOneNameAreToldApartByTheirFolders() throws Exception {
        FeedbackSheet sheet = FeedbackSheet.of(rollouts("one", "two"), new FeedbackTask.Scores(0, 5));
        List<Path> files = List.of(folder.resolve("ada/ratings.jsonl"), folder.resolve("bob/ratings.jsonl"));
        for (Path file : files) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, row(sheet, "p0", "\"scores\":{\"0\":3}") + "\n");
        }
        Ratings ratings = Ratings.read(files, sheet);
        assertEquals(
                List.of(files.get(1) + ", row 1: field 'item' was rated by 'Ada' before, in " + files.get(0)
                        + ", row 1, but is \"p0\""),
                ratings.problems());
    }

    @Test
    void wrongScoresAmongManyAreNamedBySample() throws Exception {
        String[] texts = new String[60];
        Arrays.setAll(texts, i -> "text " + i);
        FeedbackSheet sheet = FeedbackSheet.of(rollouts(texts), new FeedbackTask.Scores(0, 5));
        StringBuilder scores = new StringBuilder();
        for (int i = 0; i < texts.length; i++) {
            scores.append(i == 0 ? "" : ",").append("\"" + i + "\":" + (i == 57 ? 5.5 : 3));
        }
        Ratings ratings = Ratings.read(List.of(file(row(sheet, "p0", "\"scores\":{" + scores + "}"))), sheet);
        assertEquals(
                List.of(folder.resolve("ratings.jsonl")
                        + ", row 1: field 'scores', sample 57 must be a number from 0.0 to 5.0, but is 5.5"),
                ratings.problems());
    }

    @Test
    void wrongChoicesAndRanksAreReportedToo() throws Exception {
        FeedbackSheet choice = FeedbackSheet.of(rollouts("a", "b"), new FeedbackTask.Choice());
        Ratings chosen = Ratings.read(
                List.of(file(
                        row(choice, "p0", "\"choice\":2"),
                        row(choice, "p0", "\"choice\":\"both\""),
                        row(choice, "p0", "\"scores\":{}"))),
                choice);
        assertEquals(3, chosen.problems().size(), chosen.problems().toString());
        FeedbackSheet ranking = FeedbackSheet.of(rollouts("a", "b", "c"), new FeedbackTask.Ranking());
        Ratings ranked = Ratings.read(
                List.of(file(
                        row(ranking, "p0", "\"ranking\":[[0],[0]]"),
                        row(ranking, "p0", "\"ranking\":[[]]"),
                        row(ranking, "p0", "\"ranking\":[0,1]"),
                        row(ranking, "p0", "\"ranking\":[[3]]"))),
                ranking);
        assertEquals(4, ranked.problems().size(), ranked.problems().toString());
        assertEquals(Map.of("p0", List.of(0, 1, 2), "p1", List.of(0, 1, 2)), ranked.missing());
    }

    @Test
    void whoRatesNothingHasRatedNothing() throws Exception {
        FeedbackSheet scores = FeedbackSheet.of(rollouts("a", "b"), new FeedbackTask.Scores(0, 5));
        Ratings scored = Ratings.read(
                List.of(file(
                        row(scores, "p0", "\"scores\":{}"), row(scores, "p1", "\"scores\":{\"0\":null,\"1\":null}"))),
                scores);
        assertEquals(2, scored.problems().size(), scored.problems().toString());
        assertTrue(
                scored.problems().get(0).contains("row 1: field 'scores' must score at least one sample, but is {}"));
        assertEquals(List.of(), scored.ratings());
        assertThrows(IllegalArgumentException.class, scored::requireComplete);
        FeedbackSheet ranking = FeedbackSheet.of(rollouts("a", "b", "c"), new FeedbackTask.Ranking());
        Ratings ranked = Ratings.read(
                List.of(file(row(ranking, "p0", "\"ranking\":[]"), row(ranking, "p1", "\"ranking\":[[1]]"))), ranking);
        assertEquals(2, ranked.problems().size(), ranked.problems().toString());
        assertTrue(
                ranked.problems().get(1).contains("row 2: field 'ranking' must rank at least two samples"),
                ranked.problems().get(1));
        assertThrows(IllegalArgumentException.class, ranked::requireComplete);
    }

    @Test
    void aPartOfTheSamplesMayBeRatedAndTheOthersAreMissing() throws Exception {
        Rollouts four = rollouts("a", "b", "c", "d");
        FeedbackSheet ranking = FeedbackSheet.of(four, new FeedbackTask.Ranking());
        String first = row(ranking, "p0", "\"ranking\":[[3],[1]]");
        Ratings ranked = Ratings.read(List.of(file(first, row(ranking, "p1", "\"ranking\":[[0,1],[2,3]]"))), ranking);
        assertEquals(List.of(), ranked.problems());
        assertEquals(Map.of("p0", List.of(0, 2)), ranked.missing());
        assertEquals("d", ranked.preferred(four).get(0).chosen().text());
        IllegalArgumentException some = assertThrows(IllegalArgumentException.class, ranked::requireComplete);
        assertTrue(some.getMessage().contains("{p0=[0, 2]}"), some.getMessage());
        Ratings both = Ratings.read(
                List.of(file(
                        first,
                        row(ranking, "p0", "\"ranking\":[[2],[0]]").replace("Ada", "Bo"),
                        row(ranking, "p1", "\"ranking\":[[0,1],[2,3]]"))),
                ranking);
        assertEquals(both, both.requireComplete());
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
