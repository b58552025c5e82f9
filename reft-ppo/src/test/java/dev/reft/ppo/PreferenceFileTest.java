package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Files of pairs in the forms that are about. */
class PreferenceFileTest {
    @TempDir
    Path root;

    private PairSet read(String... lines) throws Exception {
        Path file = root.resolve("pairs.jsonl");
        Files.writeString(file, String.join("\n", lines));
        return PreferenceFile.read(file);
    }

    @Test
    void text() throws Exception {
        PairSet set = read(
                "\uFEFF{\"prompt\": \"2+2=\", \"chosen\": \"4\", \"rejected\": \"5\", \"margin\": 1.5, \"source\": \"me\"}",
                "",
                "{\"id\": 7, \"prompt\": \"2+3=\", \"chosen\": \"5\", \"rejected\": \"4\", \"note\": null}",
                "{\"prompt\": \"2+3=\", \"chosen\": \"5\", \"rejected\": \"5\"}");
        PreferencePair first = set.pairs().get(0);
        assertEquals("row_1", first.prompt().id());
        assertEquals(new Prompt.Input.Text("2+2="), first.prompt().input());
        assertEquals(Response.of("4"), first.chosen());
        assertEquals(Response.of("5"), first.rejected());
        assertEquals(1.5, first.margin());
        assertEquals(Map.of("source", "me"), first.attributes());
        assertEquals("7", set.pairs().get(1).prompt().id());
        assertEquals(2, set.pairs().size());
        assertEquals(Map.of("equal", 1), set.dropped());
    }

    @Test
    void chatsInAllForms() throws Exception {
        String system = "{\"role\": \"system\", \"content\": \"Short.\"}";
        String user = "{\"role\": \"user\", \"content\": \"2+2?\"}";
        String good = "{\"role\": \"assistant\", \"content\": \"4\"}";
        String bad = "{\"role\": \"assistant\", \"content\": \"5\"}";
        String prompt = "[" + system + "," + user + "]";
        PairSet set = read(
                "{\"prompt\": " + prompt + ", \"chosen\": [" + good + "], \"rejected\": [" + bad + "]}",
                "{\"prompt\": " + prompt + ", \"chosen\": \"4\", \"rejected\": \"5\"}",
                "{\"chosen\": [" + system + "," + user + "," + good + "], \"rejected\": [" + system + "," + user + ","
                        + bad + "]}",
                "{\"prompt\": \"2+2?\", \"chosen\": [" + system + "," + user + "," + good + "], \"rejected\": ["
                        + system + "," + user + "," + bad + "]}",
                "{\"prompt\": " + prompt + ", \"chosen\": [" + system + "," + user + "," + good + "], \"rejected\": ["
                        + system + "," + user + "," + bad + "]}",
                "{\"input\": {\"messages\": " + prompt + ", \"tools\": []}, \"preferred_output\": [" + good
                        + "], \"non_preferred_output\": [" + bad + "]}");
        assertEquals(6, set.pairs().size());
        List<Message> wanted = List.of(Message.system("Short."), Message.user("2+2?"));
        for (PreferencePair pair : set.pairs()) {
            assertEquals(new Prompt.Input.Chat(wanted, Map.of()), pair.prompt().input());
            assertEquals(Response.of("4"), pair.chosen());
            assertEquals(Response.of("5"), pair.rejected());
            assertEquals(Map.of(), pair.attributes());
        }
        PairSet short1 = read("{\"prompt\": \"2+2?\", \"chosen\": [" + good + "], \"rejected\": [" + bad + "]}");
        assertEquals(
                new Prompt.Input.Chat(List.of(Message.user("2+2?")), Map.of()),
                short1.pairs().get(0).prompt().input());
    }

    private static final String TOOL =
            "{\"type\": \"function\", \"function\": {\"name\": \"add\", \"parameters\": {\"b\": 1, \"a\": [2.5, null]}}}";

