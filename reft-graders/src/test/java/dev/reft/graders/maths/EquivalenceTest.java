package dev.reft.graders.maths;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.graders.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EquivalenceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\u0001',
            value = {
                // definite integrals
                "$\\frac{1}{3}$;$\\int_0^1 x^2\\,dx$;1",
                "$2$;$\\int_0^{\\pi} \\sin x\\,dx$;1",
                "$1$;$\\int_1^e \\frac{dx}{x}$;1",
                "$\\ln 2$;$\\int_1^2 \\frac{1}{t} dt$;1",
                "$\\int_0^1 x^2 dx$;$\\int_0^1 t^2 dt$;1",
                "$\\frac{3}{2}$;$\\int_0^1 (x+1) dx$;1",
                "$\\frac{3}{2}$;$\\int_0^1 x + 1 dx$;1",
                "$\\frac{a}{2}$;$\\int_0^1 a x dx$;1",
                "$\\frac{1}{3}$;$\\int_0^1 x^3 dx$;0",
                "$1$;$\\int_0^1 |x-\\frac13| dx$;0",
                "$2$;$\\int_0^1 \\frac{1}{\\sqrt{x}} dx$;0",
                "$0$;$\\int_{-1}^1 \\frac{1}{x} dx$;0",
                // limits
                "$1$;$\\lim_{x\\to 0} \\frac{\\sin x}{x}$;1",
                "$\\frac12$;$\\lim_{x\\to 0} \\frac{1-\\cos x}{x^2}$;1",
                "$e$;$\\lim_{n\\to\\infty} (1+\\frac{1}{n})^n$;1",
                "$2$;$\\lim_{x\\to\\infty} \\frac{2x+1}{x-3}$;1",
                "$4$;$\\lim_{x\\to 2} \\frac{x^2-4}{x-2}$;1",
                "$5$;$\\lim_{x\\to 2} \\frac{x^2-4}{x-2}$;0",
                "$0$;$\\lim_{x\\to 0} \\frac{|x|}{x}$;0",
                "$1$;$\\lim_{x\\to 0} \\frac{|x|}{x}$;0",
                "$0$;$\\lim_{x\\to 0} \\frac{1}{x}$;0",
                // the real line
                "$(-\\infty,\\infty)$;$\\mathbb{R}$;1",
                "$\\mathbb{R}$;$(-\\infty,\\infty)$;1",
                "$\\mathbb{R}$;$(0,\\infty)$;0",
                "$\\mathbb{Z}$;$(-\\infty,\\infty)$;0",
                "$x \\in \\mathbb{R}$;$(-\\infty,\\infty)$;1",
                // poles
                "$\\tan\\frac{\\pi}{2}$;$\\sec\\frac{\\pi}{2}$;0",
                "$\\tan\\frac{\\pi}{2}$;$\\tan\\frac{3\\pi}{2}$;0",
                "$\\frac{1}{\\sqrt2\\sqrt2-2}$;$\\frac{1}{2-\\sqrt2\\sqrt2}$;0",
                "$\\cot\\pi$;$\\csc\\pi$;0",
                "$1$;$\\tan\\frac{\\pi}{4}$;1",
                "$\\frac{1}{e^{100}}$;$e^{-100}$;1",
                // numbers
                "$\\frac{1}{2}$;0.5;1",
                "$3$;$\\sqrt{9}$;1",
                "$\\sqrt[3]{27}$;3;1",
                "$-\\frac{1}{2}$;$\\frac{-1}{2}$;1",
                "$2^{-3}$;0.125;1",
                "$5!$;120;1",
                "$\\binom{5}{2}$;10;1",
                "$\\log_2 8$;3;1",
                "$\\ln e^2$;2;1",
                "$\\sin\\frac{\\pi}{6}$;1/2;1",
                "$|{-3}|$;3;1",
                "$\\lfloor 2.7 \\rfloor$;2;1",
                "$\\lceil 2.1 \\rceil$;3;1",
                "$1{,}000$;1000;1",
                "$1.0$;1;1",
                "$0.5$;$.5$;1",
                "$50\\%$;0.5;1",
                "$50\\%$;$50$ percent;1",
                "$50\\%$;50;0",
                "$5\\text{ cm}$;5 cm;1",
                "$\\$5$;$5;1",
                "$10^{3}$;1000;1",
                "$1.2 \\times 10^3$;1200;1",
                "$\\sqrt{2}$;1.414214;1",
                "$\\sqrt{2}$;1.41;0",
                "$\\frac{22}{7}$;$\\pi$;0",
                "$1/0$;$2/0$;0",
                "$\\sqrt{10^{12}+1}$;$10^6$;0",
                "$\\frac{\\sqrt{3}}{3}$;$\\frac{1}{\\sqrt{3}}$;1",
                "$2\\frac{1}{2}$;5/2;1",
                "$\\dfrac{3}{4}$;$\\tfrac34$;1",
                "$30^\\circ$;30;1",
                "$e^{2\\ln 3}$;9;1",
                "$\\sum_{k=1}^{10} k$;55;1",
                "$\\gcd(12, 18)$;6;1",
                "$\\max(2, 7)$;7;1",
                "$(-8)^{1/3}$;-2;1",
                "$2^{100}$;$4^{50}$;1",
                "$7$;seven;0",
                "$1000000$;1 million;0",
                "$\\infty$;$\\infty$;1",
                "$-\\infty$;$\\infty$;0",
                "$3:4$;$\\frac{3}{4}$;1",
                // expressions
                "$x^2-1$;$(x-1)(x+1)$;1",
                "$\\frac{x^2-1}{x-1}$;$x+1$;1",
                "$2x$;$x+x$;1",
                "$2x$;$3x$;0",
                "$\\sin^2 x + \\cos^2 x$;1;1",
                "$a^2+2ab+b^2$;$(a+b)^2$;1",
                "$\\sqrt{x^2}$;$x$;0",
                "$\\sqrt{x^2}$;$|x|$;1",
                "$x$;$y$;0",
                "$x_1+x_2$;$x_2+x_1$;1",
                "$\\tan x$;$\\frac{\\sin x}{\\cos x}$;1",
                "$\\ln(ab)$;$\\ln a + \\ln b$;1",
                "$f(x)+1$;$1+f(x)$;1",
                "$f(x)$;$f(2x)$;0",
                "$e^{x}$;$\\exp(x)$;1",
                "$\\alpha+\\beta$;$\\beta+\\alpha$;1",
                "$2\\sin x\\cos x$;$\\sin 2x$;1",
                "$n(n+1)/2$;$\\frac{n^2+n}{2}$;1",
                "$x+1$;$x+1.0000000001$;0",
                "$\\int x dx$;$\\int y dy$;0",
                "$2^{n+1}$;$2\\cdot 2^n$;1",
                "$n!$;$n \\cdot (n-1)!$;0",
                // words
                "$\\text{yes}$;$\\text{Yes}$;1",
                "$\\text{yes}$;$\\text{no}$;0",
                "$\\text{(B)}$;$B$;1",
                "$\\text{Monday}$;$Monday$;1",
                // sets, tuples, intervals
                "$\\{1,2\\}$;$2, 1$;1",
                "$1, 2$;1;0",
                "$(1,2)$;$(2,1)$;0",
                "$(1,2,3)$;$(1,2,3)$;1",
                "$[0,\\infty)$;$[0,+\\infty)$;1",
                "$(-\\infty,2)\\cup(3,\\infty)$;$(3,\\infty)\\cup(-\\infty,2)$;1",
                "$(-\\infty,3)\\cup(3,\\infty)$;$\\mathbb{R}\\setminus\\{3\\}$;1",
                "$[0,2]$;$[0,1]\\cup[1,2]$;1",
                "$\\pm 3$;$3, -3$;1",
                "$x=\\pm 3$;$x=3$ or $x=-3$;1",
                "$\\emptyset$;$\\{\\}$;1",
                "$\\{1,1,2\\}$;$\\{1,2\\}$;1",
                "$\\{(1,2),(3,4)\\}$;$(3,4),(1,2)$;1",
                "$[1,2]$;$[1,2)$;0",
                "$2 \\pm \\sqrt{3}$;$2-\\sqrt3, 2+\\sqrt3$;1",
                "$(1,2)$;$[1,2]$;0",
                // relations
                "$x=5$;5;1",
                "$5$;$x=5$;1",
                "$x=5$;$y=5$;0",
                "$y=2x+1$;$2x+1$;1",
                "$y=2x+1$;$y-2x=1$;1",
                "$x^2+y^2=1$;$1$;0",
                "$2x+3=7$;$7$;0",
                "$x>3$;$3<x$;1",
                "$x>3$;$x \\geq 3$;0",
                "$1<x<3$;$3>x>1$;1",
                "$1<x<3$;$(1,3)$;1",
                "$(1,3)$;$1<x<3$;0",
                "$x \\ge 2$;$[2,\\infty)$;1",
                "$2x<6$;$(-\\infty,3)$;1",
                "$x+y=3$;$2x+2y=6$;1",
                "$x+y=3$;$0=0$;0",
                "$x<1$;$2x<2$;1",
                "$x<1$;$-2x<-2$;0",
                "$x \\neq 2$;$2 \\ne x$;1",
                "$a=1, b=2$;$1, 2$;1",
                "$5$;$2+3=5$;1",
                "$x \\in \\{1,2\\}$;$\\{1,2\\}$;1",
                // matrices
                "$\\begin{pmatrix}1\\\\2\\end{pmatrix}$;$\\begin{pmatrix}1.0\\\\2\\end{pmatrix}$;1",
                "$\\begin{pmatrix}1&2\\end{pmatrix}$;$\\begin{pmatrix}1\\\\2\\end{pmatrix}$;0",
                "$\\begin{bmatrix}2&4\\end{bmatrix}$;$2\\begin{bmatrix}1&2\\end{bmatrix}$;1",
                // extraction
                "3;first 1, then 2, so 3;1",
                "3;The answer is 3, not 4;1",
                "3;The final answer is $3$. I hope it is correct. 4;1",
                "4;$3$ or rather $\\boxed{4}$, that is $5$;1",
                "$\\frac{1}{2}$;Answer: 1/2;1",
                "12;x = 12.;1",
                "5;The answer is: **5**;1",
                "$8$;so we get 2 + 6 = 8;1",
                "$1,2$;$x_1 = 1$ and $x_2 = 2$;1",
                "$3$;\\boxed{3} apples;1",
                "3;no number;0"
            })
    void verdicts(String reference, String completion, int expected) {
        Verdict verdict = Equivalence.MATH_VERIFY.judge(completion, reference);
        assertEquals(expected, verdict.kind() == Verdict.Kind.RIGHT ? 1 : 0, verdict::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\u0001',
            value = {
                "$-1$;$e^{i\\pi}$;1",
                "$0$;$e^{i\\pi}+1$;1",
                "$1$;$e^{i\\pi}$;0",
                "$i$;$e^{i\\pi/2}$;1",
                "$1+i\\sqrt{3}$;$2e^{\\frac{i\\pi}{3}}$;1",
                "$-1$;$i^2$;1",
                "$2i$;$(1+i)^2$;1",
                "$2i$;$\\sqrt{-4}$;1",
                "$\\frac{1}{2}-\\frac{i}{2}$;$\\frac{1}{1+i}$;1",
                "$5$;$|3+4i|$;1",
                "$3+4i$;$4+3i$;0",
                "$x+2i$;$2i+x$;1"
            })
    void theImaginaryUnit(String reference, String completion, int expected) {
        Verdict verdict = Equivalence.REWARD.judge(completion, reference);
        assertEquals(expected, verdict.kind() == Verdict.Kind.RIGHT ? 1 : 0, verdict::toString);
    }

    @Test
    void toMathVerifyTheImaginaryUnitIsAVariable() {
        assertEquals(
                Verdict.Kind.WRONG,
                Equivalence.MATH_VERIFY.judge("$-1$", "$e^{i\\pi}$").kind());
    }

    @Test
    void settings() {
        assertThrows(IllegalArgumentException.class, () -> new Equivalence(false, false, true, 6, true, false));
        assertThrows(IllegalArgumentException.class, () -> new Equivalence(true, false, true, -1, true, false));
        Equivalence loose = new Equivalence(true, true, false, 2, false, true);
        assertEquals(Verdict.Kind.RIGHT, loose.judge("$y + 1$", "$1 + x$").kind());
        assertEquals(Verdict.Kind.RIGHT, loose.judge("0.33", "$\\frac{1}{3}$").kind());
        assertEquals(Verdict.Kind.RIGHT, loose.judge("$1<x<3$", "$(1,3)$").kind());
    }

    @Test
    void bareReferences() {
        assertEquals(
                Verdict.Kind.RIGHT,
                Equivalence.REWARD.judge("\\boxed{\\frac{1}{2}}", "\\frac12").kind());
        assertEquals(
                Verdict.Kind.RIGHT,
                Equivalence.REWARD.judge("\\boxed{x+1}", "1 + x").kind());
        assertEquals(
                Verdict.Kind.UNREADABLE,
                Equivalence.REWARD.judge("x+1", "1 + x").kind());
        assertEquals(
                Verdict.Kind.BAD_REFERENCE,
                Equivalence.REWARD.judge("\\boxed{1}", " ").kind());
    }
}
