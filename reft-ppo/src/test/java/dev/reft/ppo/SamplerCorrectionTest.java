package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Segment;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Samples of another model than the one that is trained: never without a correction, and by the right weights. */
class SamplerCorrectionTest {
    private static final PpoConfig PLAIN = Methods.all().get("grpo");

    private static PpoTrainer.Builder builder(Policy policy, PpoConfig config) {
        return PpoTrainer.of(policy).grader(Addition.GRADER).config(config);
    }

    @Test
    void anotherSamplerNeedsACorrection() {
        try (Policy policy = Methods.policy(1);
                LanguageModel other = policy.frozenCopy()) {
            for (OldLogProbs old : new OldLogProbs[] {new OldLogProbs.Rescored(), new OldLogProbs.Own()}) {
                PpoConfig config =
                        PLAIN.toBuilder().miniBatches(1).oldLogProbs(old).build();
                String said = assertThrows(
                                IllegalArgumentException.class,
                                () -> builder(policy, config).sampler(other).start())
                        .getMessage();
                assertTrue(said.contains("uncorrected") && said.contains(old.toString()), said);
            }
            builder(policy, PLAIN).sampler(policy).start().close();
            builder(policy, Overlapping.config()).sampler(other).start().close();
            PpoConfig sampled =
                    PLAIN.toBuilder().oldLogProbs(new OldLogProbs.Sampled()).build();
            builder(policy, sampled).sampler(other).start().close();
            assertThrows(
                    IllegalArgumentException.class,
                    () -> builder(policy, PLAIN).sampler(other).resume(java.nio.file.Path.of("nowhere")));
        }
    }

    /** The advantages are those without the correction times min(ratio, 2); the report tells what the ratios were. */
    @Test
    void weightsAreTheRatiosCutOff() {
        try (Policy policy = Methods.policy(5);
                LanguageModel before = policy.frozenCopy()) {
            Addition.warmUp(policy, 6);
            PpoConfig config = PLAIN.toBuilder()
                    .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                    .build();
            try (PpoTrainer corrected = builder(policy, config).sampler(before).start();
                    PpoTrainer plain = builder(policy, PLAIN).start()) {
                ScoredRollouts scored = corrected.score(corrected.grade(corrected.collect(Addition.prompts())));
                Experience with = corrected.shape(scored);
                Experience without = plain.shape(scored);
                double sum = 0;
                double largest = 0;
                int cut = 0;
                int count = 0;
                int row = 0;
                for (Rollouts.Group group : scored.graded().rollouts().groups()) {
                    for (var completion : group.completions()) {
                        float[] drawn = ((Segment.Sampled) completion.segments().get(0)).logProbs();
                        for (int t = 0; t < drawn.length; t++) {
                            double ratio = Math.exp((double) with.oldLogProbs()[row][t] - drawn[t]);
                            double expected = without.advantages()[row][t] * Math.min(ratio, 2);
                            assertEquals(expected, with.advantages()[row][t], 1e-5 * Math.max(1, Math.abs(expected)));
                            sum += Math.abs(with.oldLogProbs()[row][t] - drawn[t]);
                            largest = Math.max(largest, ratio);
                            cut += ratio > 2 ? 1 : 0;
                            count++;
                        }
                        row++;
                    }
                }
                assertTrue(cut > 0 && cut < count, cut + " of " + count + " ratios are above 2");
                StepReport report = corrected.update(with);
                assertEquals(sum / count, report.metric("sampler/logp_gap_mean"), 1e-6);
                assertEquals(largest, report.metric("sampler/ratio_max"), 1e-5 * largest);
                assertEquals((double) cut / count, report.metric("sampler/truncated_share"), 1e-9);
            }
        }
    }
}
