package dev.reft.examples.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.data.ChoiceProblem;
import dev.reft.examples.data.Problem;
import dev.reft.examples.data.WordProblems;
import dev.reft.examples.data.WordProblems.Part;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.ppo.SftExample;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChoiceItemsTest {
    private static final Prompt PROMPT = new Prompt(
            "p",
            new Prompt.Input.Text(""),
            "B",
            Map.of(ChoiceItems.OPTIONS, List.of("3", "7", "4", "9", "5"), ChoiceItems.VALUE, "7"));

    @TempDir
    Path folder;

    @Test
    void fiveDifferentChoicesWithTheRightOneAtItsLetter() throws Exception {
        Set<String> vocabulary = Texts.vocabulary(folder, ChoiceItems.WORDS);
        Set<Character> letters = new HashSet<>();
        for (Problem problem : new WordProblems(2).problems(Part.CHAINS, 80)) {
            ChoiceProblem choices = ChoiceItems.choices(problem);
            assertEquals(5, new HashSet<>(choices.options()).size(), choices.toString());
            assertEquals(problem.answer(), choices.correctText());
            letters.add(choices.correct());
        }
        assertEquals(5, letters.size());
        ChoiceItems items = new ChoiceItems(TaskRunTest.plan(1));
        int reasoned = 0;
        for (SftExample example : items.examples()) {
            String prompt = ((Prompt.Input.Text) example.input()).text();
            Texts.assertReadable(vocabulary, prompt, example.completion());
            reasoned += example.completion().startsWith("answer") ? 0 : 1;
        }
        int all = items.examples().size();
        assertTrue(reasoned > all / 2 && reasoned < all, reasoned + " of " + all);
    }

    @Test
    void lettersAndReasoningAreReadApart() throws Exception {
        assertLook("3 + 4 = 7 . answer B", 1, 1, 0, 0);
        assertLook("3 + 1 = 4 . answer B", 1, 0, 1, 0);
        assertLook("3 + 3 = 6 . answer B", 1, 0, 0, 1);
        assertLook("answer B", 1, 0, 0, 1);
        assertLook("3 + 5 = 7 . answer B", 1, 0, 0, 1); // does not add up
        assertLook("9 - 9 = 1 . 3 + 4 = 7 . answer B", 1, 0, 0, 1);
        assertLook("3 + 4 = 7 . answer C", 0, 1, 0, 0);
        assertLook("3 + 4 = 7 . answer B .", 0, 1, 0, 0);
        assertLook("3 + 4 = 77 . answer B", 1, 0, 0, 1);
        assertLook("", 0, 0, 0, 0);
        assertLook("\uD800\0", 0, 0, 0, 0);
        assertLook("9 + ".repeat(50_000) + "answer B", 0, 0, 0, 0);
    }

    @Test
    void anAnswerThatWasCutOffHasNoLetter() throws Exception {
        String text = "3 + 4 = 7 . answer B";
        assertEquals(
                0, Texts.scoreCutOff(ChoiceReading.PAYS_LETTER, PROMPT, text).value());
        assertEquals(0, Texts.scoreCutOff(ChoiceReading.PAYS_BOTH, PROMPT, text).value());
        Grade.Score look = Texts.scoreCutOff(ChoiceReading.LOOK, PROMPT, text);
        assertEquals(0, look.value());
        assertEquals(0, look.parts().get(ChoiceReading.LETTER));
        assertEquals(1, look.parts().get(ChoiceReading.REASONED));
    }

    private static void assertLook(String text, double letter, double reasoned, double other, double none)
            throws Exception {
        Grade.Score look = Texts.score(ChoiceReading.LOOK, PROMPT, text);
        assertEquals(
                Map.of(
                        ChoiceReading.LETTER,
                        letter,
                        ChoiceReading.REASONED,
                        reasoned,
                        ChoiceReading.OTHER_OPTION,
                        other,
                        ChoiceReading.NO_OPTION,
                        none),
                look.parts(),
                text);
        assertEquals(letter * reasoned, look.value(), text);
        assertEquals(
                letter, Texts.score(ChoiceReading.PAYS_LETTER, PROMPT, text).value(), text);
        assertEquals(
                letter * reasoned,
                Texts.score(ChoiceReading.PAYS_BOTH, PROMPT, text).value(),
                text);
    }
}
