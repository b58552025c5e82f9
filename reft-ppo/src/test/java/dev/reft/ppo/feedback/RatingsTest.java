package dev.reft.ppo.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.PairSet;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.Rollouts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ratings come back: checked, as grades and as pairs. */
class RatingsTest {
    @TempDir
    Path folder;

    private static Rollouts rollouts(String... texts) {
        return FeedbackTest.rollouts(texts);
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
        Rollouts rollouts = rollouts("one", "two", FeedbackTest.HOSTILE);
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
}