    /** Of every form, the input is a chat of this user's message with these variables. */
    @Test
    void aChatsVariablesAreReadInAllForms() throws Exception {
        String user = "{\"role\": \"user\", \"content\": \"2+2?\"}";
        String good = "{\"role\": \"assistant\", \"content\": \"4\"}";
        String bad = "{\"role\": \"assistant\", \"content\": \"5\"}";
        String answers = "\"chosen\": [" + good + "], \"rejected\": [" + bad + "]";
        String whole = "\"chosen\": [" + user + "," + good + "], \"rejected\": [" + user + "," + bad + "]";
        String tools = "\"tools\": [" + TOOL + "], \"chat_template_kwargs\": {\"enable_thinking\": false, \"x\": null}";
        String text = "\"tools\": \"[" + TOOL.replace("\"", "\\\"")
                + "]\", \"chat_template_kwargs\": {\"enable_thinking\": false}";
        PairSet set = read(
                "{\"prompt\": [" + user + "], " + answers + ", " + tools + "}",
                "{\"prompt\": [" + user + "], \"chosen\": \"4\", \"rejected\": \"5\", " + tools + "}",
                "{\"prompt\": \"2+2?\", " + answers + ", " + tools + "}",
                "{" + whole + ", " + tools + "}",
                "{\"prompt\": [" + user + "], " + answers + ", " + text + "}",
                "{\"input\": {\"messages\": [" + user + "], \"tools\": [" + TOOL + "]}, \"preferred_output\": [" + good
                        + "], \"non_preferred_output\": [" + bad
                        + "], \"chat_template_kwargs\": {\"enable_thinking\": false}}",
                "{\"input\": {\"messages\": [" + user + "], \"tools\": [" + TOOL + "]}, \"preferred_output\": [" + user
                        + ","
                        + good + "], \"non_preferred_output\": [" + user + "," + bad
                        + "], \"chat_template_kwargs\": {\"enable_thinking\": false}}");
        assertEquals(7, set.pairs().size());
        Object tool = JsonMapper.shared().readValue(TOOL, Object.class);
        for (PreferencePair pair : set.pairs()) {
            assertEquals(
                    new Prompt.Input.Chat(
                            List.of(Message.user("2+2?")), Map.of("tools", List.of(tool), "enable_thinking", false)),
                    pair.prompt().input());
            assertEquals(Map.of(), pair.attributes());
        }
        PreferencePair plain = read("{\"prompt\": \"2+2?\", \"chosen\": \"4\", \"rejected\": \"5\", \"tools\": [1]}")
                .pairs()
                .get(0);
        assertEquals(new Prompt.Input.Text("2+2?"), plain.prompt().input());
        assertEquals(Map.of("tools", List.of(1)), plain.attributes());
    }

