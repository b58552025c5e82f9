package dev.reft.benchmarks;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.graders.instructions.Instructions;
import dev.reft.graders.programs.CodeGrader;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What {@link GraderThroughput} has graded: a typical solution, and for each grader the text that takes it longest. */
final class GraderTexts {
    /** Characters of a hard text. */
    static final int LONG = 50_000;

    private static final String SOLUTION =
            "Janet's ducks lay 16 eggs a day. She eats 3 for breakfast and bakes with 4, so 16 - 3 - 4 = 9 eggs are left. "
                    + "She sells them for $2 each, so she makes 9 * 2 = 18 dollars a day. ";
    private static final String SIMILAR = "She eats four eggs, so 16 - 3 - 4 = 9 are left and she makes 18 dollars.";
    private static final String OBJECT = "{\"name\": \"Ann Lee\", \"age\": 31, \"tags\": [\"a\", \"b\"]}";
    private static final String HALF = "\\frac{1}{2}x+3";

    private GraderTexts() {}

    /**
     * A prompt and its completion.
     *
     * @param prompt with the reference
     * @param completion what is graded
     */
    record Sample(Prompt prompt, Completion completion) {
        Sample(Prompt prompt, String text) {
            this(prompt, new Completion("p", 0, List.of(tokens(text)), text, Finish.END));
        }

        private static Segment tokens(String text) {
            return new Segment.Sampled(new int[text.length() / 4 + 1], new float[0], new float[0]);
        }
    }

    static Sample typical(String grader) {
        String text =
                switch (grader) {
                    case "choice" -> SOLUTION + "The answer is (b)";
                    case "structured", "structured_fields", "schema_gate" -> OBJECT.replace("\"b\"", "\"c\"");
                    case "maths", "math_verify", "maths_strings", "strict_box" ->
                        SOLUTION + "So it is $\\boxed{\\frac{x}{2} + 3}$.";
                    case "reasoning_accuracy" -> "<think>" + SOLUTION + "</think>So it is $\\boxed{\\frac{x}{2} + 3}$.";
                    case "prm800k" -> "\\frac{x}{2} + 3";
                    case "minerva" -> SOLUTION + "Answer: \\frac{1}{2}x + 3 dollars";
                    case "search_r1" -> SOLUTION + "<answer>eighteen dollars</answer>";
                    case "format", "format_fields", "gated", "weighted" ->
                        "<think>" + SOLUTION + "</think>\n<answer>18</answer>";
                    case "format_steps" -> "Step 1: " + SOLUTION + "\nFirst, " + SOLUTION;
                    case "code" -> "```python\ndef f(x):\n    return x + 1\nprint(f(int(input())))\n```";
                    case "program" -> "```python\ndef solution():\n    return (16 - 3 - 4) * 2\n```";
                    default -> SOLUTION + "The answer is: 18";
                };
        Map<String, Object> attributes = constraints(grader);
        attributes.put(CodeGrader.TESTS, Collections.nCopies(10, Map.of("input", "17 18\n", "output", "17 18\n")));
        return new Sample(new Prompt("p", new Prompt.Input.Text(""), reference(grader), attributes), text);
    }

    private static String reference(String grader) {
        return switch (grader) {
            case "choice" -> "b";
            case "structured", "structured_fields", "schema_gate" -> OBJECT;
            case "maths", "math_verify", "reasoning_accuracy", "maths_strings", "minerva", "strict_box", "prm800k" ->
                HALF;
            case "search_r1" -> "eighteen dollars";
            default ->
                SimilarityMetric.NAMES.contains(grader)
                                || grader.equals("cosine")
                                || grader.equals("openai_text_similarity")
                        ? SIMILAR
                        : "18";
        };
    }

    /** Three constraints, or all that need no argument. */
    private static Map<String, Object> constraints(String grader) {
        Map<String, Object> attributes = new HashMap<>();
        if (grader.equals("instructions_all")) {
            attributes.put(
                    "instruction_id_list",
                    Instructions.names().stream()
                            .filter(name -> Instructions.arguments(name).isEmpty())
                            .toList());
        } else if (grader.equals("instructions")) {
            attributes.put(
                    "instruction_id_list",
                    List.of("punctuation:no_comma", "length_constraints:number_words", "keywords:existence"));
            attributes.put(
                    "kwargs",
                    List.of(
                            Map.of(),
                            Map.of("num_words", 30, "relation", "at least"),
                            Map.of("keywords", List.of("eggs", "dollars"))));
        }
        return attributes;
    }

    static Sample hard(String grader) {
        Random random = new Random(7);
        Map<String, Object> attributes = constraints(grader);
        attributes.put(
                CodeGrader.TESTS,
                Collections.nCopies(10, Map.of("input", "1.0001 ".repeat(9_000), "output", "1.0002 ".repeat(9_000))));
        String reference = hardReference(grader, random);
        return new Sample(new Prompt("p", new Prompt.Input.Text(""), reference, attributes), hardText(grader, random));
    }

