package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Generation;
import dev.reft.model.ForwardPass;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenScores;
import dev.reft.testkit.LocalReplicas;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What {@code step} of every policy keeps: clipping, rates, zeroing, parts left alone, replicas, refusals. */
public interface StepContract extends PolicySubject {
    /** AdamW as these tests use it. */
    Optimizer.AdamW ADAM = new Optimizer.AdamW(0.9, 0.99, 1e-12, 0.1);

    private static TokenScores words(Policy policy, Lesson lesson) {
        return policy.score(lesson.batch(), Set.of(Output.LOG_PROB));
    }

    private double near() {
        return 2 * tolerance().company() + 2e-6;
    }

    /** Gradients are scaled down to the norm asked for, and the norm before that is reported. */
    @Test
    default void clippingScalesTheGradient() {
        double norm;
        TokenScores half;
        double rate;
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson lesson = Lesson.of(policy.info(), 70, Output.LOG_PROB);
            norm = lesson.normOn(policy);
            rate = 0.1 / norm;
            lesson.teach(policy);
            Lesson.step(policy, rate / 2);
            half = words(policy, lesson);
        }
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson lesson = Lesson.of(policy.info(), 70, Output.LOG_PROB).teach(policy);
            TokenScores before = words(policy, lesson);
            StepResult clipped = policy.step(new StepSize(rate, rate, norm / 2));
            assertTrue(clipped.applied());
            assertEquals(norm, clipped.gradientNorm(), norm * 1e-4, "norm before clipping");
            Probe.assertClose(half, words(policy, lesson), near(), "clipped to half the norm");
            assertFalse(Probe.equal(before, half, Output.LOG_PROB), "the step moved nothing");
        }
    }

    /** The gradient is clipped, not the update: AdamW's first step does not depend on the gradient's scale. */
    @Test
    default void clippingComesBeforeTheOptimizer() {
        List<TokenScores> after = new ArrayList<>();
        for (double most : new double[] {1e6, 1e-3}) {
            try (Policy policy = openWith(ADAM)) {
                Lesson lesson = Lesson.of(policy.info(), 71, Output.LOG_PROB);
                TokenScores before = words(policy, lesson.teach(policy));
                policy.step(new StepSize(0.01, 0.01, most));
                after.add(words(policy, lesson));
                assertFalse(Probe.equal(before, after.get(0), Output.LOG_PROB), "the step moved nothing");
            }
        }
        Probe.assertClose(after.get(0), after.get(1), 100 * near(), "clipped hard against not clipped");
    }

    /** A clipped step enters AdamW's moments clipped. */
    @Test
    default void momentsHoldClippedGradients() {
        List<TokenScores> after = new ArrayList<>();
        for (double most : new double[] {1e6, 1e-3}) {
            try (Policy policy = openWith(ADAM)) {
                Lesson.of(policy.info(), 71, Output.LOG_PROB).teach(policy);
                policy.step(new StepSize(0.01, 0.01, most));
                Lesson second = Lesson.of(policy.info(), 72, Output.LOG_PROB).teach(policy);
                policy.step(new StepSize(0.01, 0.01, 1e6));
                after.add(words(policy, second));
            }
        }
        assertFalse(Probe.equal(after.get(0), after.get(1), Output.LOG_PROB), "the moments ignore clipping");
    }

    /** After a step the gradients are zero. */
    @Test
    default void aStepZeroesTheGradients() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson lesson = Lesson.of(policy.info(), 73, Output.LOG_PROB).teach(policy);
            Lesson.step(policy, 0.01);
            TokenScores before = words(policy, lesson);
            StepResult empty = Lesson.step(policy, 0.01);
            assertEquals(0, empty.gradientNorm());
            assertTrue(empty.applied());
            Probe.assertSame(before, words(policy, lesson), "after a step without a gradient");
        }
    }

    /** Each rate moves its own part: with the policy's at zero no word changes, with both at zero nothing does. */
    @Test
    default void ratesAreApart() {
        try (Policy policy = openWith(ADAM)) {
            Lesson lesson = Lesson.of(policy.info(), 74, Output.LOG_PROB, Output.VALUE);
            TokenScores before = policy.score(lesson.batch(), lesson.outputs());
            lesson.teach(policy);
            policy.step(new StepSize(0, 0, 1));
            Probe.assertSame(before, policy.score(lesson.batch(), lesson.outputs()), "both rates zero");
            lesson.teach(policy);
            policy.step(new StepSize(0, 0.01, 1));
            TokenScores after = policy.score(lesson.batch(), lesson.outputs());
            Probe.assertClose(before.logProbs(), after.logProbs(), 0, "policy rate zero");
            assertFalse(Probe.equal(before, after, Output.VALUE), "the value rate moved nothing");
        }
    }

    /** Neither momentum nor decay moves a part that no backward reached since the last step. */
    @Test
    default void partsThatNoBackwardReachedStay() {
        try (Policy policy = openWith(ADAM)) {
            Lesson both = Lesson.of(policy.info(), 75, Output.LOG_PROB, Output.DETACHED_VALUE);
            both.teach(policy);
            Lesson.step(policy, 0.01);
            TokenScores before = policy.score(both.batch(), both.outputs());
            Lesson.of(policy.info(), 76, Output.DETACHED_VALUE).teach(policy);
            Lesson.step(policy, 0.01);
            TokenScores after = policy.score(both.batch(), both.outputs());
            Probe.assertClose(before.logProbs(), after.logProbs(), 0, "words after a step of the head alone");
            assertFalse(Probe.equal(before, after, Output.DETACHED_VALUE), "the head did not move");
            Lesson.step(policy, 0.01);
            Probe.assertSame(after, policy.score(both.batch(), both.outputs()), "after a step of nothing");
        }
    }

    /** AdamW has memory: its second step depends on the first; a restarted one has none. */
    @Test
    default void restartingForgetsTheMoments() {
        List<TokenScores> after = new ArrayList<>();
        for (float scale : new float[] {1, 1000}) {
            try (Policy policy = openWith(ADAM)) {
                Lesson.of(policy.info(), 77, Output.LOG_PROB).teach(policy);
                Lesson.step(policy, 0.01);
                policy.restartOptimizer(ADAM);
                Lesson next = Lesson.of(policy.info(), 78, Output.LOG_PROB).teach(policy, scale);
                Lesson.step(policy, 0.01);
                after.add(words(policy, next));
            }
        }
        Probe.assertClose(after.get(0), after.get(1), 100 * near(), "first step after a restart, slopes times 1000");
        try (Policy policy = openWith(ADAM)) {
            Lesson.of(policy.info(), 77, Output.LOG_PROB).teach(policy);
            Lesson.step(policy, 0.01);
            Lesson next = Lesson.of(policy.info(), 78, Output.LOG_PROB).teach(policy);
            Lesson.step(policy, 0.01);
            assertFalse(Probe.equal(after.get(0), words(policy, next), Output.LOG_PROB), "AdamW has no memory");
        }
    }

    /** A gradient that is not finite changes nothing, is reported, and is dropped. */
    @Test
    default void aGradientThatIsNotFiniteChangesNothing() {
        LocalReplicas.Poison poison = new LocalReplicas.Poison();
        try (Policy policy = openWith(ADAM, poison);
                Policy spared = openWith(ADAM, new LocalReplicas.Poison())) {
            Lesson lesson = Lesson.of(policy.info(), 79, Output.LOG_PROB).teach(policy);
            lesson.teach(spared);
            Lesson.step(policy, 0.01);
            Lesson.step(spared, 0.01);
            TokenScores before = words(policy, lesson);
            lesson.teach(policy);
            poison.next();
            StepResult result = Lesson.step(policy, 0.01);
            assertFalse(result.applied(), "a step with NaN was applied");
            assertFalse(Double.isFinite(result.gradientNorm()), "norm " + result.gradientNorm());
            Probe.assertSame(before, words(policy, lesson), "after a step with NaN");
            lesson.teach(policy);
            lesson.teach(spared);
            assertTrue(Lesson.step(policy, 0.01).applied());
            Lesson.step(spared, 0.01);
            Probe.assertSame(words(spared, lesson), words(policy, lesson), "the step after one with NaN");
        }
    }

    /**
     * The gradients of two processes are summed, before the norm: half a batch each is the whole batch in one.
     *
     * @throws Exception what a thread threw
     */
    @Test
    default void replicasAreSummedBeforeTheNorm() throws Exception {
        Lesson lesson;
        TokenScores whole;
        StepResult alone;
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            lesson = Lesson.of(policy.info(), 80, Output.LOG_PROB);
            lesson.teach(policy);
            alone = policy.step(new StepSize(0.1, 0.1, 0.5));
            whole = words(policy, lesson);
        }
        List<LocalReplicas> ranks = LocalReplicas.of(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<TokenScores>> both = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            Lesson mine = rank == 0 ? lesson.rows(0, 1, 2) : lesson.rows(3, 4, 5, 6, 7);
            LocalReplicas replicas = ranks.get(rank);
            both.add(threads.submit(() -> {
                try (Policy policy = openWith(new Optimizer.Sgd(), replicas)) {
                    mine.teach(policy);
                    StepResult result = policy.step(new StepSize(0.1, 0.1, 0.5));
                    double share = Math.max(1e-4, tolerance().company());
                    assertEquals(alone.gradientNorm(), result.gradientNorm(), share * alone.gradientNorm());
                    return words(policy, lesson);
                }
            }));
        }
        threads.shutdown();
        for (Future<TokenScores> rank : both) {
            Probe.assertClose(whole, rank.get(), near(), "two processes against one");
        }
    }

    /**
     * A process without rows steps as the others do.
     *
     * @throws Exception what a thread threw
     */
    @Test
    default void aReplicaWithoutRowsStepsToo() throws Exception {
        List<LocalReplicas> ranks = LocalReplicas.of(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<TokenScores>> both = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            boolean idle = rank == 1;
            LocalReplicas replicas = ranks.get(rank);
            both.add(threads.submit(() -> {
                try (Policy policy = openWith(ADAM, replicas)) {
                    Lesson lesson = Lesson.of(policy.info(), 81, Output.LOG_PROB);
                    for (int step = 0; step < 2; step++) {
                        if (!idle) {
                            lesson.teach(policy);
                        }
                        assertTrue(Lesson.step(policy, 0.01).gradientNorm() > 0);
                    }
                    return words(policy, lesson);
                }
            }));
        }
        threads.shutdown();
        Probe.assertSame(both.get(0).get(), both.get(1).get(), "the process without rows");
    }

    /** No step while a pass or a generation is open; afterwards it is possible again. */
    @Test
    default void noStepWhileSomethingIsOpen() {
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            Lesson lesson = Lesson.of(policy.info(), 82, Output.LOG_PROB);
            TokenScores before = words(policy, lesson);
            try (ForwardPass pass = policy.forward(lesson.batch(), lesson.outputs())) {
                pass.backward(lesson.slopes(1));
                assertThrows(IllegalStateException.class, () -> Lesson.step(policy, 0.01));
            }
            try (Generation generation = policy.generation()) {
                assertThrows(IllegalStateException.class, () -> Lesson.step(policy, 0.01));
                assertEquals(0, generation.unfinished());
            }
            Probe.assertSame(before, words(policy, lesson), "after refused steps");
            assertTrue(Lesson.step(policy, 0.01).gradientNorm() > 0, "the refused step dropped the gradients");
        }
    }
}
