package dev.reft.benchmarks;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.ChoiceGrader;
import dev.reft.graders.ExactGrader;
import dev.reft.graders.NumericGrader;
import dev.reft.graders.QaGrader;
import dev.reft.graders.QaRule;
import dev.reft.graders.ReftData;
import dev.reft.graders.ReftGrader;
import dev.reft.graders.RegexGrader;
import dev.reft.graders.instructions.InstructionGrader;
import dev.reft.graders.maths.MathGrader;
import dev.reft.graders.shaping.FormatGrader;
import dev.reft.graders.shaping.FormatRule;
import dev.reft.graders.shaping.LengthUnit;
import dev.reft.graders.shaping.Repetition;
import dev.reft.graders.similarity.SimilarityGrader;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.graders.structured.StructuredGrader;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Gradings a second on one core, of a typical completion and of a hard one of 50,000 characters, which most graders cut.
 *
 * <p>Usage: {@code java org.openjdk.jmh.Main GraderThroughput}, from this module's class path.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 2, time = 1)
@Fork(1)
public class GraderThroughput {
    private static final int LONG = 50_000;

    /** What grades. */
    @Param({
        "reft",
        "numeric",
        "exact",
        "choice",
        "regex",
        "squad",
        "maths",
        "maths_strings",
        "instructions",
        "format",
        "repetition",
        "structured",
        "fuzzy_match",
        "bleu",
        "gleu",
        "meteor",
        "rouge_1",
        "rouge_l"
    })
    public String grader = "reft";

    /** Which completion: {@code typical} or {@code hard}. */
    @Param({"typical", "hard"})
    public String input = "typical";

    private Grader made = ExactGrader.whole();
    private Prompt prompt = Prompt.text("p", "", "18");
    private Completion completion = new Completion("p", 0, List.of(), "18", Finish.END);

    /** For the runner. */
    public GraderThroughput() {}

    /** Makes grader and input. */
    @Setup
    public void make() {
        Random random = new Random(7);
        made = grader(grader);
        boolean hard = input.equals("hard");
        String text = hard ? hard(random) : typical();
        String reference = SimilarityMetric.NAMES.contains(grader)
                ? hard
                        ? words(random, 6_600)
                        : "She eats four eggs, so 16 - 3 - 4 = 9 are left and she makes 18 dollars."
                : switch (grader) {
                    case "choice" -> "b";
                    case "structured" -> hard ? text : "{\"name\": \"Ann\", \"age\": 31, \"tags\": [\"a\", \"b\"]}";
                    case "maths" -> "\\frac{1}{2}x+3";
                    default -> "18";
                };
        Map<String, Object> constraints = Map.of(
                "instruction_id_list",
                List.of("punctuation:no_comma", "length_constraints:number_words", "keywords:existence"),
                "kwargs",
                List.of(
                        Map.of(),
                        Map.of("num_words", 30, "relation", "at least"),
                        Map.of("keywords", List.of("eggs", "dollars"))));
        prompt = new Prompt("p", new Prompt.Input.Text(""), reference, constraints);
        completion = new Completion("p", 0, List.of(), text, Finish.END);
    }

    /**
     * One grading.
     *
     * @return the grade
     * @throws Exception if the grader does
     */
    @Benchmark
    public Grade grade() throws Exception {
        return made.grade(prompt, completion);
    }

    private static Grader grader(String name) {
        return switch (name) {
            case "reft" -> ReftGrader.corrected(ReftData.GSM8K);
            case "numeric" -> NumericGrader.gsm8kFlexible();
            case "exact" -> ExactGrader.whole();
            case "choice" -> ChoiceGrader.fiveChoices();
            case "regex" -> new RegexGrader(Pattern.compile("answer is:? *(\\d+)"));
            case "squad" -> new QaGrader(QaRule.STRING_F1);
            case "maths" -> MathGrader.reward();
            case "maths_strings" -> MathGrader.hendrycks();
            case "instructions" -> InstructionGrader.all();
            case "format" -> new FormatGrader(FormatRule.THINK_THEN_ANSWER);
            case "repetition" -> new Repetition(3, -1, LengthUnit.CODE_POINTS);
            case "structured" -> StructuredGrader.inferred();
            default -> SimilarityGrader.of(SimilarityMetric.named(name));
        };
    }

    private String typical() {
        String solution =
                "Janet's ducks lay 16 eggs a day. She eats 3 for breakfast and bakes with 4, so 16 - 3 - 4 = 9 eggs are left. "
                        + "She sells them for $2 each, so she makes 9 * 2 = 18 dollars a day. ";
        return switch (grader) {
            case "choice" -> solution + "The answer is (b)";
            case "structured" -> "{\"name\": \"Anne\", \"age\": 31, \"tags\": [\"a\", \"c\"]}";
            case "maths", "maths_strings" -> solution + "So it is $\\boxed{\\frac{x}{2} + 3}$.";
            case "format" -> "<think>" + solution + "</think>\n<answer>18</answer>";
            default -> solution + "The answer is: 18";
        };
    }

    /** What makes each look at most: what repeats its anchors, or differs little from the reference everywhere. */
    private String hard(Random random) {
        return switch (grader) {
            case "choice", "reft", "regex" -> "the answer is ".repeat(LONG / 14);
            case "numeric" -> "-1,000.5 $".repeat(LONG / 10);
            case "maths", "maths_strings" -> "$\\boxed{\\frac{x+1}{2}}$ ".repeat(LONG / 24);
            case "format" -> "<think></think>".repeat(LONG / 15);
            case "structured" -> "{\"a\": [" + "[\"ab\", 1.5], ".repeat(198) + "1]}";
            default -> words(random, LONG);
        };
    }

    private static String words(Random random, int size) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < size; i++) {
            out.append(random.nextInt(6) == 0 ? ' ' : (char) ('a' + random.nextInt(4)));
        }
        return out.toString();
    }
}
