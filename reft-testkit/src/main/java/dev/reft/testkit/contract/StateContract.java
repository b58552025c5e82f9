package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.TokenScores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of a policy: state to go on from, frozen copies, exported files. */
public interface StateContract extends PolicySubject {
    /** AdamW as these tests use it. */
    Optimizer.AdamW ADAM = new Optimizer.AdamW(0.9, 0.99, 1e-8, 0.01);

    /** One step that moves every part. */
    private static void train(Policy policy, int step) {
        Output[] outputs = policy.info().outputs().contains(Output.VALUE)
                ? new Output[] {Output.LOG_PROB, Output.VALUE}
                : new Output[] {Output.LOG_PROB};
        Lesson.of(policy.info(), 100 + step, outputs).teach(policy);
        Lesson.step(policy, 0.01);
    }

    private static TokenScores scores(LanguageModel model) {
        return model.score(Probe.ragged(model.info(), 99), model.info().outputs());
    }

    /** The same beginning and the same calls give the same numbers, bit for bit. */
    @Test
    default void trainingRepeats() {
        try (Policy one = openWith(ADAM);
                Policy other = openWith(ADAM)) {
            Probe.assertSame(scores(one), scores(other), "at the beginning");
            for (int step = 0; step < 2; step++) {
                train(one, step);
                train(other, step);
            }
            Probe.assertSame(scores(one), scores(other), "after two steps");
        }
    }

    /**
     * Four steps are two, save, another policy, restore, and two: bit for bit.
     *
     * @param directory an empty directory, given by JUnit
     */
    @Test
    default void aRestoredPolicyContinuesExactly(@TempDir Path directory) {
        TokenScores straight;
        try (Policy policy = openWith(ADAM)) {
            for (int step = 0; step < 4; step++) {
                if (step == 2) {
                    policy.saveState(directory);
                }
                train(policy, step);
            }
            straight = scores(policy);
        }
        try (Policy policy = openWith(ADAM)) {
            // Restoring must replace moments and weights that are there, not add to them.
            train(policy, 9);
            policy.restoreState(directory);
            train(policy, 2);
            train(policy, 3);
            Probe.assertSame(straight, scores(policy), "after saving, restoring and going on");
        }
    }

