package dev.reft.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.AnchoredPreference;
import dev.reft.math.Calibration;
import dev.reft.math.KtoLoss;
import dev.reft.math.PreferenceLoss;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Objectives on whole completions: slopes against differences, and cuts that add up. */
class PreferenceObjectivesTest {
    private static final int PAIRS = 4;
    private static final int[] LENGTHS = {3, 5, 2, 2, 4, 1, 1, 3};

    private final Random random = new Random(7);
    private final TokenBatch batch = batch();

    private static TokenBatch batch() {
        List<Row> rows = new ArrayList<>();
        int[] groups = new int[2 * PAIRS];
        for (int i = 0; i < groups.length; i++) {
            int[] completion = new int[LENGTHS[i]];
            Arrays.fill(completion, i + 1);
            rows.add(Row.of(new int[] {9, 8}, completion));
            groups[i] = i / 2;
        }
        return TokenBatch.of(rows, groups);
    }

    static List<PreferenceLoss> forms() {
        return List.of(
                new PreferenceLoss.Logistic(0.3, 0, false),
                new PreferenceLoss.Logistic(0.3, 0.1, false),
                new PreferenceLoss.Logistic(2, 0, true),
                new PreferenceLoss.Robust(0.3, 0.2),
                new PreferenceLoss.Hinge(0.3),
                new PreferenceLoss.Ipo(0.3, false),
                new PreferenceLoss.Ipo(0.3, true),
                new PreferenceLoss.SimPo(2, 0.5),
                new PreferenceLoss.Orpo(0.4),
                new PreferenceLoss.Cpo(0.3, 0.1),
                new AnchoredPreference.ApoZero(0.3),
                new AnchoredPreference.ApoDown(0.3),
                new AnchoredPreference.NcaPair(0.3),
                new AnchoredPreference.BcoPair(0.3, 0.2),
                new AnchoredPreference.SppoHard(0.3),
                new AnchoredPreference.ExoPair(0.3, 0.1),
                new AnchoredPreference.DiscoPop(0.3, 0.5));
    }

    private float[][] numbers(int extra) {
        return Steps.random(random, LENGTHS, extra, -2, -0.1);
    }

    private double[] sums() {
        double[] sums = new double[2 * PAIRS];
        Arrays.setAll(sums, i -> -LENGTHS[i] * (0.2 + 1.6 * random.nextDouble()));
        return sums;
    }

