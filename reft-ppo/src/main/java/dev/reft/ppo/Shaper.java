package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Credit;
import dev.reft.grading.Grade;
import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes an {@link Experience} of scored rollouts: a pure function of them, the configuration and the KL coefficient. */
final class Shaper {
    private final PpoConfig config;
    private final double klCoefficient;
    private final Team team;

    Shaper(PpoConfig config, double klCoefficient, Team team) {
        this.config = config;
        this.klCoefficient = klCoefficient;
        this.team = team;
    }

    Experience shape(ScoredRollouts scored) {
        Shaping.Sample[] samples = samples(scored);
        Shaping shaping = new Shaping(config, klCoefficient);
        Shaping.Shaped shaped = shaping.shape(samples);
        int[] lengths = new int[samples.length];
        int[] states = new int[samples.length];
        boolean[] counted = new boolean[samples.length];
        for (int i = 0; i < samples.length; i++) {
            lengths[i] = samples[i].oldLogProbs().length;
            states[i] = shaped.returns()[i].length;
            counted[i] = samples[i].counted();
        }
        double[][] weights = config.aggregation().weights(lengths, counted);
        double[][] valueWeights = config.aggregation().weights(states, counted);
        Map<String, Double> measures = new Measures(config, klCoefficient, scored, samples, shaped).all();
        boolean inLoss = config.kl() instanceof KlPenalty.InLoss;
        return new Experience(
                scored.graded().rollouts().step(),
                scored.batch(),
                scored.old().logProbs(),
                scored.old().channels().containsKey(Output.VALUE) ? scored.old().values() : zeros(scored.batch()),
                inLoss && scored.reference() != null ? scored.reference().logProbs() : null,
                floats(SamplerGap.corrected(config, samples, shaped.whitened()), lengths),
                floats(shaped.returns(), states),
                floats(weights, lengths),
                floats(valueWeights, states),
                measures);
    }

    /** Which rows count: those with a score and a token to put it on, cut-off ones only if they are wanted. */
    static boolean[] counted(GradedRollouts graded, PpoConfig config) {
        List<Grade> grades = graded.flat();
        boolean[] counted = new boolean[grades.size()];
        int row = 0;
        for (Rollouts.Group group : graded.rollouts().groups()) {
            for (Completion completion : group.completions()) {
                boolean wanted = !(config.dropTruncated() && completion.finish() == Finish.LENGTH);
                counted[row] = wanted && grades.get(row) instanceof Grade.Score && Rows.scored(completion).length > 0;
                row++;
            }
        }
        return counted;
    }

    private Shaping.Sample[] samples(ScoredRollouts scored) {
        boolean[] counted = counted(scored.graded(), config);
        List<Grade> grades = scored.graded().flat();
        Shaping.Sample[] samples = new Shaping.Sample[counted.length];
        float[][] old = scored.old().logProbs();
        boolean valued = scored.old().channels().containsKey(Output.VALUE);
        float @Nullable [][] reference =
                scored.reference() == null ? null : scored.reference().logProbs();
        List<Rollouts.Group> groups = scored.graded().rollouts().groups();
        int row = 0;
        for (int g = 0; g < groups.size(); g++) {
            for (Completion completion : groups.get(g).completions()) {
                samples[row] = new Shaping.Sample(
                        counted[row],
                        completion.finish() != Finish.LENGTH,
                        grades.get(row) instanceof Grade.Score score ? score.value() : 0,
                        credits(completion, grades.get(row)),
                        doubles(old[row]),
                        reference == null ? null : doubles(reference[row]),
                        drawn(completion),
                        valued ? doubles(scored.old().values()[row]) : new double[old[row].length + 1],
                        g,
                        g % team.size());
                row++;
            }
        }
        return samples;
    }

    private static double @Nullable [] drawn(Completion completion) {
        float[] drawn = Rows.samplerLogProbs(completion);
        return drawn == null ? null : doubles(drawn);
    }

    /** Process rewards by scored token; one on given text goes to the last sampled token before it. */
    private static double[] credits(Completion completion, Grade grade) {
        int[] scored = Rows.scored(completion);
        double[] credits = new double[scored.length];
        if (grade instanceof Grade.Score score && scored.length > 0) {
            for (Credit credit : score.credits()) {
                int at = Arrays.binarySearch(scored, credit.token());
                int token = at >= 0 ? at : Math.max(0, -at - 2);
                credits[token] += credit.reward();
            }
        }
        return credits;
    }

    private static float[][] zeros(TokenBatch batch) {
        float[][] zeros = new float[batch.size()][];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = new float[batch.row(i).scored().length + 1];
        }
        return zeros;
    }

    private static float[][] floats(double[][] rows, int[] lengths) {
        float[][] floats = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            floats[i] = new float[lengths[i]];
            for (int t = 0; t < lengths[i]; t++) {
                floats[i][t] = (float) rows[i][t];
            }
        }
        return floats;
    }

    private static double[] doubles(float[] row) {
        double[] doubles = new double[row.length];
        for (int t = 0; t < row.length; t++) {
            doubles[t] = row[t];
        }
        return doubles;
    }
}
