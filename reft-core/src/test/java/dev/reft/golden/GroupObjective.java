package dev.reft.golden;

import static dev.reft.golden.Masks.pack;
import static dev.reft.golden.Masks.spread;

import dev.reft.math.ClippedSurrogate;
import dev.reft.math.ClippedValue;
import dev.reft.math.KlEstimator;
import dev.reft.math.Ragged;
import dev.reft.math.SequenceSurrogate;
import dev.reft.math.Surrogate;
import dev.reft.math.WeightedLogProb;
import dev.reft.model.Evaluation;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.objective.PpoLoss;
import dev.reft.objective.PpoObjective;
import dev.reft.objective.PpoTargets;
import dev.reft.objective.Sums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The losses of group methods once more, by the objective that trainers use, from floats and without values. */
final class GroupObjective {
    private GroupObjective() {}

    static void check(GoldenCase c, ClippedSurrogate clip, double[][] weights) {
        boolean[][] mask = c.mask();
        Surrogate surrogate =
                switch (c.text("variant")) {
                    case "gspo" -> new SequenceSurrogate(clip);
                    case "cispo" -> new WeightedLogProb(c.number("clip_high"));
                    default -> clip;
                };
        double[][] advantages = pack(c.rows("logprobs"), mask);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < mask.length; i++) {
            Arrays.fill(advantages[i], c.numbers("advantages")[i]);
            rows.add(Row.of(new int[] {1}, new int[advantages[i].length]));
        }
        float[][] zeros = Ragged.floats(advantages);
        Arrays.setAll(zeros, i -> new float[zeros[i].length]);
        PpoTargets targets = new PpoTargets(
                Ragged.floats(pack(c.rows("old_logprobs"), mask)),
                null,
                c.number("beta") == 0 ? null : Ragged.floats(pack(c.rows("ref_logprobs"), mask)),
                Ragged.floats(advantages),
                zeros,
                Ragged.floats(weights));
        PpoLoss loss = new PpoLoss(surrogate, ClippedValue.UNCLIPPED, 0, 0, c.number("beta"), KlEstimator.K3);
        TokenScores scores = new TokenScores(
                TokenBatch.of(rows), Map.of(Output.LOG_PROB, Ragged.floats(pack(c.rows("logprobs"), mask))));
        Evaluation evaluation = new PpoObjective(loss, targets).evaluate(scores);
        c.nearly("loss", c.expected("loss"), evaluation.loss());
        double[][] slopes = Ragged.doubles(evaluation.slopes().channels().get(Output.LOG_PROB));
        for (int i = 0; i < mask.length; i++) {
            c.nearly("slopes", c.expected("grad_logprobs").get(i), spread(slopes[i], mask[i]));
        }
        double tokens = evaluation.sums().get(Sums.TOKENS);
        c.nearly("clipped", c.expected("clipfrac"), evaluation.sums().get(Sums.CLIPPED) / tokens);
    }
}
