package dev.reft.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.ChoiceGrader;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ChoiceFilesTest {
    @TempDir
    Path folder;

    private Path file(String text) throws Exception {
        return Files.writeString(folder.resolve("rows"), text);
    }

    private static String mathqa(String question, String answer) {
        return "[{\"item_id\":\"mathqa_7\",\"question\":\"" + question + "\",\"answer_value\":\"" + answer + "\"}]";
    }

    @Test
    void readsMathqaInBothOfItsForms() throws Exception {
        ChoiceProblem plain = ChoiceFiles.mathqa(file(mathqa("how many ?\\na ) 1 , 000 , b ) ( 2 ) , c ) a ) b", "B")))
                .get(0);
        assertEquals(new ChoiceProblem("mathqa_7", "how many ?", List.of("1 , 000", "( 2 )", "a ) b"), 'b', ""), plain);
        assertEquals("( 2 )", plain.correctText());
        ChoiceProblem list = ChoiceFiles.mathqa(
                        file(mathqa("q\\n['a ) 12', \\\"b ) it 's\\\", 'c ) none , b ) of these']", "c")))
                .get(0);
        assertEquals(List.of("12", "it 's", "none , b ) of these"), list.options());
        assertEquals(
                "q\na ) 12 , b ) it 's , c ) none , b ) of these",
                list.problem("mathqa").question());
    }

    @Test
    void readsAqua() throws Exception {
        List<ChoiceProblem> problems = ChoiceFiles.aqua(
                file(
                        "{\"question\":\" q ?\",\"options\":[\"A)1\",\"B) 2)\"],\"rationale\":\"because\",\"correct\":\"B\"}\n\n"));
        assertEquals(List.of(new ChoiceProblem("aqua_0", "q ?", List.of("1", "2)"), 'b', "because")), problems);
        Problem problem = problems.get(0).problem("aqua");
        assertEquals("b", problem.answer());
        Prompt prompt = PromptFormat.PAPER.prompt(problem);
        Completion said = new Completion("p", 0, List.of(), "So the answer is: B) 2)", Finish.END);
        assertEquals(1, ((Grade.Score) ChoiceGrader.fiveChoices().grade(prompt, said)).value());
    }

    @Test
    void errorsNameFileRowFieldAndValue() throws Exception {
        Path bare = file(mathqa("no choices", "a"));
        refused(List.of("rows", "row 1", "'question'", "no choices"), () -> ChoiceFiles.mathqa(bare));
        Path one = file(mathqa("q\\na ) 1", "a"));
        refused(List.of("row 1", "'question'", "a ) 1"), () -> ChoiceFiles.mathqa(one));
        Path letter = file(mathqa("q\\na ) 1 , b ) 2", "c"));
        refused(List.of("row 1", "'answer_value'", "'c'", "2 choices"), () -> ChoiceFiles.mathqa(letter));
        Path twice = file(mathqa("q\\na ) 1 , b ) 2", "a").replace("]", ",")
                + mathqa("r\\na ) 1 , b ) 2", "a").substring(1));
        refused(List.of("row 2", "'item_id'", "mathqa_7"), () -> ChoiceFiles.mathqa(twice));
        Path option = file("\n{\"question\":\"q\",\"options\":[\"A)1\",\"C)2\"],\"correct\":\"A\"}");
        refused(List.of("row 2", "options[1]", "C)2"), () -> ChoiceFiles.aqua(option));
        Path absent = file("{\"question\":\"q\",\"correct\":\"A\"}");
        refused(List.of("row 1", "'options'", "null"), () -> ChoiceFiles.aqua(absent));
        Path empty = file("\n");
        refused(List.of("rows", "no problem"), () -> ChoiceFiles.aqua(empty));
    }

    private static void refused(List<String> parts, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        parts.forEach(part -> assertTrue(message.contains(part), part + " in " + message));
    }

    @Test
    void readsTheSharedFiles() {
        Path shared = Path.of(System.getProperty("reft.shared", "../shared"), "data");
        assumeTrue(Files.isDirectory(shared), "there is no " + shared);
        List<ChoiceProblem> mathqa = ChoiceFiles.mathqa(shared.resolve("mathqa/test.json"));
        assertEquals(1605, mathqa.size());
        assertTrue(mathqa.stream().allMatch(p -> p.options().size() == 5));
        for (String part : List.of("dev", "test")) {
            List<ChoiceProblem> aqua = ChoiceFiles.aqua(shared.resolve("aqua/" + part + ".json"));
            assertEquals(254, aqua.size());
            assertTrue(aqua.stream()
                    .allMatch(p -> p.options().size() == 5 && !p.rationale().isEmpty()));
        }
        ProblemSet programs = ProblemFiles.reft(shared.resolve("svamp/train_pcot.json"));
        assertEquals(3043, programs.problems().size() + programs.duplicates());
        assertTrue(programs.problems().stream().allMatch(p -> p.chain().startsWith("def solution():")));
        assertEquals(
                7473,
                ProblemFiles.gsm8k(shared.resolve("gsm8k/train.jsonl"))
                        .problems()
                        .size());
    }
}
