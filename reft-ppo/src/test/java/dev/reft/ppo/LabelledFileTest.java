package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.text.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of marked answers in the forms that are about. */
class LabelledFileTest {
    @TempDir
    Path root;

    private List<LabelledResponse> read(String... lines) throws Exception {
        Path file = root.resolve("marked.jsonl");
        Files.writeString(file, String.join("\n", lines));
        return LabelledFile.read(file);
    }

    @Test
    void text() throws Exception {
        List<LabelledResponse> examples = read(
                "\uFEFF{\"prompt\": \"2+2=\", \"completion\": \"4\", \"label\": true, \"source\": \"me\"}",
                "",
                "{\"id\": 7, \"prompt\": \"2+2=\", \"completion\": \"5\", \"label\": false, \"completion_ended\": false}");
        assertEquals(
                List.of(
                        new LabelledResponse(
                                new Prompt("row_1", new Prompt.Input.Text("2+2="), "", Map.of("source", "me")),
                                Response.of("4"),
                                true),
                        new LabelledResponse(Prompt.text("7", "2+2=", ""), new Response.Text("5", false), false)),
                examples);
    }

    @Test
    void chatsInAllForms() throws Exception {
        String user = "{\"role\": \"user\", \"content\": \"2+2?\"}";
        String good = "{\"role\": \"assistant\", \"content\": \"4\"}";
        String rest =
                "\"label\": true, \"tools\": [{\"name\": \"add\"}], \"chat_template_kwargs\": {\"enable_thinking\": false}}";
        List<LabelledResponse> examples = read(
                "{\"prompt\": [" + user + "], \"completion\": [" + good + "], " + rest,
                "{\"prompt\": [" + user + "], \"completion\": \"4\", " + rest,
                "{\"prompt\": \"2+2?\", \"completion\": [" + good + "], " + rest);
        assertEquals(3, examples.size());
        for (LabelledResponse example : examples) {
            assertEquals(
                    new Prompt.Input.Chat(
                            List.of(Message.user("2+2?")),
                            Map.of("tools", List.of(Map.of("name", "add")), "enable_thinking", false)),
                    example.prompt().input());
            assertEquals(Response.of("4"), example.response());
            assertTrue(example.good());
            assertEquals(Map.of(), example.prompt().attributes());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"completion\": \"a\", \"label\": true} | field 'prompt'",
                "{\"prompt\": \"a\", \"label\": true} | field 'completion': is missing",
                "{\"prompt\": \"a\", \"completion\": \"b\"} | field 'label': is missing",
                "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": null} | field 'label', value null",
                "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": 1} | field 'label', value 1",
                "{\"prompt\": \"a\", \"completion\": 4, \"label\": true} | field 'completion', value 4",
                "{\"prompt\": 3, \"completion\": \"a\", \"label\": true} | field 'prompt', value 3",
                "{\"prompt\": \"a\", \"completion\": [{\"role\": \"user\", \"content\": \"x\"}], \"label\": true} | field 'completion', value [{",
                "{\"prompt\": \"a\", \"completion\": [{\"role\": \"user\"}, {\"role\": \"assistant\", \"content\": \"x\"}], \"label\": true} | must be one message, found 2",
                "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": true, \"completion_ended\": 0} | field 'completion_ended', value 0",
                "[1] | must be an object, found [1]",
                "{\"prompt\": | no valid JSON",
            })
    void errorsNameFileRowFieldAndValue(String line, String message) {
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class,
                () -> read("{\"prompt\": \"a\", \"completion\": \"b\", \"label\": true}", line));
        assertTrue(error.getMessage().contains(root.resolve("marked.jsonl") + ", row 2"), error.getMessage());
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        Path file = root.resolve("deep/marked.jsonl");
        Prompt.Input chat = new Prompt.Input.Chat(
                List.of(Message.system("Short."), Message.user("?")), Map.of("tools", List.of(Map.of("name", "f"))));
        List<LabelledResponse> examples = List.of(
                new LabelledResponse(
                        new Prompt("a", new Prompt.Input.Text("x\u2028\n>"), "", Map.of("k", 1)),
                        Response.of("\"yes\" \uD800"),
                        true),
                new LabelledResponse(new Prompt("b", chat, "", Map.of()), new Response.Text("cut of", false), false));
        LabelledFile.write(file, examples);
        assertEquals(examples, LabelledFile.read(file));
        assertFalse(Files.readAllLines(file).get(0).contains("ended"));
        try (Stream<Path> all = Files.list(file.getParent())) {
            assertEquals(List.of(file), all.toList(), "nothing is left beside it");
        }
        LabelledFile.write(
                file,
                List.of(new LabelledResponse(
                        new Prompt("c", chat, "", Map.of("label", "odd", "completion", 3, "tools", 4, "k", 5)),
                        Response.of("a"),
                        true)));
        LabelledResponse odd = LabelledFile.read(file).get(0);
        assertEquals(chat, odd.prompt().input());
        assertEquals(Map.of("k", 5), odd.prompt().attributes());
    }

    @Test
    void ktoAndRerankersLearnFromAFileWhatTheyLearnFromExamples() {
        Path file = root.resolve("marked.jsonl");
        List<LabelledResponse> examples = Preferring.labelled(Preferring.all());
        LabelledFile.write(file, examples);
        KtoConfig kto = KtoConfig.kto().with(base -> base.rate(1e-2));
        RerankerConfig reranker = RerankerConfig.reft();
        String[] states = new String[4];
        for (int i = 0; i < 4; i++) {
            List<LabelledResponse> batch = i % 2 == 0 ? examples : LabelledFile.read(file);
            try (Policy policy = Preferring.policy()) {
                if (i < 2) {
                    try (KtoTrainer trainer = KtoTrainer.start(policy, kto)) {
                        trainer.step(batch);
                    }
                } else {
                    try (RerankerTrainer trainer = RerankerTrainer.start(policy, reranker)) {
                        trainer.step(batch);
                    }
                }
                states[i] = States.of(policy);
            }
        }
        assertEquals(states[0], states[1]);
        assertEquals(states[2], states[3]);
    }

    @Property(tries = 200)
    void anyLineIsReadOrRefused(@ForAll String line) throws Exception {
        Path file = Files.createTempFile("marked", ".jsonl");
        try {
            Files.write(file, line.getBytes(StandardCharsets.UTF_8));
            LabelledFile.read(file);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        } finally {
            Files.delete(file);
        }
    }
}
