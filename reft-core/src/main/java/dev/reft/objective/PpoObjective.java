package dev.reft.objective;

import dev.reft.math.Diagnostics;
import dev.reft.math.KlEstimator;
import dev.reft.math.SequenceSurrogate;
import dev.reft.math.Surrogate;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * PPO's loss over the tokens of a pass, with its slopes (arXiv 1707.06347, equation 9; signs are those of a loss). The
 * policy's part is any {@link Surrogate}, so this is also the loss of GRPO, DAPO, GSPO, CISPO, RLOO and REINFORCE++.
 *
 * <pre>
 * loss = sum over tokens of weight * (policy - entropyCoefficient * entropy + klCoefficient * KL)
 *      + valueCoefficient * sum over states of valueWeight * value
 * </pre>
 *
 * <p>It reads the step's arrays by {@link TokenBatch#origin}, and the weights hold every divisor, so that loss, slopes
 * and sums of the cuts of a batch add up to those of the batch. Values have weights of their own, and the one after a row's
 * last token has slope 0 unless it has one. Values may come as VALUE or as DETACHED_VALUE, whichever the pass was asked for.
 * Entropies, if asked for, are reported even where their coefficient is 0, and have a slope only where it is not. The sums
 * are named in {@link Sums}.
 */
public final class PpoObjective implements Objective {
    private final PpoLoss loss;
    private final PpoTargets targets;

    /**
     * The objective of one step.
     *
     * @param loss the terms
     * @param targets the step's arrays
     * @throws IllegalArgumentException if the loss has a KL term and there are no reference log-probabilities
     */
    public PpoObjective(PpoLoss loss, PpoTargets targets) {
        if (loss.klCoefficient() != 0 && targets.referenceLogProbs() == null) {
            throw new IllegalArgumentException(
                    "klCoefficient is " + loss.klCoefficient() + " but there are no reference log-probabilities");
        }
        this.loss = loss;
        this.targets = targets;
    }

    @Override
    public Evaluation evaluate(TokenScores scores) {
        TokenBatch batch = scores.batch();
        Pass pass = new Pass(scores);
        for (int i = 0; i < batch.size(); i++) {
            int row = Shapes.origin(batch, i, targets.weights());
            boolean counted = false;
            pass.begin(i, row);
            for (int t = 0; t < targets.weights()[row].length; t++) {
                if (targets.weights()[row][t] != 0) {
                    counted = true;
                    pass.token(i, row, t);
                }
            }
            pass.states(i, row);
            pass.rows += counted ? 1 : 0;
        }
        return pass.evaluation();
    }

    /** The sums of one pass while they grow. */
    private final class Pass {
        private final TokenScores scores;
        private final float[][] logProbs;
        private final float @Nullable [][] values;
        private final Map<Output, float[][]> slopes = new EnumMap<>(Output.class);
        private final Output valueOutput;
        private int rows;
        private int tokens;
        private int states;
        private double weight;
        private double policyLoss;
        private double valueLoss;
        private double weightedEntropy;
        private double klPenalty;
        private double entropy;
        private double value;
        private double valueErrorSquared;
        private int clipped;
        private int dualClipped;
        private int valueClipped;
        private double k1;
        private double k2;
        private double k3;
        private double ratio;
        private double ratioSquared;
        private double ratioDistance;
        private double pooledLogProb;
        private double pooledOld;
        private double slopeFactor = 1;

        Pass(TokenScores scores) {
            this.scores = scores;
            logProbs = scores.logProbs();
            valueOutput = scores.channels().containsKey(Output.VALUE) ? Output.VALUE : Output.DETACHED_VALUE;
            boolean valued = loss.valueCoefficient() != 0 || scores.channels().containsKey(valueOutput);
            values = valued ? scores.values() : null;
            slopes.put(Output.LOG_PROB, zeros(logProbs));
            if (loss.valueCoefficient() != 0) {
                slopes.put(valueOutput, zeros(scores.values()));
            }
            if (loss.entropyCoefficient() != 0) {
                slopes.put(Output.ENTROPY, zeros(scores.entropies()));
            }
        }

        /** Where the ratio is the completion's, it is made of the tokens that count. */
        void begin(int i, int row) {
            if (!(loss.policy() instanceof SequenceSurrogate sequence)) {
                return;
            }
            int length = 0;
            for (float w : targets.weights()[row]) {
                length += w != 0 ? 1 : 0;
            }
            double[] now = new double[length];
            double[] then = new double[length];
            for (int t = 0, n = 0; n < length; t++) {
                if (targets.weights()[row][t] != 0) {
                    now[n] = logProbs[i][t];
                    then[n++] = old(i, row, t);
                }
            }
            pooledLogProb = sequence.pooled(now);
            pooledOld = sequence.pooled(then);
            slopeFactor = sequence.tokenFactor(length);
        }

        private double old(int i, int row, int t) {
            float[][] olds = targets.oldLogProbs();
            return olds == null ? logProbs[i][t] : olds[row][t];
        }

