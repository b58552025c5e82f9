package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.testkit.ForwardingPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interrupted, failing and diverging steps. */
@Timeout(30)
class CancellationTest {
    private static PpoTrainer trainer(Policy policy) {
        return PpoTrainer.of(policy)
                .grader(Addition.GRADER)
                .config(Addition.config())
                .start();
    }

    private static String undisturbed(int steps) {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = trainer(policy)) {
            for (int i = 0; i < steps; i++) {
                trainer.step(Addition.prompts());
            }
            return States.of(policy);
        }
    }

    @Test
    void aStepInterruptedBeforeItsFirstOptimiserStepMayBeRepeated() {
        int calls = 0;
        for (int at = 1; at < 60; at += 7) {
            AtomicInteger countdown = new AtomicInteger(at);
            Policy policy = new ForwardingPolicy(Addition.warmedUp(10)) {
                @Override
                public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                    if (countdown.decrementAndGet() == 0) {
                        Thread.currentThread().interrupt();
                    }
                    return inner().forward(batch, wanted);
                }
            };
            try (policy;
                    PpoTrainer trainer = PpoTrainer.of(policy)
                            .grader(Addition.GRADER)
                            .config(Addition.config().toBuilder()
                                    .microBatchTokens(20)
                                    .build())
                            .start()) {
                String before = States.of(policy);
                try {
                    trainer.step(Addition.prompts());
                    // It had begun to descend; the interrupt is still there for the next call to take.
                    assertTrue(Thread.interrupted() || countdown.get() > 0);
                } catch (CancellationException e) {
                    calls++;
                    assertFalse(Thread.currentThread().isInterrupted());
                    assertEquals(before, States.of(policy));
                    assertEquals(0, trainer.steps());
                    trainer.step(Addition.prompts());
                }
                assertEquals(1, trainer.steps());
                assertEquals(cutInTwenties(), States.of(policy));
            }
        }
        assertTrue(calls >= 3, calls + " cancellations");
    }

    private static String cutInTwenties() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(Addition.config().toBuilder()
                                .microBatchTokens(20)
                                .build())
                        .start()) {
            trainer.step(Addition.prompts());
            return States.of(policy);
        }
    }

    @Test
    void aStepThatWaitsForAGraderIsInterrupted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        boolean[] slow = {true};
        Policy policy = Addition.warmedUp(10);
        try (policy;
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader((prompt, completion) -> {
                            if (slow[0]) {
                                begun.countDown();
                                new CountDownLatch(1).await();
                            }
                            return Addition.GRADER.grade(prompt, completion);
                        })
                        .config(Addition.config())
                        .start()) {
            Thread main = Thread.currentThread();
            Thread other = new Thread(() -> {
                try {
                    begun.await();
                    // A second call is refused, progress is not.
                    assertEquals(0, trainer.steps());
                    assertThrows(IllegalStateException.class, () -> trainer.save(java.nio.file.Path.of("x"), ""));
                    assertThrows(IllegalStateException.class, trainer::close);
                    while (!trainer.progress().phase().equals("grade")
                            && !trainer.progress().phase().equals("generate")) {
                        Thread.onSpinWait();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    main.interrupt();
                }
            });
            other.start();
            assertThrows(CancellationException.class, () -> trainer.step(Addition.prompts()));
            other.join();
            Thread.interrupted();
            slow[0] = false;
            trainer.step(Addition.prompts());
            assertEquals(undisturbed(1), States.of(policy));
            assertEquals("idle", trainer.progress().phase());
        }
    }

    @Test
    void aFailureBeforeTheFirstOptimiserStepIsNotTheEnd() {
        boolean[] broken = {true};
        Policy policy = new ForwardingPolicy(Addition.warmedUp(10)) {
            @Override
            public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                if (broken[0] && wanted.contains(Output.ENTROPY)) {
                    throw new IllegalStateException("out of memory");
                }
                return inner().forward(batch, wanted);
            }
        };
        try (policy;
                PpoTrainer trainer = trainer(policy)) {
            assertThrows(IllegalStateException.class, () -> trainer.step(Addition.prompts()));
            broken[0] = false;
            trainer.step(Addition.prompts());
            assertEquals(undisturbed(1), States.of(policy));
        }
    }

    @Test
    void aLaterFailureTearsTheTrainer() {
        Policy policy = new ForwardingPolicy(Addition.warmedUp(10)) {
            private int calls;

            @Override
            public StepResult step(StepSize size) {
                if (++calls == 2) {
                    throw new IllegalStateException("device lost");
                }
                return inner().step(size);
            }
        };
        try (policy;
                PpoTrainer trainer = trainer(policy)) {
            assertThrows(IllegalStateException.class, () -> trainer.step(Addition.prompts()));
            IllegalStateException torn =
                    assertThrows(IllegalStateException.class, () -> trainer.step(Addition.prompts()));
            assertTrue(torn.getMessage().contains("torn"), torn.getMessage());
            assertThrows(IllegalStateException.class, () -> trainer.save(java.nio.file.Path.of("x"), ""));
            assertEquals(0, trainer.steps());
        }
    }

    @Test
    void notFiniteLossesAreSkippedAndThenStopTheRun() {
        Policy policy = new ForwardingPolicy(Addition.warmedUp(10)) {
            @Override
            public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                ForwardPass pass = inner().forward(batch, wanted);
                return wanted.contains(Output.ENTROPY) ? withNaN(pass) : pass;
            }
        };
        try (policy;
                PpoTrainer trainer = trainer(policy)) {
            String before = States.of(policy);
            StepReport report = trainer.step(Addition.prompts());
            assertEquals(2, report.metric("update/skipped_steps"));
            assertEquals(before, States.of(policy));
            DivergedException diverged = assertThrows(DivergedException.class, () -> trainer.step(Addition.prompts()));
            assertEquals(1, diverged.report().step());
            assertEquals(1, diverged.report().metric("update/skipped_steps"));
            assertEquals(before, States.of(policy));
            assertThrows(IllegalStateException.class, () -> trainer.step(Addition.prompts()));
        }
    }

    private static ForwardPass withNaN(ForwardPass pass) {
        return new ForwardPass() {
            @Override
            public TokenScores scores() {
                Map<Output, float[][]> channels =
                        new java.util.EnumMap<>(pass.scores().channels());
                float[][] logProbs = pass.scores().logProbs().clone();
                logProbs[0] = logProbs[0].clone();
                logProbs[0][0] = Float.NaN;
                channels.put(Output.LOG_PROB, logProbs);
                return new TokenScores(pass.scores().batch(), channels);
            }

            @Override
            public void backward(Slopes slopes) {
                pass.backward(slopes);
            }

            @Override
            public void close() {
                pass.close();
            }
        };
    }

    @Test
    void notFiniteGradientsAreSkipped() {
        Policy policy = new ForwardingPolicy(Addition.warmedUp(10)) {
            private int calls;

            @Override
            public StepResult step(StepSize size) {
                if (++calls % 2 == 1) {
                    inner().discardGradients();
                    return new StepResult(false, Double.NaN);
                }
                return inner().step(size);
            }
        };
        try (policy;
                PpoTrainer trainer = trainer(policy)) {
            for (int i = 0; i < 4; i++) {
                StepReport report = trainer.step(Addition.prompts());
                assertEquals(1, report.metric("update/skipped_steps"));
                assertEquals(1, report.metric("update/optimizer_steps"));
            }
        }
    }

    @Test
    void aClosedTrainerRefusesAndMisuseIsNamed() {
        try (Policy policy = Addition.warmedUp(1)) {
            PpoTrainer trainer = trainer(policy);
            IllegalArgumentException twice = assertThrows(
                    IllegalArgumentException.class,
                    () -> trainer.step(List.of(
                            Addition.prompts().get(0), Addition.prompts().get(0))));
            assertTrue(twice.getMessage().contains("0+0"), twice.getMessage());
            assertThrows(IllegalArgumentException.class, () -> trainer.step(List.of()));
            trainer.close();
            trainer.close();
            assertThrows(IllegalStateException.class, () -> trainer.step(Addition.prompts()));
            assertThrows(
                    IllegalStateException.class, () -> PpoTrainer.of(policy).start());
            assertThrows(
                    IllegalStateException.class,
                    () -> PpoTrainer.of(policy)
                            .grader(Addition.GRADER)
                            .groupGrader((prompt, group) -> List.of())
                            .start());
        }
    }
}
