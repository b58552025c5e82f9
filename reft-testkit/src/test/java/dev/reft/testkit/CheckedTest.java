package dev.reft.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Constraint;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Sampler;
import dev.reft.model.Scorer;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.testkit.contract.PolicyContract;
import dev.reft.testkit.contract.Tolerance;
import dev.reft.testkit.tiny.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Each misuse that the wrapper is there for is caught; proper use is not. */
class CheckedTest {
    private static final Set<Output> WORDS = Set.of(Output.LOG_PROB);
    private final Policy policy =
            Checked.policy(TinyModel.of("abc").withContext(16).policy(Training.full(1)));

    private static TokenBatch batch() {
        return TokenBatch.of(
                List.of(
                        Row.of(new int[] {2}, new int[] {3, 4}),
                        Row.of(new int[] {3}, new int[] {0}),
                        Row.of(new int[] {4}, new int[] {2})),
                new int[] {0, 0, 1});
    }

    private static Slopes slopes(float x) {
        return new Slopes(Map.of(Output.LOG_PROB, new float[][] {{x, x}, {x}, {x}}));
    }

    private void step() {
        policy.step(new StepSize(0.1, 0.1, 1));
    }

    private static void caught(String part, Executable call) {
        String message = assertThrows(Misuse.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void properUsePasses(@TempDir Path directory) {
        try (policy;
                LanguageModel reference = policy.frozenCopy()) {
            try (ForwardPass pass = policy.forward(batch(), WORDS)) {
                pass.backward(slopes(1));
            }
            step();
            policy.saveState(directory);
            policy.restoreState(directory);
            policy.generate(List.of(request(new int[] {2}, new long[] {1})));
            assertEquals(3, reference.score(batch(), WORDS).logProbs().length);
            try (ForwardPass half = policy.forward(batch().select(1, 0), WORDS)) {
                assertEquals(2, half.scores().batch().size());
            }
        }
        policy.close();
    }

    private static GenerationRequest request(int[] prompt, long[] seeds) {
        return new GenerationRequest("r", prompt, seeds, Sampling.at(1), 3, List.of(), Constraint.NONE);
    }

    @Test
    void openPassesAtAStep() {
        ForwardPass pass = policy.forward(batch(), WORDS);
        pass.backward(slopes(1));
        Misuse misuse = assertThrows(Misuse.class, this::step);
        assertTrue(misuse.getCause().getStackTrace().length > 0, "where it was opened");
        pass.close();
        step();
        Generation generation = policy.generation();
        caught("a generation was opened here", this::step);
        caught("generations are open", policy::close);
        generation.close();
    }

    @Test
    void slopesThatDoNotFit() {
        try (ForwardPass pass = policy.forward(batch(), WORDS)) {
            caught("LOG_PROB", () -> pass.backward(new Slopes(Map.of(Output.LOG_PROB, new float[2][1]))));
            caught("NaN", () -> pass.backward(slopes(Float.NaN)));
            caught(
                    "ENTROPY",
                    () -> pass.backward(new Slopes(Map.of(Output.ENTROPY, new float[][] {{1, 1}, {1}, {1}}))));
        }
    }

    @Test
    void arraysWrittenAfterwards(@TempDir Path directory) {
        TokenBatch batch = batch();
        float[][] slopes = {{1, 1}, {1}, {1}};
        try (ForwardPass pass = policy.forward(batch, WORDS)) {
            batch.row(1).tokens()[0] = 2;
            caught("tokens of row 1", () -> pass.backward(slopes(1)));
            batch.row(1).tokens()[0] = 3;
            pass.backward(new Slopes(Map.of(Output.LOG_PROB, slopes)));
        }
        slopes[2][0] = 5;
        caught("LOG_PROB slopes of row 2", this::step);
        slopes[2][0] = 1;
        step();
        long[] seeds = {1};
        try (Generation generation = policy.generation()) {
            generation.add(request(new int[] {2}, seeds));
            seeds[0] = 2;
            caught("seeds of request r", generation::advance);
        }
        caught("seeds of request r", () -> policy.saveState(directory));
    }

    @Test
    void groupsThatWereCut() {
        caught("group 0 was cut: this pass holds 1 of its 2 rows", () -> policy.forward(batch().select(0, 2), WORDS));
    }

    @Test
    void stepsAndGradientsThatDoNotMatch(@TempDir Path directory) {
        caught("step without a backward", this::step);
        try (ForwardPass pass = policy.forward(batch(), WORDS)) {
            pass.backward(slopes(1));
        }
        caught("neither stepped nor discarded", () -> policy.saveState(directory));
        policy.discardGradients();
        policy.saveState(directory);
        try (ForwardPass pass = policy.forward(batch(), WORDS)) {
            pass.backward(slopes(1));
        }
        caught("neither stepped nor discarded", policy::close);
    }

    @Test
    void useAfterClose() {
        ForwardPass pass = policy.forward(batch(), WORDS);
        pass.close();
        caught("after its close", () -> pass.backward(slopes(1)));
        Generation generation = policy.generation();
        generation.close();
        caught("after its close", generation::advance);
        Scorer scorer = Checked.scorer(policy.frozenCopy());
        Sampler sampler = Checked.sampler(policy.frozenCopy());
        scorer.close();
        sampler.close();
        policy.close();
        caught("after close", () -> policy.score(batch(), WORDS));
        caught("after close", () -> scorer.score(batch(), WORDS));
        caught("after close", sampler::generation);
    }

    /** A contract that is called by hand. */
    @Disabled("it breaks rules on purpose; theWrapperIsTransparent calls what keeps them")
    static class Wrapped implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return Checked.policy(TinyModel.of("abcdefghijkl").withContext(24).policy(training));
        }

        @Override
        public Tolerance tolerance() {
            return Tolerance.EXACT;
        }
    }

    /** The wrapper changes nothing for a caller who keeps the rules; the contracts break some on purpose. */
    @Test
    void theWrapperIsTransparent() {
        Wrapped contract = new Wrapped();
        contract.companyChangesNothing();
        contract.logProbSlopesAreFollowed();
        contract.slopesOfSeveralOutputsAddUp();
        contract.microBatchesAddUp();
        contract.drawsDependOnSeedAndPlaceOnly();
        contract.reportedLogProbsAreThoseOfScore();
    }
}
