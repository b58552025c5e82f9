package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorrectedReftTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Therefore, the answer is: 18|18|1",
                "Therefore, the answer is: 70,000|70000|1",
                "Therefore, the answer is: $18.00.|18|1",
                "Therefore, the answer is:18|18|1",
                "THE ANSWER IS 18 dollars|18|1",
                "the answer is: 17. No: the answer is: 18|18|1",
                "the answer is: 18. No: the answer is: 17|18|0.1",
                "The answer is 18 or 19.|18|0",
                "the answer is 10-3|7|0",
                "the answer is -$5|-5|1",
                "the answer is \u22125|-5|1",
                "the answer is - 5|-5|1",
                "the answer is 3/4|0.75|1",
                "the answer is 1.8e1|18|1",
                "the answer is 50%|50|1",
                "the answer is 18 m2|18|1",
                "the answer is 18 cm^2|18|1",
                "the answer is Rs.18|18|1",
                "the answer is 18.01|18|0.1",
                "the answer is 18.005|18|1",
                "the answer is inf|18|0",
                "the answer is nan|18|0",
                "the answer is eighteen|18|0",
                "the answer is|18|0",
                "18|18|1",
                "$18|18|1",
                "She has 18 eggs|18|0",
                "the answer is 1,23|123|0",
                "the answer is 1234,567|1234567|0",
                "the answer is 1/0|1|0",
                "the answer is not 18.|18|0",
                "The answer is: it isn't 18|18|0",
                "the answer is minus 5|5|0",
                "the answer is Negative 5|-5|0",
                "the answer is minus 5|minus 5|1",
                "the answer is 3 dozen|3|1",
                "the answer is 18 notes|18|1"
            })
    void numbers(String completion, String reference, double expected) {
        assertEquals(expected, score(ReftGrader.corrected(ReftData.GSM8K), completion, reference));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Therefore, the answer is: A|a|1",
                "the answer is \"b\"|a|0.1",
                "the answer is (c).|c|1",
                "the answer is b ) 42|b|1",
                "the answer is all of them|a|0",
                "the answer is a, b, c, d|a|0",
                "the answer is f|a|0",
                "the answer is none|a|0",
                "no marker at all|a|0",
                "d|d|1"
            })
    void choices(String completion, String reference, double expected) {
        assertEquals(expected, score(ReftGrader.corrected(ReftData.MATHQA), completion, reference));
    }

    @Test
    void answerMayFollowOnTheNextLineButNotAnotherOne() {
        ReftGrader grader = ReftGrader.corrected(ReftData.SVAMP);
        assertEquals(1, score(grader, "the answer is:\n18\n19", "18"));
        assertEquals(0.1, score(grader, "the answer is: 17\n18", "18"));
    }

    @Test
    void scoresMarkerAndToleranceAreChoices() {
        CorrectedReft rule = new CorrectedReft(ReftData.SVAMP, new Tolerance(0, 0.1), "answer");
        ReftGrader grader = new ReftGrader(rule, new AnswerScores(2, -0.5, -1));
        assertEquals(2, score(grader, "5 + 3 = 8 . answer 8.5", "8"));
        assertEquals(-0.5, score(grader, "5 + 3 = 8 . answer 9", "8"));
        assertEquals(-1, score(grader, "5 + 3 = 8 .", "8"));
        assertEquals(1, score(grader.withScores(AnswerScores.BINARY), "answer 8", "8"));
    }

    @Test
    void explainsWhatItRead() {
        Grade.Score score = (Grade.Score) grade(ReftGrader.corrected(ReftData.SVAMP), "the answer is 70,000.0", "7e4");
        assertEquals("70000", score.extracted());
        assertEquals("read '70000', expected '70000'", score.explanation());
        assertEquals(1.0, score.parts().get("correct"));
        assertEquals(1.0, score.parts().get("readable"));
    }

    @ParameterizedTest
    @EnumSource(ReftData.class)
    void uselessReferenceIsNoScore(ReftData data) {
        assertInstanceOf(Grade.None.class, grade(ReftGrader.corrected(data), "the answer is 1", "forty two"));
        if (!data.isChoice()) {
            assertInstanceOf(Grade.None.class, grade(ReftGrader.published(data), "1", "forty two"));
        }
    }

    @Test
    void refusesNonsense() {
        assertThrows(IllegalArgumentException.class, () -> new AnswerScores(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new AnswerScores(Double.NaN, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Tolerance(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Tolerance(Double.NaN, 0));
        assertThrows(IllegalArgumentException.class, () -> new CorrectedReft(ReftData.SVAMP, Tolerance.REFT, " "));
        assertThrows(IllegalArgumentException.class, () -> AnswerReader.afterLast(""));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ReftData.ofItem("math_1"))
                .getMessage()
                .contains("math_1"));
        assertEquals(ReftData.MATHQA_NUMERIC, ReftData.ofItem("mathqa-numeric_7"));
    }

    @Test
    void exactAnswers() throws Exception {
        assertEquals(1, value(ExactGrader.whole().grade(prompt("blue  whale"), completion(" blue whale\n"))));
        assertEquals(0, value(ExactGrader.whole().grade(prompt("blue"), completion("Blue"))));
        ExactGrader after = ExactGrader.after("answer:");
        assertEquals(1, value(after.grade(prompt("blue"), completion("red. answer: red\nanswer: blue\n"))));
        assertEquals(0, value(after.grade(prompt("blue"), completion("blue"))));
        assertInstanceOf(Grade.None.class, ExactGrader.whole().grade(prompt(" "), completion("")));
        ExactGrader any = new ExactGrader(AnswerReader.WHOLE, true, AnswerScores.BINARY);
        assertEquals(1, value(any.grade(prompt("BLUE"), completion("blue"))));
    }

    @Property(tries = 300)
    void noTextBreaksAGrader(@ForAll String completion, @ForAll String reference) {
        for (ReftData data : ReftData.values()) {
            new CorrectedReft(data, Tolerance.REFT, "a").judge(completion, reference);
            new PublishedReft(data, Tolerance.REFT).judge(completion, reference);
        }
        for (Gsm8kRule rule : Gsm8kRule.values()) {
            rule.judge(completion, reference);
        }
        ExactGrader.whole().judge(completion, reference);
        new NumberRule(AnswerReader.afterLast("1"), Tolerance.REFT).judge(completion, reference);
    }

    @Property
    void aStatedNumberIsRead(@ForAll int number) {
        assertEquals(OptionalDouble.of(number), NumberText.only("it is " + number + " apples."));
        assertEquals(OptionalDouble.of(number), NumberText.only(String.format(java.util.Locale.ROOT, "$%,d", number)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1,", "-", "#### ", "the answer is ", ".", "\u0661", "_1", "1/"})
    void longTextsAreQuick(String unit) {
        String text = unit.repeat(2_000_000 / unit.length());
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (ReftData data : ReftData.values()) {
                score(ReftGrader.corrected(data), text, data.isChoice() ? "a" : "1");
                score(ReftGrader.published(data), text, data.isChoice() ? "a" : "1");
            }
            for (Gsm8kRule rule : Gsm8kRule.values()) {
                rule.judge(text, "1");
            }
        });
    }

    private static double score(ReftGrader grader, String completion, String reference) {
        return value(grade(grader, completion, reference));
    }

    private static Grade grade(ReftGrader grader, String completion, String reference) {
        try {
            return grader.grade(prompt(reference), completion(completion));
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static double value(Grade grade) {
        return ((Grade.Score) grade).value();
    }

    private static Prompt prompt(String reference) {
        return Prompt.text("q", "", reference);
    }

    private static Completion completion(String text) {
        return new Completion("q", 0, List.of(), text, Finish.END);
    }
}
