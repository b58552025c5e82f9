package dev.reft.graders.maths;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.AnswerRule;
import dev.reft.graders.AnswerScores;
import dev.reft.graders.CpuTime;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MathGraderTest {
    static final List<MathGrader> ALL = List.of(
            MathGrader.reward(),
            MathGrader.mathVerify(),
            MathGrader.hendrycks(),
            MathGrader.minerva(),
            MathGrader.prm800k(),
            new MathGrader(StringRule.HENDRYCKS, AnswerScores.BINARY),
            new MathGrader(StringRule.STRICT_BOX, AnswerScores.BINARY));

    static Grade grade(MathGrader grader, String completion, String reference) {
        try {
            return grader.grade(
                    Prompt.text("q", "", reference), new Completion("q", 0, List.of(), completion, Finish.END));
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void scores() {
        Grade.Score right = assertInstanceOf(Grade.Score.class, grade(MathGrader.reward(), "so \\boxed{2x}", "$x+x$"));
        assertEquals(1, right.value());
        assertEquals("2x", right.extracted());
        assertEquals(
                0.1,
                ((Grade.Score) grade(MathGrader.reward().withScores(AnswerScores.REFT), "so $3x$", "$x+x$")).value());
        assertEquals(-1, ((Grade.Score) grade(MathGrader.minerva(), "42", "42")).value());
        assertInstanceOf(Grade.None.class, grade(MathGrader.reward(), "\\boxed{1}", ""));
    }

    @Property(tries = 200)
    void anyTextGetsAVerdict(@ForAll("texts") String completion, @ForAll("texts") String reference) {
        for (MathGrader grader : ALL) {
            Grade grade = grade(grader, completion, reference);
            assertTrue(grade instanceof Grade.None || grade instanceof Grade.Score);
        }
    }

    @Property(tries = 200)
    void anAnswerEqualsItself(@ForAll("formulas") String formula) {
        AnswerRule rule = Equivalence.MATH_VERIFY;
        assertEquals(
                1,
                ((Grade.Score) grade(
                                new MathGrader(rule, AnswerScores.BINARY), "$" + formula + "$", "$" + formula + "$"))
                        .value());
    }

    @Property(tries = 200)
    void fractionsAreReduced(
            @ForAll @IntRange(min = -99, max = 99) int top,
            @ForAll @IntRange(min = 1, max = 99) int bottom,
            @ForAll @IntRange(min = 1, max = 9) int factor) {
        String reference = "$\\frac{" + top + "}{" + bottom + "}$";
        String same = "$" + top * factor + "/" + bottom * factor + "$";
        String other = "$" + (top * factor + 1) + "/" + bottom * factor + "$";
        assertEquals(1, ((Grade.Score) grade(MathGrader.mathVerify(), same, reference)).value());
        assertEquals(0, ((Grade.Score) grade(MathGrader.mathVerify(), other, reference)).value());
    }

    @Property(tries = 100)
    void polynomialsAreEqualHoweverWritten(
            @ForAll @IntRange(min = -9, max = 9) int a,
            @ForAll @IntRange(min = -9, max = 9) int b,
            @ForAll @IntRange(min = 1, max = 3) int wrong) {
        String product = "$(x + (" + a + "))(x + (" + b + "))$";
        String sum = "$x^2 + (" + (a + b) + ")x + (" + a * b + ")$";
        String other = "$x^2 + (" + (a + b) + ")x + (" + (a * b + wrong) + ")$";
        assertEquals(1, ((Grade.Score) grade(MathGrader.reward(), sum, product)).value());
        assertEquals(0, ((Grade.Score) grade(MathGrader.reward(), other, product)).value());
    }

    @Provide
    static Arbitrary<String> texts() {
        Arbitrary<String> any = Arbitraries.strings().all().ofMaxLength(120);
        Arbitrary<String> pieces = pieces(
                "\\frac",
                "\\sqrt",
                "\\boxed{",
                "{",
                "}",
                "$",
                "$$",
                "\\[",
                "\\]",
                "1",
                "2.5",
                "x",
                "^",
                "_",
                "(",
                ")",
                "[",
                ",",
                "=",
                "<",
                "\\pm",
                "\\text{",
                "and",
                " ",
                "\n",
                "answer",
                "final answer is ",
                "Answer:",
                "!",
                "%",
                "\\begin{pmatrix}",
                "&",
                "\\\\",
                "\\end{pmatrix}",
                "\\sum_{k=1}^{9}",
                "\uD800",
                "\u0000",
                "/",
                "-",
                "|",
                "\\log",
                "9999999999",
                "\\cup",
                "\\infty",
                "'",
                "e",
                "\\left");
        return Arbitraries.oneOf(any, pieces);
    }

    @Provide
    static Arbitrary<String> formulas() {
        return Arbitraries.of(
                "\\frac{x+1}{y}",
                "\\sqrt{x-7}",
                "\\{1,2\\}",
                "(1,2)",
                "\\begin{pmatrix}1&x\\end{pmatrix}",
                "x^{2y}",
                "1<x<3",
                "\\ln(-x)",
                "\\zzz{4}",
                "\\sum_{k=1}^{n}k",
                "\\text{none of these}",
                "1/0",
                "[1,2)\\cup\\{7\\}",
                "a=1,b=2",
                "\\int_0^1 x dx",
                "x \\in \\mathbb{R}");
    }

    private static Arbitrary<String> pieces(String... pieces) {
        return Arbitraries.of(pieces).list().ofMaxSize(40).map(list -> String.join("", list));
    }

    static List<String> repeated() {
        return List.of(
                "$",
                "\\(",
                "\\[",
                "\\boxed{",
                "{",
                "(",
                "[ ",
                "1 ",
                "1,000",
                "-",
                "+1",
                "\\frac{1}{",
                "x^",
                "\\sqrt",
                "answer ",
                "Answer: 1 ",
                "$1$ and ",
                "\\text{",
                "\\begin{pmatrix}",
                "2^",
                "9",
                "9!",
                "\\pm 1",
                "|",
                "_",
                "=1",
                "\\boxed{1} ",
                "final answer is ",
                " is",
                "\\frac{9}{9} ",
                "**",
                "1 + ",
                "\\\\",
                "\uD800",
                "\\sum_{k=1}^{2000}",
                ".",
                "cm ",
                "\\text{ }",
                "\n",
                "\\! ");
    }

    @ParameterizedTest
    @MethodSource("repeated")
    void longRepetitionsAreQuick(String unit) {
        String text = unit.repeat(50_000 / unit.length());
        for (MathGrader grader : ALL) {
            quick(grader, text, "$1$");
            quick(grader, "$" + text.substring(0, 980) + "$", "$" + unit.repeat(980 / unit.length()) + "1$");
            quick(grader, "\\boxed{" + text.substring(0, 980) + "}", "$x$");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "$9^{9^{9^{9}}}$",
                "$((9!)!)!$",
                "$2^{600^{600}}$",
                "$\\sum_{a=1}^{2000}\\sum_{b=1}^{2000}\\sum_{c=1}^{2000} a b c$",
                "$\\sin 10^{300}$",
                "$1.000000000000000000000000000001^{999999999}$",
                "$\\prod_{k=1}^{2000} k$",
                "$e^{e^{e^{e^{e}}}}$",
                "$\\log_{1} 5$",
                "$0^{-1}$",
                "$300!^{300!}$"
            })
    void largeNumbersAreQuick(String formula) {
        quick(MathGrader.mathVerify(), formula, "$1$");
        quick(MathGrader.mathVerify(), formula, "$x$");
        quick(MathGrader.mathVerify(), formula, formula.replace("$", "") + " + 0");
    }

    private static void quick(MathGrader grader, String completion, String reference) {
        CpuTime.within(200, () -> grade(grader, completion, reference), grader.toString());
    }

    @Test
    void aPassedDeadlineEndsIt() {
        Thread.currentThread().interrupt();
        try {
            String long1 = "$" + "+x^2".repeat(200) + "$";
            assertThrows(
                    TimeoutException.class,
                    () -> MathGrader.reward()
                            .grade(
                                    Prompt.text("q", "", "$x^3$"),
                                    new Completion("q", 0, List.of(), long1, Finish.END)));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }
}
