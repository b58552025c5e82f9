package dev.reft.math;

/**
 * One step of AdamW (arXiv 1711.05101, algorithm 2) in doubles: the reference that engines are compared with.
 *
 * <pre>
 * w -= rate * decay * w
 * m  = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2
 * PYTORCH:     w -= rate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)
 * TENSORFLOW:  w -= rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)
 * </pre>
 *
 * <p>The second form, of the OpenAI code, takes smaller steps while t is small and gradients are about epsilon.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root, &gt; 0
 * @param decay decoupled weight decay, &gt;= 0
 * @param style where epsilon enters
 */
public record AdamWStep(double beta1, double beta2, double epsilon, double decay, Style style) {
    /** Where epsilon enters. */
    public enum Style {
        /** After the correction of the second moment's bias. */
        PYTORCH,
        /** Before it. */
        TENSORFLOW
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public AdamWStep {
        Checks.range("beta1", beta1, 0, Math.nextDown(1.0));
        Checks.range("beta2", beta2, 0, Math.nextDown(1.0));
        Checks.positive("epsilon", epsilon);
        Checks.atLeast("decay", decay, 0);
    }

    /**
     * Makes a step in place.
     *
     * @param weights changed
     * @param gradients after clipping, not changed
     * @param first first moments, changed; zeros before the first step
     * @param second second moments, changed; zeros before the first step
     * @param step number of this step, from 1
     * @param rate learning rate
     * @throws IllegalArgumentException if lengths differ or the step is not positive
     */
    public void apply(double[] weights, double[] gradients, double[] first, double[] second, long step, double rate) {
        Checks.sameLength("weights", weights.length, "gradients", gradients.length);
        Checks.sameLength("first moments", first.length, "second moments", second.length);
        Checks.sameLength("weights", weights.length, "moments", first.length);
        Checks.atLeast("step", step, 1);
        double correction1 = 1 - Math.pow(beta1, step);
        double rootOfCorrection2 = Math.sqrt(1 - Math.pow(beta2, step));
        for (int i = 0; i < weights.length; i++) {
            double g = gradients[i];
            weights[i] -= rate * decay * weights[i];
            first[i] = beta1 * first[i] + (1 - beta1) * g;
            second[i] = beta2 * second[i] + (1 - beta2) * g * g;
            double root = Math.sqrt(second[i]);
            weights[i] -= style == Style.PYTORCH
                    ? rate / correction1 * first[i] / (root / rootOfCorrection2 + epsilon)
                    : rate * rootOfCorrection2 / correction1 * first[i] / (root + epsilon);
        }
    }

    /**
     * Global L2 norm of gradients.
     *
     * @param gradients any arrays
     * @return the root of the sum of squares
     */
    public static double norm(double[]... gradients) {
        double squares = 0;
        for (double[] part : gradients) {
            for (double g : part) {
                squares += g * g;
            }
        }
        return Math.sqrt(squares);
    }

    /**
     * The factor that clips gradients to a norm: min(1, max / (norm + 1e-6)), as PyTorch computes it.
     *
     * @param norm the gradients' norm
     * @param maxNorm the greatest norm, &gt; 0; infinity for no clipping
     * @return in (0, 1]
     */
    public static double clipFactor(double norm, double maxNorm) {
        Checks.positive("maxNorm", maxNorm);
        return maxNorm == Double.POSITIVE_INFINITY ? 1 : Math.min(1, maxNorm / (norm + 1e-6));
    }
}
