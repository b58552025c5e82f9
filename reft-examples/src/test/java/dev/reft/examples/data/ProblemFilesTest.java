package dev.reft.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.examples.data.ProblemFiles.Fields;
import dev.reft.grading.Prompt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemFilesTest {
    private static final Fields FIELDS = new Fields("id", "q", "cot", "a");

    @TempDir
    Path folder;

    @Test
    void readsReftRows() throws Exception {
        Path file = file("\uFEFF[{\"item_id\": \"svamp_1\", \"question\": \" q1 \", \"answer_value\": \"203.0\","
                + " \"answer_cot\": \"c1\"},\n {\"item_id\": \"svamp_2\", \"question\": \"q2\", \"answer_value\": 1.50},\n"
                + "{\"item_id\": \"svamp_2\", \"question\": \"q2\", \"answer_value\": 1.50}]\n");
        ProblemSet set = ProblemFiles.reft(file);
        assertEquals(
                List.of(
                        new Problem("svamp_1", "svamp", "q1", "c1", "203"),
                        new Problem("svamp_2", "svamp", "q2", "", "1.50")),
                set.problems());
        assertEquals(1, set.duplicates());
    }

    @Test
    void readsGsm8k() throws Exception {
        Path file = file("{\"question\": \"q\", \"answer\": \"48/2 = <<48/2=24>>24.\\n#### 1,024\"}\r\n\n"
                + "{\"question\": \"r\", \"answer\": \"x << y\\n#### -5\"}");
        assertEquals(
                List.of(
                        new Problem("gsm8k_0", "gsm8k", "q", "48/2 = 24.", "1024"),
                        new Problem("gsm8k_2", "gsm8k", "r", "x << y", "-5")),
                ProblemFiles.gsm8k(file).problems());
    }

    @Test
    void readsLinesWithFieldsOfAnyName() throws Exception {
        Path file =
                file("\n{\"q\": \"one\", \"a\": 18, \"cot\": null}\n{\"id\": \"x\", \"q\": \"two\", \"a\": \"b\"}\n");
        assertEquals(
                List.of(new Problem("row_2", "", "one", "", "18"), new Problem("x", "", "two", "", "b")),
                ProblemFiles.lines(file, FIELDS).problems());
    }

    @Test
    void errorsNameFileRowFieldAndValue() throws Exception {
        refused(
                f -> ProblemFiles.lines(f, FIELDS),
                "{\"q\": \"one\", \"a\": 1}\n\n{\"q\": [1], \"a\": 1}",
                "row 3",
                "'q'",
                "[1]");
        refused(f -> ProblemFiles.lines(f, FIELDS), "{\"q\": \"\", \"a\": 1}", "row 1", "'q'", "must not be empty");
        refused(f -> ProblemFiles.lines(f, FIELDS), "{\"q\": \"x\"}", "row 1", "'a' is missing", "the row has q");
        refused(f -> ProblemFiles.lines(f, FIELDS), "{\"q\": \"x\", ", "row 1", "no valid JSON");
        refused(f -> ProblemFiles.lines(f, FIELDS), "{\"q\": \"x\", \"q\": \"y\"}", "row 1", "uplicate");
        refused(f -> ProblemFiles.lines(f, FIELDS), "{} 7", "row 1", "no valid JSON");
        refused(f -> ProblemFiles.lines(f, FIELDS), "17", "row 1", "must be an object");
        refused(f -> ProblemFiles.lines(f, FIELDS), "\n\n", "no problem in it");
        refused(
                f -> ProblemFiles.lines(f, FIELDS),
                "{\"id\":\"x\",\"q\":\"1\",\"a\":1}\n{\"id\":\"x\",\"q\":\"2\",\"a\":1}",
                "row 2",
                "'id'",
                "'x'",
                "earlier row");
        refused(ProblemFiles::gsm8k, "{\"question\": \"q\", \"answer\": \"18\"}", "row 1", "'answer'", "18", "####");
        refused(ProblemFiles::gsm8k, "{\"question\": \"q\", \"answer\": \"18 #### \"}", "row 1", "'answer'");
        refused(ProblemFiles::reft, "{\"item_id\": 1}", "must hold a list");
        refused(ProblemFiles::reft, "[\n{\"item_id\": \"a_1\",}]", "line 2", "no valid JSON");
        refused(ProblemFiles::reft, "[{\"question\": \"q\", \"answer_value\": 1}]", "row 1", "'item_id' is missing");
    }

    @Test
    void refusesOtherEncodings() throws Exception {
        Path file = Files.write(folder.resolve("latin"), "{\"q\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1));
        String message = assertThrows(IllegalArgumentException.class, () -> ProblemFiles.gsm8k(file))
                .getMessage();
        assertTrue(message.contains("UTF-8"), message);
    }

    @Test
    void publishedFilesAreReadWhole() {
        Path data = Path.of(System.getProperty("reft.shared", "../../shared"), "data");
        assumeTrue(Files.isDirectory(data), "no shared folder at " + data);
        assertEquals(
                3076,
                ProblemFiles.reft(data.resolve("svamp/train_ncot.json"))
                        .problems()
                        .size());
        assertEquals(
                1000,
                ProblemFiles.reft(data.resolve("svamp/test.json")).problems().size());
        assertEquals(
                1605,
                ProblemFiles.reft(data.resolve("mathqa/test.json")).problems().size());
        assertEquals(
                1319,
                ProblemFiles.gsm8k(data.resolve("gsm8k/test.jsonl")).problems().size());
        List<Problem> train =
                ProblemFiles.gsm8k(data.resolve("gsm8k/train.jsonl")).problems();
        assertEquals(7473, train.size());
        assertTrue(train.stream().allMatch(p -> p.hasChain() && !p.chain().contains("<<")));
    }

    @Test
    void formatsAsThePaper() {
        Problem problem = new Problem("svamp_0", "svamp", "how many ?", "1 + 1 = 2", "2");
        Prompt prompt = PromptFormat.PAPER.prompt(problem);
        assertEquals(new Prompt.Input.Text("Question:\nhow many ?\nAnswer reasoning:\n"), prompt.input());
        assertEquals("2", prompt.reference());
        assertEquals("svamp", prompt.attributes().get("kind"));
        assertEquals("1 + 1 = 2\nTherefore, the answer is: 2", PromptFormat.PAPER.target(problem));
        assertThrows(IllegalArgumentException.class, () -> PromptFormat.PAPER.target(problem.withoutChain()));
    }

    private Path file(String content) throws Exception {
        return Files.writeString(folder.resolve("problems.json"), content);
    }

    private void refused(Function<Path, ProblemSet> reader, String content, String... parts) throws Exception {
        Path file = file(content);
        String message = assertThrows(IllegalArgumentException.class, () -> reader.apply(file))
                .getMessage();
        assertTrue(message.contains(file.toString()), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> message + " lacks " + part);
        }
    }
}
