package dev.reft.examples.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.data.Problem;
import dev.reft.examples.data.WordProblems;
import dev.reft.examples.data.WordProblems.Part;
import dev.reft.examples.tasks.Examination.Answer;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.data.Mixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StyledProblemsTest {
    private static final String QUESTION = "Ann has 3 apples . Ann buys 4 apples . how many apples does Ann have now ?";

    @TempDir
    Path folder;

    @Test
    void stylesAreTold() {
        assertKept("answer 7", Style.SHORT);
        assertKept(" answer 7 ", Style.SHORT);
        assertKept("3 + 4 = 7 . answer 7", Style.STEPS);
        assertKept("answer 7 answer 7", Style.TWICE);
        assertKept("3 + 4 = 7 . answer 7 answer 7", Style.STEPS, Style.TWICE);
        assertKept("Ann : 3 + 4 = 7 . answer 7", Style.STEPS, Style.NAMED);
        assertKept("Ann : answer 7", Style.NAMED);
        assertKept("answer 7 answer 17");
        assertKept("answer 17 answer 7");
        assertKept("Ben : answer 7");
        assertKept("Ann answer 7");
        assertKept("");
        assertKept("answer 7".repeat(1000));
    }

    private static void assertKept(String text, Style... styles) {
        for (Style style : Style.values()) {
            assertEquals(List.of(styles).contains(style), style.kept(QUESTION, text), style + ": " + text);
        }
    }

    @Test
    void targetsKeepTheirStyleAndAreRight() throws Exception {
        Set<String> vocabulary = Texts.vocabulary(folder, StyledProblems.WORDS);
        for (Problem problem : new WordProblems(3).problems(Part.CHAINS, 60)) {
            for (Style style : Style.values()) {
                String target = style.target(problem);
                assertTrue(style.kept(problem.question(), target), target);
                Prompt prompt = Prompt.text("p", "", problem.answer());
                assertEquals(
                        1, Texts.score(StyledProblems.IS_RIGHT, prompt, target).value(), target);
                Texts.assertReadable(vocabulary, style.ask(problem.question()) + " =>", target);
                assertTrue(target.split(" ", -1).length < 24, target);
            }
        }
    }

    @Test
    void setsAreGradedEachByItsOwnGrader() throws Exception {
        StyledProblems data = new StyledProblems(TaskRunTest.plan(1));
        Mixture mixture = data.mixture(0.25);
        assertEquals(0.25, mixture.share(StyledProblems.STYLE));
        int maths = 0;
        for (Prompt prompt : mixture.prompts(0, 8)) {
            boolean plain = StyledProblems.MATHS.equals(prompt.attributes().get(Mixture.SET));
            maths += plain ? 1 : 0;
            String right = "answer " + prompt.reference();
            boolean isShort = Style.SHORT.name().equals(prompt.attributes().get(StyledProblems.STYLE));
            double expected = plain || isShort ? 1 : 0.5;
            assertEquals(
                    expected,
                    Texts.score(StyledProblems.grader(), prompt, right).value(),
                    prompt.toString());
            assertEquals(
                    isShort ? 0.5 : 0,
                    Texts.score(StyledProblems.grader(), prompt, "answer 999").value());
        }
        assertEquals(6, maths);
        List<Prompt> tests = data.tests();
        assertEquals(2 * TaskRunTest.plan(1).tests(), tests.size());
        Set<String> questions = new HashSet<>();
        data.examples().stream()
                .map(SftExample::input)
                .forEach(input -> questions.add(plain(((Prompt.Input.Text) input).text())));
        tests.forEach(test -> assertFalse(questions.contains(plain(Texts.text(test))), Texts.text(test)));
    }

    @Test
    void whatWasCutOffIsPaidForNothingButItsSteps() throws Exception {
        StyledProblems data = new StyledProblems(TaskRunTest.plan(1));
        for (Prompt prompt : data.mixture(0.5).prompts(0, 16)) {
            for (String text : List.of(
                    "answer " + prompt.reference(),
                    "1 + 1 = 2 . answer " + prompt.reference(),
                    "answer " + prompt.reference() + " answer " + prompt.reference(),
                    "1 + 1 = 2 . 1 + 1 = 2 .")) {
                assertEquals(
                        0,
                        Texts.scoreCutOff(StyledProblems.grader(), prompt, text).value(),
                        prompt + ": " + text);
                Grade.Score looked = Texts.scoreCutOff(StyledProblems.LOOK, prompt, text);
                assertEquals(Map.of(StyledProblems.RIGHT, 0.0, StyledProblems.KEPT, 0.0), looked.parts());
                assertTrue(looked.value() <= 0.2, looked.toString());
            }
        }
    }

    private static String plain(String text) {
        return text.substring(text.indexOf(':') + 1).strip();
    }

    @Test
    void tableTellsWhoIsPreferredAndWhatFell() {
        StageTable table = new StageTable();
        table.add("sft", examined(answers(0.5, 1, 1, 1, 1)), "");
        table.add("dpo", examined(answers(0.4, 1, 0, 0, 1)), "sft");
        table.add("rlvr", new StageTable.Examined(answers(0.6, 1, 1, 0, 0), 1.25, -2.5), "dpo");
        table.add("more", new StageTable.Examined(answers(0.6, 1, 1, 0, 0), 1, -2.75), "rlvr");
        List<String> lines = table.lines();
        assertEquals("| sft | - | 100.0 | 100.0 | 0.500 | - | 4.0 | - | - |", lines.get(2));
        assertEquals("| dpo | sft | 50.0 | 50.0 | 0.475 | 37.5 | 4.0 | - | - |", lines.get(3));
        assertEquals("| rlvr | dpo | 100.0 | 0.0 | 0.525 | 62.5 | 4.0 | 1.250 | -2.500 |", lines.get(4));
        assertEquals(
                List.of(
                        "Fell: maths, from 100.0 % after sft to 50.0 % after dpo.",
                        "Fell: constraints, from 100.0 % after sft to 50.0 % after dpo.",
                        "Fell: liked, from 0.500 after sft to 0.475 after dpo.",
                        "Fell: preference, the answers of dpo are preferred to those of sft for 37.5 % of the items.",
                        "Fell: constraints, from 50.0 % after dpo to 0.0 % after rlvr.",
                        "Fell: off task, from -2.500 after rlvr to -2.750 after more."),
                lines.subList(7, lines.size()));
        assertThrows(IllegalArgumentException.class, () -> table.add("x", examined(answers(0, 0, 0, 0, 0)), "y"));
    }

    private static StageTable.Examined examined(Examination answers) {
        return new StageTable.Examined(answers, Double.NaN, Double.NaN);
    }

    @Test
    void lengthsAreShownByThirds() {
        List<Answer> before = new ArrayList<>();
        List<Answer> after = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            before.add(new Answer("i" + i, "", 0.5, 10 - i, Map.of()));
            after.add(new Answer("i" + i, "", i < 2 ? 1 : i < 4 ? 0 : 0.5, 3, Map.of()));
        }
        List<String> lines =
                LengthBins.lines("sft", new Examination(before), Map.of("dpo-norm", new Examination(after)));
        assertEquals(
                List.of(
                        "| answers of sft were | items | tokens then | tokens after dpo-norm | preferred % |",
                        "|---|---|---|---|---|",
                        "| short | 2 | 5.5 | 3.0 | 50.0 |",
                        "| middle | 2 | 7.5 | 3.0 | 0.0 |",
                        "| long | 2 | 9.5 | 3.0 | 100.0 |"),
                lines);
    }

    /** Two maths problems right or not, two styles kept or not; the first answer is liked so much, the others alike. */
    private static Examination answers(double first, double m1, double m2, double s1, double s2) {
        return new Examination(List.of(
                new Answer("maths/1", "", first, 4, Map.of("right", m1, "kept", 0.0)),
                new Answer("maths/2", "", 0.5, 4, Map.of("right", m2, "kept", 0.0)),
                new Answer("style/1", "", 0.5, 4, Map.of("right", 0.0, "kept", s1)),
                new Answer("style/2", "", 0.5, 4, Map.of("right", 0.0, "kept", s2))));
    }
}
