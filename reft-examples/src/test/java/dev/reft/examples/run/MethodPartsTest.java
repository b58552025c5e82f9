package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.data.EmbeddedModel;
import dev.reft.examples.data.WorkedAnswer;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.ppo.PreferencePair;
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
        return new Answer(id, text, "", false);
    }

    @Test
    void choicesFollowTheHiddenScorerButForMistakes() {
        List<Prompt> questions = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            questions.add(Prompt.text("q" + i, "question " + i, "7"));
            answers.add(answer("q" + i, i % 2 == 0 ? "answer 7" : "answer 8"));
            answers.add(answer("q" + i, i % 4 == 3 ? "answer 8" : i % 2 == 0 ? "answer 9" : "answer 7"));
        }
        List<PreferencePair> clean = ChoiceRows.pairs(answers, questions, 0, 1);
        assertEquals(1500, clean.size(), "two answers that are equally good are no choice");
        assertTrue(clean.stream().allMatch(pair -> pair.chosen().text().equals("answer 7")));
        List<PreferencePair> noisy = ChoiceRows.pairs(answers, questions, ChoiceRows.NOISE, 1);
        long mistaken = noisy.stream()
                .filter(pair -> !pair.chosen().text().equals("answer 7"))
                .count();
        assertEquals(ChoiceRows.NOISE, mistaken / 1500.0, 0.03);
        assertEquals(noisy, ChoiceRows.pairs(answers, questions, ChoiceRows.NOISE, 1));
        List<Answer> odd = List.of(answer("q0", "answer 7"), answer("q1", "answer 8"));
        assertThrows(IllegalStateException.class, () -> ChoiceRows.pairs(odd, questions, 0, 1));
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
    }

    @Test
    void theEmbeddedModelLearnsMoreWords() throws Exception {
        Path plain = EmbeddedModel.writeTo(folder.resolve("plain"));
        Path more = EmbeddedModel.writeTo(folder.resolve("more"), JudgeRows.WORDS);
        assertTrue(Files.readString(plain.resolve("config.json")).contains("\"vocab_size\": 97"));
        assertTrue(
                Files.readString(more.resolve("config.json")).replace(" ", "").contains("\"vocab_size\":103"));
        assertTrue(Files.readString(more.resolve("tokenizer.json"))
                .replace(" ", "")
                .contains("\"no\":102"));
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
