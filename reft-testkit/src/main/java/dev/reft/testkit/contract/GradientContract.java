package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.ForwardPass;
import dev.reft.model.ModelInfo;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.ValueHead;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What {@code forward} and {@code backward} of every policy keep. Weights are not visible through the SPI, so derivatives
 * are probed: plain gradient descent along a loss's own gradient g changes a loss by - rate times the product of g and
 * that loss's gradient, to second order exactly.
 */
public interface GradientContract extends PolicySubject {
    /** A pass says what score says. */
    @Test
    default void forwardIsScore() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            TokenBatch batch = Probe.ragged(policy.info(), 40);
            TokenScores scored = policy.score(batch, policy.info().outputs());
            try (ForwardPass pass = policy.forward(batch, policy.info().outputs())) {
                Probe.assertClose(scored, pass.scores(), tolerance().company(), "forward");
                assertEquals(batch.size(), pass.scores().batch().size());
            }
        }
    }

    /** The derivative of log-probabilities. */
    @Test
    default void logProbSlopesAreFollowed() {
        Derivatives.check(this, 41, Output.LOG_PROB);
    }

    /** The derivative of entropies. */
    @Test
    default void entropySlopesAreFollowed() {
        Derivatives.check(this, 42, Output.ENTROPY);
    }

    /** The derivative of values. */
    @Test
    default void valueSlopesAreFollowed() {
        Derivatives.check(this, 43, Output.VALUE);
    }

    /** The derivative of values with respect to the head alone. */
    @Test
    default void detachedValueSlopesAreFollowed() {
        Derivatives.check(this, 44, Output.DETACHED_VALUE);
    }

    /** Slopes of several outputs in one pass. */
    @Test
    default void slopesOfSeveralOutputsAddUp() {
        Derivatives.check(this, 45, Output.LOG_PROB, Output.ENTROPY, Output.VALUE);
    }

    /** A step for one loss changes another by the product of their gradients. */
    @Test
    default void gradientsOfTwoLossesAgree() {
        Derivatives.checkCrossed(this, Output.LOG_PROB, Output.ENTROPY);
        Derivatives.checkCrossed(this, Output.VALUE, Output.LOG_PROB);
    }

    /** Gradients are a linear function of slopes, over passes too. */
    @Test
    default void backwardIsLinear() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson a = Lesson.of(policy.info(), 46, Output.LOG_PROB);
            double single = a.normOn(policy);
            a.teach(policy, 3);
            assertEquals(3 * single, Lesson.norm(policy), 3 * single * near(), "three times the slopes");
            a.teach(policy).teach(policy);
            assertEquals(2 * single, Lesson.norm(policy), 2 * single * near(), "the same pass twice");
            a.teach(policy).teach(policy, -1);
            assertEquals(0, Lesson.norm(policy), single * near(), "a pass and its opposite");
        }
    }

    private double near() {
        return Math.max(1e-6, tolerance().gradient() / 100);
    }

    /** One batch of eight rows, two of four, eight of one: the same gradient. */
    @Test
    default void microBatchesAddUp() {
        Output[] outputs = {Output.LOG_PROB, Output.ENTROPY};
        int[][][] cuts = {
            {{0, 1, 2, 3, 4, 5, 6, 7}},
            {{0, 1, 2, 3}, {4, 5, 6, 7}},
            {{5, 0}, {7, 2, 1}, {3, 4, 6}},
            {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}}
        };
        TokenScores whole = null;
        double norm = 0;
        for (int[][] cut : cuts) {
            try (Policy policy = openWith(new Optimizer.Sgd())) {
                Lesson lesson = Lesson.of(policy.info(), 47, outputs);
                for (int[] rows : cut) {
                    lesson.rows(rows).teach(policy);
                }
                double found = Lesson.step(policy, 1e-3).gradientNorm();
                TokenScores after = policy.score(lesson.batch(), lesson.outputs());
                if (whole == null) {
                    whole = after;
                    norm = found;
                }
                assertEquals(norm, found, norm * near(), "norm in " + cut.length + " passes");
                Probe.assertClose(whole, after, 2 * tolerance().company() + 1e-6, cut.length + " passes");
            }
        }
    }

    /** Several passes may be open at once. */
    @Test
    default void openPassesAddUp() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson lesson = Lesson.of(policy.info(), 48, Output.LOG_PROB);
            double whole = lesson.normOn(policy);
            Lesson first = lesson.rows(0, 1, 2);
            Lesson second = lesson.rows(3, 4, 5, 6, 7);
            try (ForwardPass one = policy.forward(first.batch(), first.outputs());
                    ForwardPass other = policy.forward(second.batch(), second.outputs())) {
                one.backward(first.slopes(1));
                other.backward(second.slopes(1));
            }
            assertEquals(whole, Lesson.norm(policy), whole * near());
        }
    }

    /** An absent slope is zero. */
    @Test
    default void absentSlopesAreZero() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            ModelInfo info = policy.info();
            Lesson lesson = Lesson.of(info, 49, Output.LOG_PROB);
            double alone = lesson.normOn(policy);
            try (ForwardPass pass = policy.forward(lesson.batch(), info.outputs())) {
                pass.backward(lesson.slopes(1));
            }
            assertEquals(alone, Lesson.norm(policy), alone * near(), "with other outputs in the pass");
            TokenScores before = policy.score(lesson.batch(), info.outputs());
            try (ForwardPass pass = policy.forward(lesson.batch(), info.outputs())) {
                pass.backward(new Slopes(Map.of()));
            }
            assertEquals(0, Lesson.step(policy, 1).gradientNorm());
            Probe.assertSame(before, policy.score(lesson.batch(), info.outputs()), "after no slope at all");
        }
    }

    /** A detached value trains the head and leaves the trunk alone; a value trains the shared trunk. */
    @Test
    default void detachedValuesStopAtTheHead() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson detached = Lesson.of(policy.info(), 50, Output.DETACHED_VALUE);
            TokenBatch batch = detached.batch();
            TokenScores before = policy.score(batch, Set.of(Output.LOG_PROB, Output.ENTROPY));
            TokenScores values = policy.score(batch, Set.of(Output.VALUE));
            Probe.assertClose(
                    values.values(),
                    policy.score(batch, Set.of(Output.DETACHED_VALUE)).values(),
                    tolerance().company(),
                    "detached values are the same numbers");
            detached.teach(policy);
            Lesson.step(policy, 0.01);
            TokenScores after = policy.score(batch, Set.of(Output.LOG_PROB, Output.ENTROPY));
            Probe.assertSame(before, after, "after a step for detached values");
            assertTrue(
                    !Probe.equal(values, policy.score(batch, Set.of(Output.VALUE)), Output.VALUE),
                    "values did not move");
            Lesson.of(policy.info(), 50, Output.VALUE).teach(policy);
            Lesson.step(policy, 0.01);
            boolean moved =
                    !Probe.equal(before, policy.score(batch, Set.of(Output.LOG_PROB, Output.ENTROPY)), Output.LOG_PROB);
            assertEquals(valueHead() instanceof ValueHead.Shared, moved, "whether a value's slope reached the words");
        }
    }

    /** Rows that score nothing train no word. */
    @Test
    default void rowsThatScoreNothingTrainNothing() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Row silent = new Row(new int[] {1, 0, 1}, new int[0], 1f);
            try (ForwardPass pass = policy.forward(TokenBatch.of(List.of(silent)), Set.of(Output.LOG_PROB))) {
                pass.backward(new Slopes(Map.of(Output.LOG_PROB, new float[1][0])));
            }
            assertEquals(0, Lesson.norm(policy));
        }
    }

    /** Backward at most once, not after close, and only with slopes that fit; what is refused adds nothing. */
    @Test
    default void badSlopesAreRefused() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson lesson = Lesson.of(policy.info(), 51, Output.LOG_PROB);
            ForwardPass pass = policy.forward(lesson.batch(), Set.of(Output.LOG_PROB));
            float[][] entropy = lesson.slopes(1).channels().values().iterator().next();
            refused(pass, new Slopes(Map.of(Output.ENTROPY, entropy)), "ENTROPY");
            refused(pass, new Slopes(Map.of(Output.LOG_PROB, new float[1][1])), "LOG_PROB");
            float[][] wrong = lesson.slopes(1).channels().values().iterator().next();
            wrong[3] = new float[1];
            refused(pass, new Slopes(Map.of(Output.LOG_PROB, wrong)), "row 3");
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                float[][] poisoned =
                        lesson.slopes(1).channels().values().iterator().next();
                poisoned[3][1] = bad;
                refused(pass, new Slopes(Map.of(Output.LOG_PROB, poisoned)), "row 3");
            }
            pass.backward(lesson.slopes(1));
            assertThrows(IllegalStateException.class, () -> pass.backward(lesson.slopes(1)));
            pass.close();
            pass.close();
            double once = Lesson.norm(policy);
            assertEquals(once, lesson.normOn(policy), once * near());
            ForwardPass closed = policy.forward(lesson.batch(), Set.of(Output.LOG_PROB));
            closed.close();
            assertThrows(IllegalStateException.class, () -> closed.backward(lesson.slopes(1)));
            assertEquals(0, Lesson.norm(policy), "refused slopes added to the gradients");
        }
    }

    private static void refused(ForwardPass pass, Slopes slopes, String name) {
        Probe.assertNames(assertThrows(IllegalArgumentException.class, () -> pass.backward(slopes)), name);
    }

    /** Gradients that were discarded are gone. */
    @Test
    default void discardedGradientsAreGone() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson lesson = Lesson.of(policy.info(), 52, Output.LOG_PROB);
            lesson.teach(policy);
            policy.discardGradients();
            assertEquals(0, Lesson.norm(policy));
        }
    }
}
