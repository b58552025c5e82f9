package dev.reft.ppo;

import dev.reft.math.ImportanceCorrection;
import dev.reft.math.KlEstimator;
import dev.reft.ppo.Shaping.Sample;
import java.util.Map;

/**
 * How far the sampler's log-probabilities are from those that the update starts from, and the weights that make up for it; over
 * rows that count and whose sampler vouches for its numbers. With old log-probabilities from the sampler itself there is no gap.
 */
final class SamplerGap {
    private SamplerGap() {}

    /** Advantages times the correction's weights, [row][n]; as they are if the configuration has no correction. */
    static double[][] corrected(PpoConfig config, Sample[] samples, double[][] advantages) {
        if (config.correction().isEmpty()) {
            return advantages;
        }
        double[][] corrected = new double[advantages.length][];
        for (int i = 0; i < advantages.length; i++) {
            corrected[i] = advantages[i].clone();
            if (samples[i].counted()) {
                double[] weights = weights(config.correction().get(), samples[i], i);
                for (int t = 0; t < weights.length; t++) {
                    corrected[i][t] *= weights[t];
                }
            }
        }
        return corrected;
    }

    private static double[] weights(ImportanceCorrection correction, Sample sample, int row) {
        if (sample.samplerLogProbs() == null) {
            throw new IllegalStateException(
                    "correction is " + correction + ", but the sampler gave no log-probabilities for row " + row);
        }
        return correction.weights(sample.oldLogProbs(), sample.samplerLogProbs());
    }

    static void measure(PpoConfig config, Sample[] samples, Map<String, Double> measures) {
        double largest = 0;
        double gaps = 0;
        double ratios = 0;
        double largestRatio = 0;
        double k1 = 0;
        double k3 = 0;
        long changed = 0;
        long count = 0;
        for (int i = 0; i < samples.length; i++) {
            Sample sample = samples[i];
            if (!sample.counted() || sample.samplerLogProbs() == null) {
                continue;
            }
            double[] weights = config.correction().isPresent()
                    ? weights(config.correction().get(), sample, i)
                    : null;
            for (int t = 0; t < sample.oldLogProbs().length; t++) {
                double now = sample.oldLogProbs()[t];
                double drawn = sample.samplerLogProbs()[t];
                double ratio = Math.exp(now - drawn);
                largest = Math.max(largest, Math.abs(drawn - now));
                gaps += Math.abs(drawn - now);
                ratios += ratio;
                largestRatio = Math.max(largestRatio, ratio);
                k1 += KlEstimator.K1.value(drawn, now);
                k3 += KlEstimator.K3.value(drawn, now);
                changed += weights != null && weights[t] != ratio ? 1 : 0;
                count++;
            }
        }
        if (count > 0) {
            measures.put("sampler/logp_gap_max", largest);
            measures.put("sampler/logp_gap_mean", gaps / count);
            measures.put("sampler/ratio_mean", ratios / count);
            measures.put("sampler/ratio_max", largestRatio);
            measures.put("sampler/kl_k1", k1 / count);
            measures.put("sampler/kl_k3", k3 / count);
            if (config.correction().isPresent()) {
                measures.put("sampler/truncated_share", (double) changed / count);
            }
        }
    }
}
