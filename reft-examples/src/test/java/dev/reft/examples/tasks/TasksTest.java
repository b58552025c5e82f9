package dev.reft.examples.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.data.WordProblems.Part;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TasksTest {
    private static final List<String> NONSENSE = List.of(
            "",
            " ",
            "\uD800",
            "\0",
            "{",
            "{ \"city\" : ",
            "Ann Ann Ann",
            "Ann 1 Ben 99999999999 Cleo 3",
            "x".repeat(100_000));

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"code", "puzzle", "extraction"})
    void targetsAreRightInWordsThatTheModelKnowsAndPartsShareNoQuestion(String name) throws Exception {
        try (Task task = Tasks.open(name)) {
            Set<String> vocabulary = Texts.vocabulary(folder, task.words());
            Set<String> questions = new HashSet<>();
            for (Part part : List.of(Part.CHAINS, Part.ANSWERS, Part.TEST)) {
                List<Item> items = Item.draw(5, part, 40, task::draw);
                assertEquals(items.subList(0, 10), Item.draw(5, part, 10, task::draw));
                for (Item item : items) {
                    assertTrue(questions.add(item.question()), item.question());
                    Texts.assertReadable(vocabulary, Texts.text(item.prompt()), item.target());
                    assertTrue(item.target().split(" ", -1).length < task.maxTokens(), item.target());
                    assertEquals(
                            1,
                            Texts.score(task.grader(), item.prompt(), item.target())
                                    .value());
                    assertEquals(
                            0,
                            Texts.scoreCutOff(task.grader(), item.prompt(), item.target())
                                    .value());
                }
            }
            Prompt prompt = Item.draw(5, Part.TEST, 1, task::draw).get(0).prompt();
            for (String text : NONSENSE) {
                assertEquals(0, Texts.score(task.grader(), prompt, text).value(), text.length() + " chars");
            }
        }
    }

    @Test
    void anUnknownTaskIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Tasks.open("chess"));
    }

    @Test
    void aFunctionIsRunOnceAndScoredByItsTests() throws Exception {
        Prompt prompt = Prompt.text("p", "x 1 : 3 =>", "1 3 5 7 9 11 13 15 17 19");
        try (CodeTask task = CodeTask.open()) {
            FunctionGrader grader = (FunctionGrader) task.grader();
            assertEquals(1, Texts.score(grader, prompt, "lambda x : x * 2 + 1").value());
            assertEquals(
                    1, Texts.score(grader, prompt, " lambda x : x * 2 + 1 ").value());
            assertEquals(1, grader.runs());
            assertEquals(1, Texts.score(grader, prompt, "lambda x : x + x + 1").value());
            assertEquals(0.1, Texts.score(grader, prompt, "lambda x : x + 1").value(), 1e-12);
            assertEquals(
                    0.2, Texts.score(grader, prompt, "lambda x : x * x + 1").value(), 1e-12);
            for (String wrong : List.of("lambda x : Ann", "lambda x : x +", "lambda x : x / 0", "x * 2 + 1")) {
                Grade.Score score = Texts.score(grader, prompt, wrong);
                assertEquals(0, score.value(), wrong);
                assertEquals(Map.of("runs", 0.0), score.parts(), wrong);
            }
            assertEquals(
                    0, Texts.score(grader, prompt, "lambda x : 1\nprint(1)").value());
            assertEquals(7, grader.runs());
            // Forged output beside the function's is not ten lines.
            assertEquals(
                    0,
                    Texts.score(grader, prompt, "lambda x : print(x * 2 + 1)").value());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> grader.grade(Prompt.text("q", "", "1 2"), Texts.completion("lambda x : x")));
        }
    }

    @Test
    void cluesLeaveOneSeatingAndPartsOfThemCountHalf() throws Exception {
        List<Clue> clues =
                List.of(new Clue.NotAt("Ann", 1), new Clue.LeftOf("Ben", "Cleo"), new Clue.NextTo("Ann", "Ben"));
        Prompt prompt = new Prompt(
                "p", new Prompt.Input.Text(""), "", Map.of("names", List.of("Ann", "Ben", "Cleo"), "clues", clues));
        PuzzleTask task = new PuzzleTask();
        // Ann 2 Ben 1 Cleo 3 and Ann 3: Ben 2 is not left of Cleo 1; Ann 3 Ben 1 is not next.
        assertEquals(1, Texts.score(task.grader(), prompt, "Ann 2 Ben 1 Cleo 3").value());
        assertEquals(1, Texts.score(task.grader(), prompt, "Cleo 3 Ann 2 Ben 1").value());
        assertEquals(
                1.0 / 3,
                Texts.score(task.grader(), prompt, "Ann 3 Ben 2 Cleo 1").value(),
                1e-12);
        assertEquals(
                1.0 / 3,
                Texts.score(task.grader(), prompt, "Ann 1 Ben 2 Cleo 3").value(),
                1e-12);
        for (String gate : List.of("Ann 2 Ben 1", "Ann 2 Ben 2 Cleo 3", "Ann 2 Ben 1 Dan 3", "Ann 2 Ben 1 Cleo 4")) {
            assertEquals(0, Texts.score(task.grader(), prompt, gate).value(), gate);
        }
        for (Item item : Item.draw(1, Part.ANSWERS, 60, task::draw)) {
            String[] words = item.target().split(" ");
            int solutions = 0;
            for (String seats : List.of("123", "132", "213", "231", "312", "321")) {
                String text = words[0] + " " + seats.charAt(0) + " " + words[2] + " " + seats.charAt(1) + " " + words[4]
                        + " " + seats.charAt(2);
                solutions += Texts.score(task.grader(), item.prompt(), text).value() == 1 ? 1 : 0;
            }
            assertEquals(1, solutions, item.question());
        }
    }

    @Test
    void fieldsAreScoredOnTheirOwn() throws Exception {
        ExtractionTask task = new ExtractionTask();
        String reference =
                "{ \"university\" : \" Norvale \" , \"programming_languages\" : [ \" Java \" , \" Rust \" , \" Scala \" ]"
                        + " , \"city\" : \" Oakham \" , \"state\" : \" Ohio \" }";
        Prompt prompt = Prompt.text("p", "", reference);
        String two = reference.replace(" , \" Scala \"", "");
        // F1 of two of three is 2 * 2 / (2 + 3) = 0.8, one field of four.
        assertEquals(0.95, Texts.score(task.grader(), prompt, two).value(), 1e-12);
        Grade.Score other = Texts.score(task.grader(), prompt, reference.replace("Oakham", "Millport"));
        assertEquals(0.75, other.value(), 1e-12);
        assertEquals(0, other.parts().getOrDefault("field.city", Double.NaN));
        assertEquals(1, other.parts().getOrDefault("field.state", Double.NaN));
        assertFalse(reference.equals(two));
    }
}
