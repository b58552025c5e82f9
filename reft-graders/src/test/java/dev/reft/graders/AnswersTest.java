package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswersTest {
    private static Grade grade(Grader grader, String reference, String text) throws Exception {
        Prompt prompt = Prompt.text("q", "", reference);
        return grader.grade(prompt, new Completion("q", 0, List.of(), text, Finish.END));
    }

    private static double score(Grader grader, String reference, String text) throws Exception {
        return ((Grade.Score) grade(grader, reference, text)).value();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5 km|5000 m|1",
                "5 km|5,000 meters|1",
                "5 km|5|1",
                "5 km|5 km|1",
                "5 km|5 m|0.1",
                "5 km|5 hours|0.1",
                "5 km|5 apples|1",
                "5|5 km|1",
                "$2.50|250 cents|1",
                "$2.50|2.5|1",
                "250 cents|$2.50|1",
                "90 minutes|1.5 hours|1",
                "2 m^2|20000 cm^2|1",
                "36 km/h|10 m/s|1",
                "36 km per hour|10 meters per second|1",
                "1 kg|1000 g.|1",
                "50%|50 percent|1",
                "50%|0.5|0.1"
            })
    void unitsAreConvertedWhereTheReferenceNamesOne(String reference, String answer, double expected) throws Exception {
        assertEquals(expected, score(ReftGrader.corrected(ReftData.GSM8K), reference, "the answer is " + answer));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a|The answer is (A).|1",
                "a|the answer is: a ) 38|1",
                "B|b|1",
                "b|the answer is a|0",
                "b|the answer is a or b|0",
                "b|because|0",
                "e|the answer is f|0",
                "b|the answer is (b) or (c)|0",
                "b|the answer is (b) (the second)|1",
                "c|the answer is A. No, the answer is C|1"
            })
    void choices(String reference, String text, double expected) throws Exception {
        assertEquals(expected, score(ChoiceGrader.fiveChoices(), reference, text));
    }

    @Test
    void choicesEndWhereTheyAreSaidTo() throws Exception {
        ChoiceGrader ten = new ChoiceGrader(AnswerReader.stated("answer"), 'J', AnswerScores.REFT);
        assertEquals(1, score(ten, "j", "answer: J"));
        assertEquals(0.1, score(ten, "j", "answer: I"));
        assertEquals(0, score(ten, "j", "answer: K"));
        assertInstanceOf(Grade.None.class, grade(ten, "k", "answer: K"));
        assertThrows(
                IllegalArgumentException.class, () -> new ChoiceGrader(AnswerReader.WHOLE, '1', AnswerScores.BINARY));
    }

    @Test
    void anyOfSeveralAcceptedAnswersIsRight() throws Exception {
        Prompt prompt = new Prompt(
                "q", new Prompt.Input.Text(""), "18", Map.of(References.ATTRIBUTE, List.of("20", "no number")));
        for (Grader grader : List.of(ReftGrader.corrected(ReftData.GSM8K), NumericGrader.after("is", Tolerance.REFT))) {
            for (int answer : List.of(18, 20)) {
                Completion right = new Completion("q", 0, List.of(), "the answer is " + answer, Finish.END);
                assertEquals(1, ((Grade.Score) grader.grade(prompt, right)).value());
            }
            Completion wrong = new Completion("q", 0, List.of(), "the answer is 19", Finish.END);
            assertTrue(((Grade.Score) grader.grade(prompt, wrong)).value() < 1);
        }
    }

    @Test
    void expressionsReadAnswers() throws Exception {
        Grader grader = new ExactGrader(AnswerReader.lastMatch("answer:\\s*(\\w+)"), true, AnswerScores.REFT);
        assertEquals(1, score(grader, "Blue", "answer: red\nanswer: blue"));
        assertEquals(0.1, score(grader, "Blue", "answer: red"));
        assertEquals(0, score(grader, "Blue", "blue"));
        assertEquals(Optional.of("17"), AnswerReader.lastMatch("\\d+").read("16, 17"));
        assertEquals(1, score(new RegexGrader(Pattern.compile("^\\d+$")), "", "17"));
        assertEquals(0, score(new RegexGrader(Pattern.compile("^\\d+$")), "", "x"));
    }

    @Test
    void expressionsDoNotRunAway() throws Exception {
        String evil = "a".repeat(5000) + "!";
        long start = System.nanoTime();
        assertEquals(0, score(new RegexGrader(Pattern.compile("(a+)+$")), "", evil));
        assertEquals(0, score(new RegexGrader(Pattern.compile("(a|aa)+$")), "", evil));
        assertEquals(0, score(new RegexGrader(Pattern.compile("(.|\\s)*x")), "", "a".repeat(1_000_000)));
        assertTrue(System.nanoTime() - start < 5_000_000_000L);
    }
}