    private PreferenceTargets targets(double alpha, boolean likelihood) {
        return new PreferenceTargets(
                sums(), new double[] {0.25, 0.4, 0.1, 0.25}, alpha, likelihood ? numbers(0) : null);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void slopesAreThoseOfTheLoss(PreferenceLoss form) {
        check(new PreferenceObjective(form, targets(1, false)), Output.LOG_PROB, numbers(0));
        check(new PreferenceObjective(form, targets(0.3, true)), Output.LOG_PROB, numbers(0));
    }

    @Test
    void slopesOfKto() {
        KtoLoss form = new KtoLoss(0.3, 1.3, 0.7);
        boolean[] desirable = {true, false, true, true, false, true, false, false};
        double[] weights = {0.1, 0.2, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1};
        check(new KtoObjective(form, desirable, sums(), weights, 0.4), Output.LOG_PROB, numbers(0));
    }

    @Test
    void slopesOfRewardModels() {
        double[] weights = {0.25, 0.4, 0.1, 0.25};
        check(new RewardPairObjective(new double[] {0, 1, 0.5, 0}, weights, 0.05), Output.VALUE, numbers(1));
        boolean[] right = {true, false, true, true, false, true, false, false};
        double[] each = {0.1, 0.2, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1};
        check(new RewardLabelObjective(right, each), Output.VALUE, numbers(1));
    }

    private void check(Objective objective, Output output, float[][] numbers) {
        Evaluation whole = objective.evaluate(new TokenScores(batch, Map.of(output, numbers)));
        float[][] slopes = whole.slopes().channels().get(output);
        for (int i = 0; i < numbers.length; i++) {
            for (int t = 0; t < numbers[i].length; t++) {
                float at = numbers[i][t];
                numbers[i][t] = at + 1e-3f;
                double above = objective
                        .evaluate(new TokenScores(batch, Map.of(output, numbers)))
                        .loss();
                float up = numbers[i][t];
                numbers[i][t] = at - 1e-3f;
                double below = objective
                        .evaluate(new TokenScores(batch, Map.of(output, numbers)))
                        .loss();
                double difference = (above - below) / ((double) up - numbers[i][t]);
                numbers[i][t] = at;
                assertEquals(difference, slopes[i][t], 1e-5 + 1e-3 * Math.abs(slopes[i][t]), i + ", " + t);
            }
        }
        assertTrue(whole.loss() != 0);
        cutsAddUp(objective, output, numbers, whole);
    }

    /** Pairs in another order and their rows swapped: the same loss, sums and slopes. */
    private void cutsAddUp(Objective objective, Output output, float[][] numbers, Evaluation whole) {
        Map<String, Double> sums = new HashMap<>();
        float[][] slopes = whole.slopes().channels().get(output);
        double loss = 0;
        for (int[] rows : new int[][] {{5, 4, 0, 1}, {3, 2}, {6, 7}}) {
            float[][] own = new float[rows.length][];
            Arrays.setAll(own, k -> numbers[rows[k]]);
            Evaluation part = objective.evaluate(new TokenScores(batch.select(rows), Map.of(output, own)));
            loss += part.loss();
            part.sums().forEach((name, sum) -> sums.merge(name, sum, Double::sum));
            for (int k = 0; k < rows.length; k++) {
                for (int t = 0; t < slopes[rows[k]].length; t++) {
                    assertEquals(slopes[rows[k]][t], part.slopes().channels().get(output)[k][t], 0f);
                }
            }
        }
        assertEquals(whole.loss(), loss, 1e-12);
        assertEquals(whole.sums().keySet(), sums.keySet());
        whole.sums().forEach((name, sum) -> assertEquals(sum, sums.get(name), 1e-12, name));
    }

    @Test
    void halfAPairIsRefused() {
        Objective objective = new PreferenceObjective(new PreferenceLoss.Hinge(1), targets(1, false));
        IllegalArgumentException half =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> objective.evaluate(new TokenScores(
                                batch.select(3), Map.of(Output.LOG_PROB, new float[][] {{-1, -1}}))));
        assertTrue(half.getMessage().contains("row 3"), half.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> new PreferenceObjective(
                        new PreferenceLoss.Hinge(1), new PreferenceTargets(null, new double[] {1}, 1, null)));
    }

    @Test
    void whereThePolicyIsTheReferenceTheLossIsLnTwo() {
        float[][] numbers = numbers(0);
        double[] references = new double[2 * PAIRS];
        for (int i = 0; i < references.length; i++) {
            for (float number : numbers[i]) {
                references[i] += number;
            }
        }
        double[] mean = {0.25, 0.25, 0.25, 0.25};
        for (boolean normalised : new boolean[] {false, true}) {
            Evaluation evaluation = new PreferenceObjective(
                            new PreferenceLoss.Logistic(5, 0, normalised),
                            new PreferenceTargets(references, mean, 1, null))
                    .evaluate(new TokenScores(batch, Map.of(Output.LOG_PROB, numbers)));
            assertEquals(Math.log(2), evaluation.loss(), 1e-15);
            assertEquals(0, evaluation.sums().get(PreferenceSums.CHOSEN_REWARD));
            assertEquals(0, evaluation.sums().get(PreferenceSums.RIGHT));
        }
    }

    @Test
    void calibrationIsTheMeanGap() {
        assertEquals(0, Calibration.bin(0, 10));
        assertEquals(9, Calibration.bin(1, 10));
        assertEquals(7, Calibration.bin(0.75, 10));
        // 10 predictions of 0.75, of which 6 come true; 30 of 0.95, of which 30 do.
        assertEquals(
                (10 * 0.15 + 30 * 0.05) / 40,
                Calibration.expectedError(
                        new Calibration.Bin(10, 7.5, 6),
                        new Calibration.Bin(0, 0, 0),
                        new Calibration.Bin(30, 28.5, 30)),
                1e-12);
        assertEquals(0, Calibration.expectedError());
    }
}
