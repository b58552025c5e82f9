package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Constraint;
import dev.reft.generation.Draw;
import dev.reft.generation.LogitFilters;
import dev.reft.generation.Sampling;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Draws from the likeliest tokens are those from all tokens, or are declined. */
class CandidatesTest {
    @Test
    void drawsAreThoseFromAllTokens() {
        Random random = new Random(3);
        int decided = 0;
        int tied = 0;
        int trials = 3000;
        for (int trial = 0; trial < trials; trial++) {
            boolean ties = random.nextBoolean();
            float spread = 1 + 4 * random.nextFloat();
            float[] logits = new float[120];
            for (int i = 0; i < logits.length; i++) {
                float logit = (float) random.nextGaussian() * spread;
                logits[i] = ties ? Math.round(logit) : logit;
            }
            Sampling sampling = new Sampling(
                    0.3f + 1.5f * random.nextFloat(),
                    random.nextBoolean() ? 0 : 1 + random.nextInt(18),
                    random.nextBoolean() ? 1f : 0.2f + 0.8f * random.nextFloat(),
                    random.nextBoolean() ? 0f : random.nextFloat(),
                    1f);
            double uniform = random.nextDouble();
            Draw all = LogitFilters.draw(logits, new int[0], sampling, Constraint.NONE, uniform);
            Draw few = fromLikeliest(logits, 20, sampling, uniform);
            if (few != null) {
                decided++;
                tied += ties ? 1 : 0;
                assertEquals(all.token(), few.token(), sampling + ", trial " + trial);
                assertEquals(all.logProb(), few.logProb(), 1e-9, sampling + ", trial " + trial);
            }
        }
        assertTrue(decided > trials / 3 && decided < trials, decided + " of " + trials + " decided");
        assertTrue(tied > 300, tied + " of them with ties");
    }

    private static Draw fromLikeliest(float[] logits, int count, Sampling sampling, double uniform) {
        // Ties in any order, as the engine gives them.
        int[] ids = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -logits[i]).thenComparingInt(i -> (i * 37) % 120))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
        float[] values = new float[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            values[i] = logits[ids[i]];
        }
        for (float logit : logits) {
            sum += Math.exp((logit - values[0]) / sampling.temperature());
        }
        return Candidates.draw(values, ids, -Math.log(sum), sampling, uniform);
    }
}
