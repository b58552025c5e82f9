package dev.reft.examples.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Sampling;
import dev.reft.graders.instructions.InstructionGrader;
import dev.reft.graders.instructions.Instructions;
import dev.reft.grading.Grade;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts whose constraints a grader knows and an answer can keep. */
class ConstraintGeneratorTest {
    private static final String REQUEST = "Please write a letter to the people of my street, and be kind.";

    @TempDir
    Path folder;

    private static Asker asker(ScriptedSampler.Script script) {
        return new Asker(new ScriptedSampler(script), false, Sampling.at(1), 64, 11);
    }

    private static Asker talking() {
        return asker((question, seed) ->
                " \"Write a note about " + question.substring(9, 30) + " number " + (seed & 0xffff) + ".\"\nMore.");
    }

    private static double kept(List<Constraint> constraints, String answer) throws Exception {
        ConstrainedPrompt prompt = new ConstrainedPrompt("p", "x", REQUEST, true, constraints);
        Grade grade =
                InstructionGrader.share().grade(prompt.prompt(), new Completion("p", 0, List.of(), answer, Finish.END));
        return ((Grade.Score) grade).value();
    }

    @Test
    void thereAreTheTwentyFiveKindsOfIfeval() {
        Set<String> names = new HashSet<>();
        for (ConstraintKind kind : ConstraintKind.values()) {
            names.add(kind.published());
            Set<String> arguments = Instructions.arguments(kind.published());
            assertEquals(
                    arguments,
                    kind.draw(new Draws(1), new ConstraintKind.Words(REQUEST))
                            .arguments()
                            .keySet());
        }
        assertEquals(25, names.size());
    }

