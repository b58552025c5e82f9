package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.PreferenceLoss;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.testkit.ForwardingPolicy;
import dev.reft.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** References are asked once, and never by losses that have none. */
class ReferenceCacheTest {
    private static final PreferenceConfig DPO = PreferenceConfig.dpo().with(base -> base.rate(1e-2));

    @TempDir
    Path root;

    /** A reference that turns bad when it is told to. */
    private static final class Poisonable implements Scorer {
        private final Scorer inner;
        private boolean poisoned;
        private long rows;

        Poisonable(Scorer inner) {
            this.inner = inner;
        }

        @Override
        public ModelInfo info() {
            return inner.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return inner.tokenizer();
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            rows += batch.size();
            TokenScores scores = inner.score(batch, wanted);
            for (float[] row : scores.logProbs()) {
                for (int t = 0; poisoned && t < row.length; t++) {
                    row[t] -= 5;
                }
            }
            return scores;
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    private static String steps(PreferenceTrainer trainer) {
        StringBuilder reports = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            reports.append(States.timeless(trainer.step(Preferring.all())));
        }
        return reports.append(States.timeless(trainer.evaluate(Preferring.all())))
                .toString();
    }

    private static String straight(PreferenceConfig config) {
        try (Policy policy = Preferring.policy();
                PreferenceTrainer trainer = PreferenceTrainer.start(policy, config)) {
            return steps(trainer);
        }
    }

    @Test
    void aPoisonedReferenceChangesNothingAfterPrecomputation() {
        for (PreferenceConfig config : List.of(DPO, DPO.withDesensitising(0.5))) {
            try (Policy policy = Preferring.policy();
                    Poisonable reference = new Poisonable(policy.frozenCopy())) {
                ReferenceCache cache = ReferenceCache.of(reference);
                try (PreferenceTrainer trainer = PreferenceTrainer.start(policy, config, cache)) {
                    trainer.precompute(Preferring.all());
                    assertEquals(32, cache.size());
                    assertEquals(32, cache.asked());
                    reference.poisoned = true;
                    assertEquals(straight(config), steps(trainer));
                    assertEquals(32, cache.asked());
                    cache.forgetReference();
                    IllegalStateException unknown = assertThrows(
                            IllegalStateException.class,
                            () -> trainer.step(List.of(
                                    PreferencePair.of(Preferring.all().get(0).prompt(), "aaaa", "bbbb"))));
                    assertTrue(unknown.getMessage().contains("2 answers"), unknown.getMessage());
                }
            }
        }
        // The poison works: without precomputation it is seen, or it changes what is learned.
        try (Policy policy = Preferring.policy();
                Poisonable reference = new Poisonable(policy.frozenCopy());
                PreferenceTrainer trainer = PreferenceTrainer.start(policy, DPO, ReferenceCache.of(reference))) {
            reference.poisoned = true;
            assertThrows(IllegalStateException.class, () -> steps(trainer));
        }
        try (Policy policy = Preferring.policy();
                Poisonable reference = new Poisonable(policy.frozenCopy())) {
            reference.poisoned = true;
            try (PreferenceTrainer trainer = PreferenceTrainer.start(policy, DPO, ReferenceCache.of(reference))) {
                assertNotEquals(straight(DPO), steps(trainer));
            }
        }
    }

    @Test
    void aPolicyThatWasTrainedIsItsOwnReferenceNoMore() {
        try (Policy policy = Preferring.policy();
                PreferenceTrainer trainer = PreferenceTrainer.start(policy, DPO, ReferenceCache.of(policy))) {
            trainer.step(Preferring.all().subList(0, 4));
            trainer.step(Preferring.all().subList(0, 4));
            IllegalStateException changed = assertThrows(
                    IllegalStateException.class,
                    () -> trainer.step(Preferring.all().subList(4, 8)));
            assertTrue(changed.getMessage().contains("has changed"), changed.getMessage());
        }
    }

    @Test
    void lossesWithoutAReferenceNeverMakeOrAskOne() {
        for (PreferenceConfig config :
                List.of(PreferenceConfig.simpo(), PreferenceConfig.orpo(), PreferenceConfig.cpo())) {
            Policy policy = new ForwardingPolicy(Preferring.policy()) {
                @Override
                public LanguageModel frozenCopy() {
                    throw new AssertionError("no copy is needed");
                }
            };
            try (policy;
                    PreferenceTrainer trainer = PreferenceTrainer.start(policy, config)) {
                trainer.precompute(Preferring.all());
                trainer.step(Preferring.all());
            }
        }
    }

    @Test
    void theFirstLossOfDpoIsLnTwo() {
        for (PreferenceConfig config : List.of(DPO, PreferenceConfig.dpoNorm(10), DPO.withDesensitising(0.3))) {
            try (Policy policy = Preferring.policy();
                    PreferenceTrainer trainer = PreferenceTrainer.start(policy, config)) {
                StepReport first = trainer.step(Preferring.all());
                assertEquals(Math.log(2), first.metric("loss"), 1e-12);
                assertEquals(0, first.metric("rewards/margins"));
                assertEquals(0, first.metric("rewards/accuracies"));
                assertEquals(16, first.metric("pairs"));
            }
        }
    }

