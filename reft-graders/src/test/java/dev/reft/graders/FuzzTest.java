package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.graders.maths.MathGrader;
import dev.reft.graders.shaping.CosineScale;
import dev.reft.graders.shaping.CosineScaledGrader;
import dev.reft.graders.shaping.Fields;
import dev.reft.graders.shaping.FormatGrader;
import dev.reft.graders.shaping.FormatRule;
import dev.reft.graders.shaping.GatedGrader;
import dev.reft.graders.shaping.GroupLengthGrader;
import dev.reft.graders.shaping.LengthGrader;
import dev.reft.graders.shaping.LengthRule;
import dev.reft.graders.shaping.LengthUnit;
import dev.reft.graders.shaping.Repetition;
import dev.reft.graders.shaping.TruncationPenalty;
import dev.reft.graders.shaping.WeightedGrader;
import dev.reft.graders.similarity.SimilarityGrader;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.graders.structured.JsonSchemaGate;
import dev.reft.graders.structured.StructuredGrader;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever a model writes, a grader gives a grade in time: never an exception, never a number that is not finite. */
class FuzzTest {
    private static final List<String> BITS = List.of(
            "the answer is",
            "####",
            "<think>",
            "</think>",
            "<answer>",
            "</answer>",
            "<finish>",
            "</finish>",
            "```",
            "```json\n",
            "\n",
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            ".",
            "'",
            "1",
            "1,000",
            "$5",
            "1/0",
            "NaN",
            "-",
            "\ud800",
            "\udc00",
            "\0",
            "\ud83d\ude00",
            "\u0661",
            "\u0130",
            " ",
            "\t",
            "\u00a0",
            "\u2028",
            "cannot",
            "n't",
            "Step 1:",
            "\\",
            "km",
            "%",
            "a",
            "(b)",
            "&amp;",
            "na\u00efve",
            "\u4e1c\u4eac");

    static List<Grader> graders() throws Exception {
        List<Grader> all = new ArrayList<>();
        for (ReftData data : ReftData.values()) {
            all.add(ReftGrader.corrected(data));
            all.add(ReftGrader.published(data));
        }
        for (QaRule rule : QaRule.values()) {
            all.add(new QaGrader(rule));
        }
        for (String metric : SimilarityMetric.NAMES) {
            all.add(SimilarityGrader.of(SimilarityMetric.named(metric)));
        }
        all.add(SimilarityGrader.of(SimilarityMetric.cosine(new LetterEmbedder())));
        all.add(MathGrader.reasoningAccuracy());
        all.add(StructuredGrader.inferred()
                .withGate(new JsonSchemaGate("{\"type\": \"object\", \"patternProperties\": {\"(a+)+$\": {}}}")));
        all.add(ExactGrader.whole());
        all.add(NumericGrader.after("####", Tolerance.REFT));
        all.add(NumericGrader.gsm8kStrict());
        all.add(NumericGrader.gsm8kFlexible());
        all.add(NumericGrader.gsm8kLastNumber());
        all.add(StructuredGrader.inferred());
        for (FormatRule rule : List.of(
                FormatRule.THINK,
                FormatRule.THINK_THEN_ANSWER,
                FormatRule.THINK_AND_ANSWER_LINES,
                FormatRule.SOFT_THINK_AND_ANSWER,
                FormatRule.TAG_COUNT,
                FormatRule.REASONING_STEPS,
                FormatRule.code("python"),
                Fields.of("think", "answer"))) {
            all.add(new FormatGrader(rule));
        }
        Grader exact = ExactGrader.after("answer");
        for (LengthUnit unit : LengthUnit.values()) {
            all.add(new LengthGrader(LengthRule.softOverlong(50, 10), unit));
            all.add(new Repetition(3, -1, unit));
            all.add(new CosineScaledGrader(exact, 1, new CosineScale(-1, -0.5, 0.5, 1, 100), unit));
        }
        all.add(new GatedGrader(new FormatGrader(FormatRule.THINK), 1, exact, -1));
        all.add(new TruncationPenalty(exact, -10));
        all.add(WeightedGrader.of(
                new WeightedGrader.Part("a", exact, 1), new WeightedGrader.Part("b", all.get(0), -0.5)));
        all.addAll(MoreAnswerGraders.all());
        return all;
    }

    @Property(tries = 100)
    void arbitraryText(@ForAll String text, @ForAll String reference) throws Exception {
        check(text, reference);
    }

    @Property(tries = 150)
    void tellingBits(@ForAll long seed, @ForAll @IntRange(max = 40) int size) throws Exception {
        Random random = new Random(seed);
        check(bits(random, size), random.nextBoolean() ? "18" : bits(random, 3));
    }

    @Property(tries = 8)
    void longRepetitions(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String unit = bits(random, 1 + random.nextInt(3));
        check(unit.repeat(20_000 / unit.length()), random.nextBoolean() ? "18" : unit.repeat(200));
    }

    /** A group of different lengths: a grade for each, scores from -0.5 to 0.5. */
    @Property(tries = 150)
    void groups(@ForAll @Size(min = 1, max = 6) List<String> texts, @ForAll long seed, @ForAll LengthUnit unit)
            throws Exception {
        Random random = new Random(seed);
        List<Completion> group = new ArrayList<>();
        for (String text : texts) {
            String more = random.nextInt(4) == 0 ? bits(random, 3).repeat(2_000) : bits(random, 5);
            Segment tokens = new Segment.Sampled(new int[random.nextInt(9)], new float[0], new float[0]);
            group.add(new Completion("p", group.size(), List.of(tokens), text + more, Finish.END));
        }
        Grader correctness = random.nextBoolean() ? ExactGrader.after("answer") : NumericGrader.gsm8kLastNumber();
        List<Grade> grades =
                new GroupLengthGrader(correctness, 1, unit).grade(Prompt.text("p", "", bits(random, 1)), group);
        assertTrue(grades.size() == group.size());
        for (Grade grade : grades) {
            assertTrue(
                    grade instanceof Grade.None
                            || grade instanceof Grade.Score s && s.value() >= -0.5 && s.value() <= 0.5,
                    grade::toString);
        }
    }

    private static String bits(Random random, int size) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < size; i++) {
            out.append(BITS.get(random.nextInt(BITS.size())));
        }
        return out.isEmpty() ? "x" : out.toString();
    }

    private static void check(String text, String reference) throws Exception {
        Prompt prompt = Prompt.text("p", "", reference);
        Segment tokens = new Segment.Sampled(new int[] {3, 1, 3, 1}, new float[0], new float[0]);
        Completion completion = new Completion("p", 0, List.of(tokens), text, Finish.END);
        Duration limit = Duration.ofSeconds(4);
        for (Grader grader : graders()) {
            long start = System.nanoTime();
            try {
                Grade grade = Deadline.in(limit).call(() -> grader.grade(prompt, completion));
                assertTrue(
                        grade instanceof Grade.None || grade instanceof Grade.Score s && Double.isFinite(s.value()),
                        () -> grader + " gave " + grade);
            } catch (TimeoutException e) {
                throw new AssertionError(grader + " ran out of time", e);
            }
            double seconds = (System.nanoTime() - start) * 1e-9;
            // The machine is shared: a second of grace.
            assertTrue(seconds < 5, () -> grader + " took " + seconds + " s");
        }
    }
}