    @Test
    void everyPairThatIsLetThroughHasAnAnswerThatKeepsBoth() throws Exception {
        int pairs = 0;
        List<String> broken = new ArrayList<>();
        for (ConstraintKind a : ConstraintKind.values()) {
            for (ConstraintKind b : ConstraintKind.values()) {
                for (int seed = 0; seed < 6; seed++) {
                    Draws draws = new Draws(seed);
                    ConstraintKind.Words words = new ConstraintKind.Words(REQUEST);
                    List<Constraint> both = new ArrayList<>(List.of(a.draw(draws, words)));
                    if (a != b) {
                        both.add(b.draw(draws, words));
                    }
                    if (a == b
                            || Contradictions.between(both.get(0), both.get(1)).isEmpty()) {
                        String answer = Witness.of(both);
                        if (kept(both, answer) < 1) {
                            broken.add(both + "\n" + answer);
                        }
                        pairs++;
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
        assertTrue(pairs > 1500, "pairs: " + pairs);
    }

    @Test
    void contradictionsAreSeen() {
        Constraint forbidden =
                new Constraint("keywords:forbidden_words", Map.of("forbidden_words", List.of("River")), "");
        Constraint needed = new Constraint("keywords:existence", Map.of("keywords", List.of("a river bank")), "");
        assertTrue(Contradictions.between(needed, forbidden).isPresent());
        Constraint repeat = new Constraint("combination:repeat_prompt", Map.of("prompt_to_repeat", "a, b"), "");
        Constraint comma = new Constraint("punctuation:no_comma", Map.of(), "");
        assertTrue(Contradictions.between(repeat, comma).isPresent());
        Constraint many = new Constraint(
                "length_constraints:number_sentences", Map.of("num_sentences", 40, "relation", "at least"), "");
        Constraint few = new Constraint(
                "length_constraints:number_words", Map.of("num_words", 200, "relation", "less than"), "");
        assertTrue(Contradictions.between(few, many).isPresent());
        assertTrue(Contradictions.exclude(ConstraintKind.CAPITALS, ConstraintKind.LOWER_CASE));
        assertTrue(Contradictions.exclude(ConstraintKind.JSON, ConstraintKind.TITLE));
        assertFalse(Contradictions.exclude(ConstraintKind.TITLE, ConstraintKind.NO_COMMA));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConstrainedPrompt("p", "x", REQUEST, true, List.of(needed, forbidden)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConstrainedPrompt(
                        "p", "x", REQUEST, true, List.of(new Constraint("keywords:existence", Map.of(), ""))));
    }

    @Test
    void promptsAreTheSameForASeedAndAllKindsCome() {
        ConstraintGenerator generator = new ConstraintGenerator(talking(), Personas.own(), 3, 2);
        List<ConstrainedPrompt> prompts = generator.generate(300);
        assertEquals(prompts, generator.generate(300));
        assertEquals(prompts.subList(0, 10), generator.generate(10), "the first do not depend on how many");
        Map<String, Integer> kinds = new TreeMap<>();
        Set<String> requests = new HashSet<>();
        for (ConstrainedPrompt prompt : prompts) {
            assertTrue(requests.add(prompt.request()));
            assertFalse(prompt.own(), prompt.request());
            assertTrue(prompt.request().startsWith("Write a note about"), prompt.request());
            assertTrue(prompt.constraints().size() <= 3);
            prompt.constraints().forEach(c -> kinds.merge(c.name(), 1, Integer::sum));
        }
        assertEquals(25, kinds.size(), kinds.toString());
        Asker other = new Asker(talking().sampler(), false, Sampling.at(1), 64, 12);
        assertFalse(prompts.equals(new ConstraintGenerator(other, Personas.own(), 3, 2).generate(300)));
    }

    @Test
    void aModelThatTalksNonsenseIsReplacedByTemplatesAndMarked() {
        for (String nonsense : List.of(
                "", "no", "x".repeat(50), "a \u0000\u0007 b c d e f g h i j k l m n", "\uD800 \uD800 ".repeat(9))) {
            List<ConstrainedPrompt> prompts =
                    new ConstraintGenerator(asker((question, seed) -> nonsense), List.of("a cook"), 2, 2).generate(30);
            assertEquals(
                    30,
                    prompts.stream().map(ConstrainedPrompt::request).distinct().count());
            assertTrue(prompts.stream().allMatch(ConstrainedPrompt::own));
            assertTrue(prompts.get(0).request().startsWith("I am a cook. Please write"));
        }
    }

    @Test
    void filesComeBackAndAreChecked() throws Exception {
        Path file = folder.resolve("prompts.jsonl");
        List<ConstrainedPrompt> prompts = new ConstraintGenerator(talking(), Personas.own(), 4, 1).generate(40);
        ConstrainedPrompt.write(file, prompts);
        assertEquals(prompts, ConstrainedPrompt.read(file));
        Files.writeString(
                file,
                Files.readAllLines(file).get(0) + "\n"
                        + Files.readAllLines(file).get(0));
        IllegalArgumentException twice =
                assertThrows(IllegalArgumentException.class, () -> ConstrainedPrompt.read(file));
        assertTrue(String.valueOf(twice.getMessage()).contains("row 2: field 'id'"), twice.getMessage());
        Files.writeString(
                file,
                "{\"id\":\"a\",\"persona\":\"b\",\"request\":\"c\",\"own\":true,\"instruction_id_list\":[\"startend:quotation\","
                        + "\"detectable_format:json_format\"],\"kwargs\":[{},{}],\"sentences\":[\"\",\"\"]}\n");
        IllegalArgumentException clash =
                assertThrows(IllegalArgumentException.class, () -> ConstrainedPrompt.read(file));
        assertTrue(String.valueOf(clash.getMessage()).contains("row 1: prompt 'a'"), clash.getMessage());
        Files.writeString(file, "{\"persona\": \" \"}\n");
        assertThrows(IllegalArgumentException.class, () -> Personas.read(file));
        Files.writeString(file, "{\"persona\": \"a smith\"}\n");
        assertEquals(List.of("a smith"), Personas.read(file));
    }

    @Test
    void mathsProblemsAreKeptWhereTheModelAgreesWithItself() {
        Asker asker = asker((question, seed) -> {
            if (question.startsWith("Write a maths")) {
                return question.contains("nurse")
                        ? " A ward has 3 rooms with 4 beds each. How many beds are there?\nAnswer: 12.0\nand more"
                        : question.contains("cook")
                                ? "no problem at all"
                                : " Two pots hold 5 litres each. How much is it?\nAnswer: 11";
            }
            return question.contains("beds") ? "3 times 4 is 12" : "5 and 5\nAnswer: 10";
        });
        List<String> personas = List.of("a nurse", "a cook", "a potter", "an old nurse");
        List<MathsProblem> problems = new MathsGenerator(asker, personas, 4, 3).generate(4);
        assertEquals(1, problems.size(), problems.toString());
        assertEquals("12", problems.get(0).answer());
        assertEquals(4, problems.get(0).agreeing());
        assertEquals("maths-0", problems.get(0).id(), "of equal problems the first stays");
        assertEquals(2, new MathsGenerator(asker, personas, 0, 0).generate(4).size());
        Path file = folder.resolve("maths.jsonl");
        MathsProblem.write(file, problems);
        assertEquals(problems, MathsProblem.read(file));
        assertEquals("12", problems.get(0).prompt().reference());
        assertThrows(IllegalArgumentException.class, () -> new MathsGenerator(asker, personas, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> new MathsProblem("a", "b", "c?", "12.0", 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new MathsProblem("a", "b", "c?", "1", 2, 1));
    }
}