    @Test
    void aFileServesTheNextRunAndIsRefusedWhereItIsForeignOrDamaged() throws Exception {
        Path file = root.resolve("cache/reference.bin");
        Path checkpoints = root.resolve("run");
        for (PreferenceConfig config : List.of(DPO, DPO.withDesensitising(0.5))) {
            Files.deleteIfExists(file);
            try (Policy policy = Preferring.policy();
                    LanguageModel reference = policy.frozenCopy();
                    PreferenceTrainer trainer =
                            PreferenceTrainer.start(policy, config, ReferenceCache.of(reference, file))) {
                assertEquals(straight(config), steps(trainer));
                trainer.save(checkpoints, "");
            }
            ReferenceCache complete = ReferenceCache.of(file);
            assertEquals(32, complete.size());
            try (Policy policy = Preferring.policy();
                    PreferenceTrainer trainer = PreferenceTrainer.start(policy, config, complete)) {
                assertEquals(straight(config), steps(trainer));
            }
            try (Policy policy = Preferring.policy();
                    PreferenceTrainer trainer = PreferenceTrainer.resume(policy, config, complete, checkpoints)) {
                assertEquals(3, trainer.steps());
            }
        }
        try (Policy other = Addition.policy();
                Policy moved = Preferring.policy();
                PreferenceTrainer trainer = PreferenceTrainer.start(moved, DPO)) {
            for (int i = 0; i < 5; i++) {
                trainer.step(Preferring.all());
            }
            IllegalArgumentException stale =
                    assertThrows(IllegalArgumentException.class, () -> ReferenceCache.of(moved, file));
            assertTrue(stale.getMessage().contains("another reference"), stale.getMessage());
            assertThrows(IllegalArgumentException.class, () -> ReferenceCache.of(other, file));
            ReferenceCache ofMoved = ReferenceCache.of(moved);
            IllegalArgumentException resumed = assertThrows(
                    IllegalArgumentException.class,
                    () -> PreferenceTrainer.resume(moved, DPO.withDesensitising(0.5), ofMoved, checkpoints));
            assertTrue(resumed.getMessage().contains("reference"), resumed.getMessage());
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ReferenceCache.of(file))
                .getMessage()
                .contains("damaged"));
        Files.writeString(file, "not a cache, but long enough");
        assertThrows(IllegalArgumentException.class, () -> ReferenceCache.of(file));
        assertThrows(IllegalArgumentException.class, () -> ReferenceCache.of(root.resolve("absent")));
    }

    @Test
    void sumsServeSumsAndTokensServeBoth() {
        try (Policy policy = Preferring.policy();
                Poisonable reference = new Poisonable(policy.frozenCopy())) {
            ReferenceCache cache = ReferenceCache.of(reference);
            long before = reference.rows;
            try (PreferenceTrainer trainer = PreferenceTrainer.start(policy, DPO, cache)) {
                trainer.precompute(Preferring.all());
                assertEquals(before + 33, reference.rows);
            }
            try (PreferenceTrainer trainer = PreferenceTrainer.start(policy, DPO.withDesensitising(0.2), cache)) {
                trainer.precompute(Preferring.all());
                assertEquals(before + 66, reference.rows);
            }
            try (PreferenceTrainer trainer = PreferenceTrainer.start(policy, DPO, cache)) {
                assertEquals(Math.log(2), trainer.step(Preferring.all()).metric("loss"), 1e-12);
                assertEquals(before + 66, reference.rows);
                assertEquals(32, cache.size());
            }
        }
    }

    @Test
    void aReferenceThatIsNotFiniteIsAnError() {
        try (Policy policy = Preferring.policy()) {
            Scorer broken = new Scorer() {
                @Override
                public ModelInfo info() {
                    return policy.info();
                }

                @Override
                public Tokenizer tokenizer() {
                    return policy.tokenizer();
                }

                @Override
                public TokenScores score(TokenBatch batch, Set<Output> wanted) {
                    float[][] rows = new float[batch.size()][];
                    for (int i = 0; i < rows.length; i++) {
                        rows[i] = new float[batch.row(i).scored().length];
                        rows[i][0] = Float.NaN;
                    }
                    return new TokenScores(batch, Map.of(Output.LOG_PROB, rows));
                }

                @Override
                public void close() {
                    // The policy is closed elsewhere.
                }
            };
            ReferenceCache cache = ReferenceCache.of(broken);
            for (double alpha : new double[] {1, 0.5}) {
                try (PreferenceTrainer trainer = PreferenceTrainer.start(policy, DPO.withDesensitising(alpha), cache)) {
                    assertThrows(IllegalStateException.class, () -> trainer.step(Preferring.all()));
                }
            }
        }
    }

    @Test
    void configurationsSayWhatIsWrong() {
        assertThrows(IllegalArgumentException.class, () -> DPO.withDesensitising(1.5));
        assertThrows(IllegalArgumentException.class, () -> DPO.withLikelihood(-1));
        assertEquals(0, PreferenceConfig.dpoNorm(100).base().schedule().factor(0));
        assertEquals(5, PreferenceConfig.dpoNorm(100).loss().beta());
        assertEquals(5e-7, PreferenceConfig.dpoNorm(100).base().rate());
        assertEquals(new PreferenceLoss.SimPo(2, 1), PreferenceConfig.simpo().loss());
    }
}
