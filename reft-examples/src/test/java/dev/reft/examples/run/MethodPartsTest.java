package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.data.EmbeddedModel;
import dev.reft.examples.data.WorkedAnswer;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.ppo.LabelledResponse;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.Response;
import dev.reft.ppo.SftExample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the methods are told about right and wrong, and how choices are made of it. */
class MethodPartsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "3 + 4 = 7 . answer 7, 7, 1, 1, 1, 1",
        "3 + 4 = 8 . answer 8, 7, 0, 0, 1, 0.2",
        "3 + 4 = 7 . 7 - 2 = 6 . answer 5, 5, 1, 0.5, 0, 0.7",
        "answer 7, 7, 1, 0, 0, 0.6",
        "6 * 6 = 36 . answer, 36, 0, 1, 0, 0.2",
        "'', 7, 0, 0, 0, 0",
        "answer 7 answer 70, 7, 0, 0, 0, 0"
    })
    void anAnswerIsRightSoundAndConsistent(
            String text, String reference, double right, double sound, double consistent, double value) {
        Grade.Score score = WorkedAnswer.score(text, reference);
        assertEquals(Map.of("right", right, "sound", sound, "consistent", consistent), score.parts(), text);
        assertEquals(value, score.value(), 1e-12, text);
    }

    private static Answer answer(String id, String text) {
        return new Answer(id, text, "", false, true);
    }

    private static Answer cutOff(String id, String text, boolean right) {
        return new Answer(id, text, "", right, false);
    }

    @Test
    void choicesFollowTheHiddenScorerButForMistakes() {
        List<Prompt> questions = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            questions.add(Prompt.text("q" + i, "question " + i, "7"));
            answers.add(answer("q" + i, i % 2 == 0 ? "answer 7" : "answer 8"));
            answers.add(answer("q" + i, i % 4 == 3 ? "answer 9" : i % 2 == 0 ? "answer 9" : "answer 7"));
            answers.add(answer("q" + i, i % 2 == 0 ? " answer 7" : "answer 8 ")); // the first again
        }
        ChoiceRows.Asked clean = ChoiceRows.ask(answers, questions, 0, 1);
        assertEquals(2000, clean.comparisons(), "the same text is not compared with itself");
        assertEquals(500, clean.ties(), "two answers that are equally good are no choice, but somebody looked at them");
        assertEquals(1500, clean.pairs().size());
        assertTrue(clean.pairs().stream().allMatch(pair -> pair.chosen().text().equals("answer 7")));
        ChoiceRows.Asked noisy = ChoiceRows.ask(answers, questions, ChoiceRows.NOISE, 1);
        long mistaken = noisy.pairs().stream()
                .filter(pair -> !pair.chosen().text().equals("answer 7"))
                .count();
        assertEquals(ChoiceRows.NOISE, mistaken / 1500.0, 0.03);
        assertEquals(noisy, ChoiceRows.ask(answers, questions, ChoiceRows.NOISE, 1));
        List<Answer> strange = List.of(answer("q", "answer 7"), answer("q", "answer 8"));
        assertThrows(IllegalStateException.class, () -> ChoiceRows.ask(strange, questions, 0, 1));
    }

    @Test
    void whatWasCutOffIsNeitherChosenNorTaughtToEnd() {
        List<Prompt> questions = List.of(Prompt.text("q", "question", "7"));
        // Cut off, it has no answer for who likes right ones, whatever its text.
        assertEquals(0.2, WorkedAnswer.score("3 + 4 = 7 . answer 7", "7", false).value(), 1e-12);
        ChoiceRows.Asked rejected = ChoiceRows.ask(
                List.of(cutOff("q", "3 + 4 = 7 . answer 7", true), answer("q", "answer 7")), questions, 0, 1);
        PreferencePair pair = rejected.pairs().get(0);
        assertEquals(new Response.Text("answer 7", true), pair.chosen());
        assertEquals(new Response.Text("3 + 4 = 7 . answer 7", false), pair.rejected());
        List<Answer> better = List.of(cutOff("q", "3 + 4 = 7 . answer 7", true), answer("q", "3 + 4 = 8"));
        ChoiceRows.Asked none = ChoiceRows.ask(better, questions, 0, 1);
        assertEquals(List.of(), none.pairs());
        assertEquals(1, none.unfinished());
        assertEquals(1, none.comparisons());
        // The same text, whole and cut off, are two answers.
        assertEquals(
                1,
                ChoiceRows.ask(List.of(cutOff("q", "answer 7", true), answer("q", "answer 7")), questions, 0, 1)
                        .comparisons());
    }

    @Test
    void theRerankerLearnsNoUnfinishedAnswerAsRightAndNoEndOfOne() {
        Prompt prompt = Prompt.text("q", "question", "7");
        List<LabelledResponse> rows = Election.labelled(
                List.of(
                        new Answer("q", "answer 7", "7", true, true),
                        new Answer("q", "answer 7 ", "7", true, true),
                        cutOff("q", "so answer 7", true),
                        cutOff("q", "answer", false),
                        new Answer("q", "answer 8", "8", false, true)),
                Map.of("q", prompt));
        assertEquals(
                List.of(
                        new LabelledResponse(prompt, new Response.Text("answer 7", true), true),
                        new LabelledResponse(prompt, new Response.Text("answer", false), false),
                        new LabelledResponse(prompt, new Response.Text("answer 8", true), false)),
                rows);
    }

    @Test
    void aJudgeIsAskedByRubric() {
        Prompt prompt = Prompt.text("q", "how many ? =>", "7");
        List<SftExample> rows = JudgeRows.examples(List.of(answer("q", " 3 + 4 = 8 . answer 7 ")), Map.of("q", prompt));
        assertEquals(
                List.of(
                        SftExample.text("q/right", "judge right : how many ? => 3 + 4 = 8 . answer 7 ?", "yes"),
                        SftExample.text("q/sound", "judge sound : how many ? => 3 + 4 = 8 . answer 7 ?", "no")),
                rows);
        List<SftExample> cut = JudgeRows.examples(List.of(cutOff("q", "answer 7", true)), Map.of("q", prompt));
        assertEquals(
                SftExample.text("q/right", "judge right : how many ? => answer 7 unfinished ?", "no"),
                cut.get(0),
                "an answer that was cut off is none, and the judge is told");
        List<Answer> others = List.of(answer("q", "answer 7"), answer("q", "answer 7"), cutOff("q", "answer 7", true));
        assertEquals(2.0 / 3, JudgeRows.baseRate(JudgeRows.RIGHT, others, Map.of("q", prompt)), 1e-12);
    }

    @Test
    void theEmbeddedModelLearnsMoreWords() throws Exception {
        Path plain = EmbeddedModel.writeTo(folder.resolve("plain"));
        Path more = EmbeddedModel.writeTo(folder.resolve("more"), JudgeRows.WORDS);
        assertTrue(Files.readString(plain.resolve("config.json")).contains("\"vocab_size\": 97"));
        assertTrue(
                Files.readString(more.resolve("config.json")).replace(" ", "").contains("\"vocab_size\":104"));
        assertTrue(Files.readString(more.resolve("tokenizer.json"))
                .replace(" ", "")
                .contains("\"no\":102"));
        Path wider = EmbeddedModel.writeTo(folder.resolve("wider"), List.of(), 0.08);
        String config = Files.readString(wider.resolve("config.json")).replace(" ", "");
        assertTrue(config.contains("\"initializer_range\":0.08"), config);
        assertTrue(config.contains("\"vocab_size\":97"), config);
        assertThrows(IllegalArgumentException.class, () -> EmbeddedModel.writeTo(folder.resolve("bad"), List.of(), 0));
        assertThrows(
                IllegalArgumentException.class, () -> EmbeddedModel.writeTo(folder.resolve("bad"), List.of("answer")));
        assertThrows(
                IllegalArgumentException.class, () -> EmbeddedModel.writeTo(folder.resolve("bad"), List.of("a b")));
    }

    @Test
    void methodsAreNamedAndFitTheData() {
        assertThrows(IllegalArgumentException.class, () -> new MethodRun.Choice(List.of("reinforce"), 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new MethodRun.Choice(List.of(), 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new MethodRun.Choice(List.of(), 1, -1));
        assertTrue(MethodRun.methods(RunPlan.DataKind.WORDS).contains("rlhf"));
        assertFalse(MethodRun.methods(RunPlan.DataKind.SVAMP).contains("rlhf"));
        assertTrue(MethodRun.methods(RunPlan.DataKind.SVAMP).containsAll(List.of("offline-st", "online-st", "rlvr")));
    }
}