    /**
     * The optimiser that a policy was restarted with is part of its state.
     *
     * @param directory an empty directory, given by JUnit
     */
    @Test
    default void theStateHoldsTheOptimizer(@TempDir Path directory) {
        TokenScores straight;
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            policy.restartOptimizer(ADAM);
            train(policy, 0);
            policy.saveState(directory);
            train(policy, 1);
            straight = scores(policy);
        }
        try (Policy policy = openWith(new Optimizer.Sgd())) {
            policy.restoreState(directory);
            train(policy, 1);
            Probe.assertSame(straight, scores(policy), "with the optimiser of the state");
        }
    }

    /**
     * State is neither saved nor restored while a pass or a generation is open, nor saved with gradients waiting.
     *
     * @param directory an empty directory, given by JUnit
     */
    @Test
    default void stateNeedsAQuietPolicy(@TempDir Path directory) {
        try (Policy policy = openWith(ADAM)) {
            policy.saveState(directory);
            Lesson lesson = Lesson.of(policy.info(), 110, Output.LOG_PROB);
            try (ForwardPass pass = policy.forward(lesson.batch(), lesson.outputs())) {
                assertThrows(IllegalStateException.class, () -> policy.saveState(directory));
                assertThrows(IllegalStateException.class, () -> policy.restoreState(directory));
                assertEquals(lesson.batch().size(), pass.scores().batch().size());
            }
            try (Generation generation = policy.generation()) {
                assertThrows(IllegalStateException.class, () -> policy.saveState(directory));
                assertThrows(IllegalStateException.class, () -> policy.restoreState(directory));
                assertEquals(0, generation.unfinished());
            }
            lesson.teach(policy);
            assertThrows(IllegalStateException.class, () -> policy.saveState(directory));
            policy.discardGradients();
            policy.saveState(directory);
        }
    }

    /**
     * A state that cannot be read changes nothing.
     *
     * @param directory an empty directory, given by JUnit
     * @throws IOException if the directory cannot be used
     */
    @Test
    default void aBadStateChangesNothing(@TempDir Path directory) throws IOException {
        try (Policy policy = openWith(ADAM)) {
            train(policy, 0);
            TokenScores before = scores(policy);
            Path empty = Files.createDirectory(directory.resolve("empty"));
            assertThrows(RuntimeException.class, () -> policy.restoreState(empty));
            Path cut = Files.createDirectory(directory.resolve("cut"));
            policy.saveState(cut);
            train(policy, 1);
            try (Stream<Path> files = Files.walk(cut)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
                }
            }
            TokenScores trained = scores(policy);
            assertThrows(RuntimeException.class, () -> policy.restoreState(cut));
            Probe.assertSame(trained, scores(policy), "after a state that was cut in half");
            assertFalse(Probe.equal(before, trained, Output.LOG_PROB), "training moved nothing");
        }
    }

    /**
     * A frozen copy says what the policy said, for good, and outlives it.
     *
     * @param directory an empty directory, given by JUnit
     */
    @Test
    default void aFrozenCopyNeverChanges(@TempDir Path directory) {
        Policy policy = openWith(ADAM);
        try (policy) {
            train(policy, 0);
            policy.saveState(directory);
            TokenScores then = scores(policy);
            GenerationRequest request = Requests.plain("r", new int[] {1, 0}, 4, 5);
            Completion sample = policy.generate(List.of(request)).get(0);
            try (LanguageModel copy = policy.frozenCopy()) {
                assertEquals(policy.info().vocabularySize(), copy.info().vocabularySize());
                assertTrue(copy.info().outputs().containsAll(policy.info().outputs()), "outputs of the copy");
                Probe.assertClose(then, scores(copy), tolerance().company(), "the copy");
                TokenScores frozen = scores(copy);
                train(policy, 1);
                Probe.assertSame(frozen, scores(copy), "the copy after the policy's step");
                assertFalse(Probe.equal(then, scores(policy), Output.LOG_PROB), "the policy did not move");
                policy.restartOptimizer(ADAM);
                policy.restoreState(directory);
                train(policy, 2);
                policy.close();
                Probe.assertSame(frozen, scores(copy), "the copy after the policy's end");
                if (tolerance().samplesRepeat()) {
                    assertArrayEquals(
                            sample.tokens(),
                            copy.generate(List.of(request)).get(0).tokens());
                }
            }
        }
    }

    /** Closing a copy leaves the policy alone; a generation of the copy does not block the policy. */
    @Test
    default void aFrozenCopyIsAModelOfItsOwn() {
        try (Policy policy = openWith(ADAM)) {
            TokenScores before = scores(policy);
            LanguageModel copy = policy.frozenCopy();
            try (Generation generation = copy.generation()) {
                assertEquals(0, generation.unfinished());
                train(policy, 0);
                assertFalse(Probe.equal(before, scores(policy), Output.LOG_PROB), "the policy did not move");
            }
            copy.close();
            copy.close();
            assertThrows(IllegalStateException.class, () -> scores(copy));
            assertEquals(before.channels().keySet(), scores(policy).channels().keySet());
        }
    }

    /**
     * Export writes into a new or empty directory, whole or not at all, and changes nothing.
     *
     * @param directory an empty directory, given by JUnit
     * @throws IOException if the directory cannot be used
     */
    @Test
    default void exportWritesAFreshDirectory(@TempDir Path directory) throws IOException {
        try (Policy policy = openWith(ADAM)) {
            train(policy, 0);
            TokenScores before = scores(policy);
            Path fresh = directory.resolve("fresh");
            policy.export(fresh);
            try (Stream<Path> files = Files.list(fresh)) {
                assertTrue(files.findAny().isPresent(), "nothing was written");
            }
            try (Stream<Path> beside = Files.list(directory)) {
                assertEquals(List.of(fresh), beside.toList(), "left beside the exported directory");
            }
            policy.export(Files.createDirectory(directory.resolve("empty")));
            assertThrows(RuntimeException.class, () -> policy.export(fresh));
            Probe.assertSame(before, scores(policy), "after an export");
        }
    }
}
