package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.generation.Constraint;
import dev.reft.generation.Generation;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link Policy} keeps: the contract of a language model, and those of gradients, steps and state.
 *
 * <pre>{@code
 * class MyPolicyTest implements PolicyContract {
 *     public Policy openPolicy(Training training) {
 *         return new MyProvider().openPolicy(MY_TINY_MODEL, training);
 *     }
 * }
 * }</pre>
 */
public interface PolicyContract extends LanguageModelContract, GradientContract, StepContract, StateContract {
    @Override
    default LanguageModel openLanguageModel() {
        return openWith(new Optimizer.Sgd());
    }

    @Override
    default Tolerance tolerance() {
        return Tolerance.FP32;
    }

    /**
     * While a call runs, every other from another thread is refused, whatever it is.
     *
     * @param directory an empty directory, given by JUnit
     */
    @Test
    default void everySecondCallIsRefused(@TempDir Path directory) {
        try (Policy policy = openWith(new Optimizer.Sgd());
                Generation generation = policy.generation()) {
            Lesson lesson = Lesson.of(policy.info(), 120, Output.LOG_PROB);
            ForwardPass pass = policy.forward(lesson.batch(), lesson.outputs());
            Constraint busy = (row, allowed) -> {
                Collision.assertRefused("score", () -> policy.score(lesson.batch(), lesson.outputs()));
                Collision.assertRefused("forward", () -> policy.forward(lesson.batch(), lesson.outputs()));
                Collision.assertRefused("backward", () -> pass.backward(lesson.slopes(1)));
                Collision.assertRefused("step", () -> Lesson.step(policy, 0.01));
                Collision.assertRefused("discardGradients", policy::discardGradients);
                Collision.assertRefused("restartOptimizer", () -> policy.restartOptimizer(new Optimizer.Sgd()));
                Collision.assertRefused("frozenCopy", policy::frozenCopy);
                Collision.assertRefused("export", () -> policy.export(directory.resolve("export")));
                Collision.assertRefused("saveState", () -> policy.saveState(directory));
                Collision.assertRefused("restoreState", () -> policy.restoreState(directory));
                Collision.assertRefused("close", policy::close);
            };
            generation.add(Requests.with(Requests.plain("r", new int[] {0, 1}, 1, 1), busy));
            assertEquals(1, generation.advance().size());
            pass.close();
            assertEquals(false, Files.exists(directory.resolve("export")));
        }
    }

    /**
     * After close every call is refused; what the policy had open is closed with it.
     *
     * @param directory an empty directory, given by JUnit
     */
    @Test
    default void aClosedPolicyDoesNothing(@TempDir Path directory) {
        Policy policy = openWith(new Optimizer.Sgd());
        Lesson lesson = Lesson.of(policy.info(), 121, Output.LOG_PROB);
        ForwardPass pass = policy.forward(lesson.batch(), lesson.outputs());
        Generation generation = policy.generation();
        generation.add(Requests.plain("r", new int[] {0, 1}, 2, 1));
        policy.close();
        policy.close();
        List<Runnable> calls = List.of(
                () -> policy.score(lesson.batch(), lesson.outputs()),
                () -> policy.forward(lesson.batch(), lesson.outputs()),
                () -> pass.backward(lesson.slopes(1)),
                generation::advance,
                policy::generation,
                () -> Lesson.step(policy, 0.01),
                policy::discardGradients,
                () -> policy.restartOptimizer(new Optimizer.Sgd()),
                policy::frozenCopy,
                () -> policy.export(directory.resolve("export")),
                () -> policy.saveState(directory),
                () -> policy.restoreState(directory));
        for (Runnable call : calls) {
            assertThrows(IllegalStateException.class, call::run);
        }
        pass.close();
        generation.close();
    }
}