    @Test
    void aChatsVariablesAreWrittenAndAttributesDoNotPassForThem() throws Exception {
        Path file = root.resolve("tools.jsonl");
        List<Map<String, Object>> variables = List.of(
                Map.of("tools", List.of(Map.of("name", "add")), "enable_thinking", false),
                Map.of("enable_thinking", true, "documents", List.of()),
                Map.of("tools", List.of()),
                Map.of());
        List<PreferencePair> pairs = new ArrayList<>();
        for (Map<String, Object> own : variables) {
            Prompt.Input chat = new Prompt.Input.Chat(List.of(Message.user("2+2?")), own);
            pairs.add(PreferencePair.of(new Prompt("p" + pairs.size(), chat, "", Map.of()), "4", "5"));
        }
        PreferenceFile.write(file, pairs);
        assertEquals(pairs, PreferenceFile.read(file).pairs());
        Map<String, Object> attributes =
                Map.of("tools", List.of("not the template's"), "chosen_ended", false, "input", 3, "label", "kept");
        PreferencePair odd = new PreferencePair(
                Prompt.chat("p", List.of(Message.user("?")), ""), Response.of("a"), Response.of("b"), 0, attributes);
        PreferenceFile.write(file, List.of(odd));
        PreferencePair read = PreferenceFile.read(file).pairs().get(0);
        assertEquals(odd.prompt().input(), read.prompt().input());
        assertTrue(read.chosen().ended());
        assertEquals(Map.of("label", "kept"), read.attributes());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"prompt\": \"a\", \"rejected\": \"b\"} | field 'chosen'",
                "{\"prompt\": \"a\", \"chosen\": \"b\"} | field 'rejected'",
                "{\"chosen\": \"a\", \"rejected\": \"b\"} | field 'prompt'",
                "{\"prompt\": 3, \"chosen\": \"a\", \"rejected\": \"b\"} | field 'prompt', value 3",
                "{\"prompt\": \"a\", \"chosen\": \"a\", \"rejected\": []} | field 'rejected', value []",
                "{\"prompt\": \"a\", \"chosen\": [], \"rejected\": []} | field 'chosen', value []",
                "{\"prompt\": \"a\", \"chosen\": \"a\", \"rejected\": \"b\", \"margin\": -1} | field 'margin', value -1",
                "{\"prompt\": \"a\", \"chosen\": \"a\", \"rejected\": \"b\", \"margin\": \"1\"} | field 'margin', value \"1\"",
                "{\"prompt\": \"a\", \"chosen\": \"a\", \"rejected\": \"b\", \"weight\": 0} | field 'weight', value 0",
                "{\"prompt\": \"a\", \"chosen\": \"a\", \"rejected\": \"b\", \"weight\": -1} | field 'weight', value -1",
                "{\"prompt\": \"a\", \"chosen\": \"a\", \"rejected\": \"b\", \"weight\": 1e999} | field 'weight', value ",
                "{\"prompt\": \"a\", \"chosen\": [{\"content\": \"x\"}], \"rejected\": [{}]} | field 'chosen', value {\"content",
                "{\"prompt\": \"a\", \"chosen\": [{\"role\": \"user\", \"content\": \"x\"}], \"rejected\": [{\"role\": \"assistant\", \"content\": \"x\"}]} | field 'chosen'",
                "{\"input\": {}, \"preferred_output\": [{\"role\": \"assistant\", \"content\": \"x\"}], \"non_preferred_output\": [{\"role\": \"assistant\", \"content\": \"y\"}]} | field 'input', value {}",
                "{\"prompt\": \"a\", \"chosen\": \"a\", \"rejected\": \"b\", \"chosen_ended\": 1} | field 'chosen_ended', value 1",
                "{\"prompt\": [{\"role\": \"user\"}], \"chosen\": \"a\", \"rejected\": \"b\", \"tools\": {}} | field 'tools', value {}",
                "{\"prompt\": [{\"role\": \"user\"}], \"chosen\": \"a\", \"rejected\": \"b\", \"tools\": \"[\"} | field 'tools', value \"[\"",
                "{\"prompt\": [{\"role\": \"user\"}], \"chosen\": \"a\", \"rejected\": \"b\", \"chat_template_kwargs\": 1} | field 'chat_template_kwargs', value 1",
                "{\"prompt\": [{\"role\": \"user\"}], \"chosen\": \"a\", \"rejected\": \"b\", \"tools\": [1], \"chat_template_kwargs\": {\"tools\": [2]}} | field 'chat_template_kwargs', value {\"tools\":[2]}",
                "{\"input\": {\"messages\": [{\"role\": \"user\"}], \"tools\": 1}, \"preferred_output\": [{\"role\": \"assistant\", \"content\": \"x\"}], \"non_preferred_output\": [{\"role\": \"assistant\", \"content\": \"y\"}]} | field 'input.tools', value 1",
                "{\"input\": {\"messages\": [{\"role\": \"user\"}]}, \"preferred_output\": [{\"role\": \"system\"}, {\"role\": \"assistant\", \"content\": \"x\"}], \"non_preferred_output\": [{\"role\": \"system\"}, {\"role\": \"assistant\", \"content\": \"y\"}]} | field 'input.messages', value [{",
                "{\"prompt\": \"a\", \"chosen\": [{\"role\": \"assistant\", \"content\": \"\", \"tool_calls\": [1]}], \"rejected\": [{\"role\": \"assistant\", \"content\": \"x\"}]} | field 'chosen', value [{",
                "[1] | must be an object, found [1]",
                "{\"prompt\": | no valid JSON",
            })
    void errorsNameFileRowFieldAndValue(String line, String message) {
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class,
                () -> read("{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}", line));
        assertTrue(error.getMessage().contains("pairs.jsonl, row 2"), error.getMessage());
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void weightsArePositiveAndFinite() {
        PreferencePair pair = PreferencePair.of(Prompt.text("p", "?", ""), "a", "b");
        assertEquals(1, pair.weight());
        for (double weight : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> pair.withWeight(weight));
            assertTrue(refused.getMessage().contains("weight " + weight), refused.getMessage());
        }
    }

    @Test
    void pairsOfAPromptAreKeptTogether() {
        PreferencePair first = PreferencePair.of(Prompt.text("row_1", "a", ""), "1", "2");
        PreferencePair second = PreferencePair.of(Prompt.text("row_2", "b", ""), "1", "2");
        PreferencePair third = PreferencePair.of(Prompt.text("row_3", "a", ""), "2", "3");
        assertEquals(
                List.of(List.of(first, third), List.of(second)),
                new PairSet(List.of(first, second, third), Map.of()).byPrompt());
    }

    @Test
    void whatIsNotUtf8IsRefused() throws Exception {
        Path file = root.resolve("latin.jsonl");
        Files.write(file, "{\"prompt\": \"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThrows(IllegalArgumentException.class, () -> PreferenceFile.read(file));
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        Path file = root.resolve("deep/pairs.jsonl");
        List<PreferencePair> pairs = List.of(
                new PreferencePair(
                        new Prompt("a", new Prompt.Input.Text("x\u2028\n>"), "", Map.of("k", 1)),
                        Response.of("\"yes\""),
                        Response.of("no"),
                        0.25,
                        Map.of("k", 1)),
                PreferencePair.of(Prompt.chat("b", List.of(Message.user("?")), ""), "1", "2"),
                new PreferencePair(
                        Prompt.text("c", "?", ""),
                        Response.of("whole"),
                        new Response.Text("cut of", false),
                        0,
                        1.0 / 36,
                        Map.of()));
        PreferenceFile.write(file, pairs);
        assertEquals(pairs, PreferenceFile.read(file).pairs());
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.get(2).contains("\"rejected_ended\":false"), lines.get(2));
        assertFalse(lines.get(1).contains("ended") || lines.get(1).contains("weight"), lines.get(1));
    }

    @Property(tries = 200)
    void anyLineIsReadOrRefused(@ForAll String line) throws Exception {
        Path file = Files.createTempFile("pairs", ".jsonl");
        try {
            Files.write(file, line.getBytes(StandardCharsets.UTF_8));
            PreferenceFile.read(file);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        } finally {
            Files.delete(file);
        }
    }
}
