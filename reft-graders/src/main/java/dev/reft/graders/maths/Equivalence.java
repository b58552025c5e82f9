package dev.reft.graders.maths;

import dev.reft.graders.AnswerRule;
import dev.reft.graders.Verdict;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.apache.commons.math3.exception.MathRuntimeException;

/**
 * Whether the answer in a completion is mathematically equal to the reference, as Math-Verify decides it.
 *
 * <p>The answer is the rightmost of the best kind: a boxed one, what follows "final answer is" or "answer:", then any mathematics,
 * then any number. Numbers are equal exactly, or rounded to {@code decimals} if one of them is written with a decimal point; 10% is
 * 0.1; units do not count. Expressions are equal if they are at random points, which are always the same. Sets have no order, tuples
 * have; {@code (a, b)} is an interval and a point. {@code x = 5} is 5. Not symmetric on purpose: where the reference is a number, an
 * answer may be an equation that ends with it, but where the reference is an equation its right side alone is only enough if its left
 * side is a name; an inequality as the reference takes an interval as the answer, and not the other way round. That keeps a model from
 * being paid for repeating the question. Where nothing can be parsed, equal texts are equal.
 *
 * @param latex whether answers are looked for in mathematics ({@code $...$}, {@code \[...\]}, {@code \boxed})
 * @param plain whether answers are looked for in plain text, as numbers and fractions
 * @param boxedFirst whether a boxed answer wins over "final answer is"
 * @param decimals to how many decimals numbers with a decimal point are compared, from 0 to 15
 * @param strict whether the names of variables matter
 * @param setsForRelations whether an inequality as the answer counts for an interval as the reference
 * @param imaginaryUnit whether {@code i} may be the imaginary unit, so that e^{i\u03C0} is -1; to Math-Verify it is a variable
 */
public record Equivalence(
        boolean latex,
        boolean plain,
        boolean boxedFirst,
        int decimals,
        boolean strict,
        boolean setsForRelations,
        boolean imaginaryUnit)
        implements AnswerRule {
    /** Math-Verify's own settings: mathematics and plain text, 6 decimals. */
    public static final Equivalence MATH_VERIFY = new Equivalence(true, true, false, 6, true, false);

    /** For training, as Math-Verify advises it: boxed answers first, mathematics only. Besides, i is the imaginary unit. */
    public static final Equivalence REWARD = new Equivalence(true, false, true, 6, true, false, true);

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if nothing is looked for, or {@code decimals} is out of range
     */
    public Equivalence {
        if (!latex && !plain) {
            throw new IllegalArgumentException("latex and plain are both false: no answer could be found");
        }
        if (decimals < 0 || decimals > 15) {
            throw new IllegalArgumentException("decimals " + decimals + " must be from 0 to 15");
        }
    }

    /**
     * Without the imaginary unit.
     *
     * @param latex whether answers are looked for in mathematics
     * @param plain whether answers are looked for in plain text
     * @param boxedFirst whether a boxed answer wins over "final answer is"
     * @param decimals to how many decimals numbers with a decimal point are compared, from 0 to 15
     * @param strict whether the names of variables matter
     * @param setsForRelations whether an inequality as the answer counts for an interval as the reference
     */
    public Equivalence(
            boolean latex, boolean plain, boolean boxedFirst, int decimals, boolean strict, boolean setsForRelations) {
        this(latex, plain, boxedFirst, decimals, strict, setsForRelations, false);
    }

    /**
     * Judges a completion.
     *
     * @param completion the completion's text; of a longer one than {@value Extraction#LONGEST} characters only the end counts
     * @param reference the right answer, bare ({@code 1/2}) or within text as in the completion
     * @return what was found; a reference in which no answer is found says nothing about the completion
     * @throws CancellationException if the deadline passes
     */
    @Override
    public Verdict judge(String completion, String reference) {
        Extraction.Answer right = Extraction.from(reference, this);
        if (right.isEmpty()) {
            right = Extraction.whole(reference);
        }
        if (right.isEmpty()) {
            return Verdict.badReference("the reference holds no mathematics");
        }
        Extraction.Answer given = Extraction.from(completion, this);
        if (given.isEmpty()) {
            return Verdict.unreadable("the completion holds no mathematics");
        }
        return Verdict.of(equal(right, given), given.text(), right.text());
    }

    private boolean equal(Extraction.Answer right, Extraction.Answer given) {
        if (!right.text().isEmpty() && right.text().equals(given.text())) {
            return true;
        }
        Optional<Node> a = right.node();
        Optional<Node> b = given.node();
        try {
            return a.isPresent() && b.isPresent() && new Equality(this).equal(a.get(), b.get());
        } catch (MathRuntimeException | ArithmeticException e) {
            // The numbers of an answer left the range of arithmetic: it is none that was asked for.
            return false;
        }
    }
}
