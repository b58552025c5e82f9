package dev.reft.examples.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.data.EmbeddedModel;
import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/** Answers as texts. */
final class Texts {
    private Texts() {}

    static Completion completion(String text) {
        return new Completion("p", 0, List.of(), text, Finish.END);
    }

    static Grade.Score score(Grader grader, Prompt prompt, String text) throws Exception {
        return score(grader, prompt, completion(text));
    }

    /** The score of the same text, cut off at the most tokens before its end was seen. */
    static Grade.Score scoreCutOff(Grader grader, Prompt prompt, String text) throws Exception {
        return score(grader, prompt, new Completion("p", 0, List.of(), text, Finish.LENGTH));
    }

    private static Grade.Score score(Grader grader, Prompt prompt, Completion completion) throws Exception {
        Grade grade = grader.grade(prompt, completion);
        assertTrue(grade instanceof Grade.Score, () -> "'" + completion.text() + "': " + grade);
        return (Grade.Score) grade;
    }

    static String text(Prompt prompt) {
        return ((Prompt.Input.Text) prompt.input()).text();
    }

    /** What the embedded model knows with further words. */
    static Set<String> vocabulary(Path folder, List<String> words) throws Exception {
        EmbeddedModel.writeTo(folder, words);
        Set<String> known = new HashSet<>();
        JsonMapper.builder()
                .build()
                .readTree(Files.readString(folder.resolve("tokenizer.json")))
                .get("model")
                .get("vocab")
                .propertyNames()
                .forEach(known::add);
        return known;
    }

    /** Each word is known, and all fit into the model's context of 128 tokens. */
    static void assertReadable(Set<String> vocabulary, String prompt, String target) {
        List<String> words = List.of((prompt + " " + target).split(" ", -1));
        words.forEach(word -> assertTrue(vocabulary.contains(word), () -> "'" + word + "' in: " + prompt));
        assertTrue(words.size() + 1 <= 128, prompt);
        assertEquals(words.size(), words.stream().filter(w -> !w.isBlank()).count());
    }
}