    private static String hardReference(String grader, Random random) {
        return switch (grader) {
            case "structured" -> list(random, 240);
            case "structured_fields" -> "{\"name\": \"x\", \"age\": 1, \"tags\": " + list(random, 240) + "}";
            // As long as the longest that is compared, and 2/3 of it, so that fuzzy_match looks at every window.
            case "fuzzy_match" -> letters(random, 6_600, 6);
            case "bleu",
                    "gleu",
                    "meteor",
                    "rouge_1",
                    "rouge_2",
                    "rouge_3",
                    "rouge_4",
                    "rouge_5",
                    "rouge_l",
                    "cosine",
                    "openai_text_similarity",
                    "openai_multi" -> letters(random, 10_000, 2);
            // Nearly a period of the text: each of its places is a beginning of the reference.
            case "openai_string_check" -> "a".repeat(LONG / 2) + "b";
            case "squad" -> letters(random, LONG, 2);
            default -> reference(grader);
        };
    }

    private static String hardText(String grader, Random random) {
        return switch (grader) {
            // Nearly the marker, in the other case, again and again, and no answer.
            case "reft", "reft_published" -> "THE ANSWER IZ ".repeat(LONG / 14);
            // All of the text is counted for the last 300 code points, which are one number after another.
            case "numeric" -> "\ud83d\ude00".repeat(LONG / 2 - 150) + "1,".repeat(150);
            case "numeric_last" -> "-1.5".repeat(LONG / 4);
            // Each other character is a word.
            case "exact", "length", "cosine_scaled", "truncation", "squad" -> letters(random, LONG, 2);
            case "gated", "weighted" -> "<think>" + letters(random, LONG - 17, 2) + "</think>\nx";
            case "group_length" -> "-1 ".repeat(LONG / 3);
            // A letter, and after it no other letter in brackets, up to the end.
            case "choice" -> "The answer is a ) " + "x) ".repeat(LONG / 3 - 6);
            // Uses up the whole budget.
            case "regex" -> "1".repeat(LONG);
            case "search_r1" -> "<answer>a b c</answer>".repeat(LONG / 22);
            case "maths", "math_verify", "reasoning_accuracy" -> maths(grader);
            case "maths_strings", "strict_box" -> "\\boxed{" + "\\frac12 \\sqrt3".repeat(LONG / 15 - 1) + "}";
            case "minerva" -> "\ud83d\ude00".repeat(LONG / 2 - 150) + "Answer: " + "\\frac12".repeat(41);
            case "prm800k" -> "(" + "x+1,".repeat(LONG / 4 - 1) + "x)";
            case "instructions" -> "egg dollar ".repeat(LONG / 11);
            case "instructions_all" -> "A.B. ".repeat(LONG / 5);
            case "format" -> "<think></think>".repeat(LONG / 15);
            case "format_fields" -> "<think></think><answer></answer>".repeat(LONG / 32);
            case "format_steps" -> "Step 1 ".repeat(LONG / 7);
            // No n-gram comes twice.
            case "repetition" -> symbols(random, LONG);
            case "repetition_words" -> letters(random, LONG, 4);
            case "structured" -> list(random, 240);
            case "structured_fields" -> "{\"name\": \"x\", \"age\": 1, \"tags\": " + list(random, 240) + "}";
            case "schema_gate" -> "{\"name\": \"" + "a".repeat(LONG - 40) + "!\", \"age\": 31}";
            case "fuzzy_match" -> letters(random, 10_000, 6);
            case "code", "program" -> "```python\n".repeat(LONG / 10);
            // Each backtick counts for the fence; in the reply, as many objects begin as are looked at, and none ends.
            case "judge_reference" -> "`".repeat(LONG);
            case "judge_score", "judge_rubric", "openai_score_model", "openai_label_model" ->
                "{".repeat(150) + "x".repeat(LONG - 150);
            case "openai_string_check" -> "a".repeat(LONG);
            // Escapes: a character becomes six.
            case "openai_python" -> "\u0001".repeat(LONG);
            default -> letters(random, LONG, 2);
        };
    }

    /** Many candidates that fail at their end, each parsed twice, and one before them that is right and costs all that it may. */
    private static String maths(String grader) {
        String costly = "final answer is $\\frac{1}{2}x+3+\\sum_{k=1}^{115}(\\sin(x+k)-\\sin(k+x))$ ";
        String failing = "final answer is $a=b=" + "x+".repeat(480) + "($ ";
        String start = grader.equals("reasoning_accuracy") ? "<think></think>" : "";
        return start + costly + failing.repeat((LONG - costly.length() - start.length()) / failing.length());
    }

    /** A list of as many texts as are compared, none like another. */
    private static String list(Random random, int length) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            texts.add("\"" + letters(random, length, 3) + "\"");
        }
        return "[" + String.join(",", texts) + "]";
    }

    /** Letters with a space at each so many places on average; for 2, at every second place. */
    private static String letters(Random random, int size, int word) {
        StringBuilder out = new StringBuilder(size);
        for (int i = 0; i < size; i++) {
            boolean space = word == 2 ? i % 2 == 1 : random.nextInt(word) == 0;
            out.append(space ? ' ' : (char) ('b' + random.nextInt(word == 2 ? 25 : 4)));
        }
        return out.toString();
    }

    /** Letters of a large alphabet. */
    private static String symbols(Random random, int size) {
        StringBuilder out = new StringBuilder(size);
        for (int i = 0; i < size; i++) {
            out.append((char) (0x4e00 + random.nextInt(0x5000)));
        }
        return out.toString();
    }
}
