package dev.reft.ppo.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of JSON lines hold any text, and errors name row, field and value. */
class JsonLinesTest {
    @TempDir
    Path folder;

    @Provide
    static Arbitrary<String> anyText() {
        return Arbitraries.strings().withCharRange('\u0000', '\uffff').ofMaxLength(20);
    }

    @Property(tries = 300)
    void anyTextComesBack(@ForAll("anyText") String text) {
        String line = JsonLines.text(Map.of("text", text));
        assertTrue(line.indexOf('\n') < 0);
        byte[] bytes = line.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        String read = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(text, JsonLines.parse("f", 1, read).text("text"));
    }

    @Test
    void rowsAreReadAsTheyStand() throws Exception {
        Path file = folder.resolve("a").resolve("b.jsonl");
        JsonLines.write(file, List.of(Map.of("x", 1), Map.of("x", "\u2028", "y", List.of("z"))));
        List<JsonRow> rows = JsonLines.read(file);
        assertEquals(2, rows.size(), "U+2028 ends no line");
        assertEquals(1, rows.get(0).number("x"));
        assertEquals(List.of("z"), rows.get(1).texts("y"));
        Files.writeString(file, "\uFEFF{\"x\": null}\r\n\n  \n{\"x\": 2}");
        rows = JsonLines.read(file);
        assertEquals(4, rows.get(1).row());
        assertTrue(!rows.get(0).has("x"));
    }

    @Test
    void errorsNameFileRowFieldAndValue() throws Exception {
        Path file = folder.resolve("c.jsonl");
        refused(file, "{\"x\": 1}\n{\"x\": ", "c.jsonl, row 2 is no JSON");
        refused(file, "[1]", "c.jsonl, row 1 is no JSON object: [1]");
        refused(file, "{} {}", "c.jsonl, row 1 is no JSON");
        refused(file, "{\"x\": 1, \"x\": 2}", "c.jsonl, row 1 is no JSON");
        Files.write(file, new byte[] {'{', (byte) 0xff, '}'});
        assertThrows(IllegalArgumentException.class, () -> JsonLines.read(file));
        Files.writeString(file, "{\"x\": \"seven\", \"y\": [1]}");
        JsonRow row = JsonLines.read(file).get(0);
        wrong(() -> row.number("x"), "c.jsonl, row 1: field 'x' must be a number, but is \"seven\"");
        wrong(() -> row.text("z"), "c.jsonl, row 1: field 'z' must be a text, but is absent");
        wrong(() -> row.texts("y"), "c.jsonl, row 1: field 'y' must hold texts only, but is [1]");
    }

    private static void refused(Path file, String content, String message) throws Exception {
        Files.writeString(file, content);
        wrong(() -> JsonLines.read(file), message);
    }

    private static void wrong(org.junit.jupiter.api.function.Executable call, String message) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call);
        assertTrue(String.valueOf(refused.getMessage()).startsWith(message), refused.getMessage());
    }
}
