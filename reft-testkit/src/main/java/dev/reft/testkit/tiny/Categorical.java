package dev.reft.testkit.tiny;

/** The distribution softmax(logits / temperature): its log-probabilities, its entropy, and their slopes. */
final class Categorical {
    private final double temperature;
    private final double[] logProbs;
    private final double entropy;

    /**
     * The distribution of some logits.
     *
     * @param logits one for each token
     * @param temperature positive
     */
    Categorical(double[] logits, double temperature) {
        this.temperature = temperature;
        double max = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            max = Math.max(max, logit / temperature);
        }
        double sum = 0;
        logProbs = new double[logits.length];
        for (int j = 0; j < logits.length; j++) {
            logProbs[j] = logits[j] / temperature - max;
            sum += StrictMath.exp(logProbs[j]);
        }
        double log = StrictMath.log(sum);
        double expected = 0;
        for (int j = 0; j < logits.length; j++) {
            logProbs[j] -= log;
            expected += StrictMath.exp(logProbs[j]) * logProbs[j];
        }
        entropy = -expected;
    }

    double logProb(int token) {
        return logProbs[token];
    }

    /** In nats. */
    double entropy() {
        return entropy;
    }

    /**
     * d loss / d logits = [a (1{j = token} - p_j) - b p_j (log p_j + H)] / temperature.
     *
     * @param token the token whose log-probability has the slope a
     * @param logProbSlope a = d loss / d log-probability
     * @param entropySlope b = d loss / d entropy
     */
    double[] slopes(int token, double logProbSlope, double entropySlope) {
        double[] slopes = new double[logProbs.length];
        for (int j = 0; j < slopes.length; j++) {
            double p = StrictMath.exp(logProbs[j]);
            double indicator = j == token ? 1 : 0;
            slopes[j] = (logProbSlope * (indicator - p) - entropySlope * p * (logProbs[j] + entropy)) / temperature;
        }
        return slopes;
    }
}