        void token(int i, int row, int t) {
            double w = targets.weights()[row][t];
            tokens++;
            weight += w;
            policy(i, row, t, w);
            if (scores.channels().containsKey(Output.ENTROPY)) {
                double h = scores.entropies()[i][t];
                entropy += h;
                weightedEntropy += w * h;
                if (loss.entropyCoefficient() != 0) {
                    slope(Output.ENTROPY)[i][t] = (float) (-w * loss.entropyCoefficient());
                }
            }
        }

        /** The values of a row: those before its tokens, and the one after its last where that is fitted too. */
        void states(int i, int row) {
            float[] weights = targets.valueWeights()[row];
            for (int t = 0; values != null && t < weights.length; t++) {
                if (weights[t] != 0) {
                    states++;
                    value(values[i][t], i, row, t, weights[t]);
                }
            }
        }

        private void policy(int i, int row, int t, double w) {
            double logProb = logProbs[i][t];
            double old = old(i, row, t);
            Surrogate policy = loss.policy();
            double now = policy.wholeCompletion() ? pooledLogProb : logProb;
            double then = policy.wholeCompletion() ? pooledOld : old;
            double advantage = targets.advantages()[row][t];
            policyLoss += w * policy.loss(now, then, advantage);
            double slope = w * slopeFactor * policy.slope(now, then, advantage);
            clipped += policy.clipped(now, then, advantage) ? 1 : 0;
            dualClipped += policy.dualClipped(now, then, advantage) ? 1 : 0;
            k1 += Diagnostics.approximateKl(KlEstimator.K1, logProb, old);
            k2 += Diagnostics.approximateKl(KlEstimator.K2, logProb, old);
            k3 += Diagnostics.approximateKl(KlEstimator.K3, logProb, old);
            double r = policy.ratio(now, then);
            ratio += r;
            ratioSquared += r * r;
            ratioDistance += Math.abs(r - 1);
            float[][] references = targets.referenceLogProbs();
            if (loss.klCoefficient() != 0 && references != null) {
                double reference = references[row][t];
                klPenalty += w * loss.klEstimator().value(logProb, reference);
                slope += w * loss.klCoefficient() * loss.klEstimator().slope(logProb, reference);
            }
            slope(Output.LOG_PROB)[i][t] = (float) slope;
        }

        private void value(double v, int i, int row, int t, double w) {
            float[][] olds = targets.oldValues();
            double old = olds == null ? v : olds[row][t];
            double target = targets.returns()[row][t];
            value += v;
            valueErrorSquared += (v - target) * (v - target);
            valueLoss += w * loss.value().loss(v, old, target);
            valueClipped += loss.value().clipped(v, old, target) ? 1 : 0;
            if (loss.valueCoefficient() != 0) {
                slope(valueOutput)[i][t] =
                        (float) (w * loss.valueCoefficient() * loss.value().slope(v, old, target));
            }
        }

        private float[][] slope(Output output) {
            return Objects.requireNonNull(slopes.get(output));
        }

        Evaluation evaluation() {
            Accumulator sums = new Accumulator();
            sums.add(Sums.TOKENS, tokens);
            sums.add(Sums.ROWS, rows);
            sums.add(Sums.WEIGHT, weight);
            sums.add(Sums.POLICY_LOSS, policyLoss);
            sums.add(Sums.CLIPPED, clipped);
            sums.add(Sums.DUAL_CLIPPED, dualClipped);
            sums.add(Sums.APPROXIMATE_KL_K1, k1);
            sums.add(Sums.APPROXIMATE_KL_K2, k2);
            sums.add(Sums.APPROXIMATE_KL_K3, k3);
            sums.add(Sums.RATIO, ratio);
            sums.add(Sums.RATIO_SQUARED, ratioSquared);
            sums.add(Sums.RATIO_DISTANCE, ratioDistance);
            if (values != null) {
                sums.add(Sums.STATES, states);
                sums.add(Sums.VALUE_LOSS, valueLoss);
                sums.add(Sums.VALUE_CLIPPED, valueClipped);
                sums.add(Sums.VALUE, value);
                sums.add(Sums.VALUE_ERROR_SQUARED, valueErrorSquared);
            }
            if (scores.channels().containsKey(Output.ENTROPY)) {
                sums.add(Sums.ENTROPY, entropy);
                sums.add(Sums.WEIGHTED_ENTROPY, weightedEntropy);
            }
            if (loss.klCoefficient() != 0) {
                sums.add(Sums.KL_PENALTY, klPenalty);
            }
            double total = policyLoss
                    + loss.valueCoefficient() * valueLoss
                    - loss.entropyCoefficient() * weightedEntropy
                    + loss.klCoefficient() * klPenalty;
            return new Evaluation(total, new Slopes(slopes), sums.sums());
        }
    }

    private static float[][] zeros(float[][] like) {
        float[][] zeros = new float[like.length][];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = new float[like[i].length];
        }
        return zeros;
    }
}
