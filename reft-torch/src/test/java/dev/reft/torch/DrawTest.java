package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Draw;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.LogitFilters;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.EngineException;
import dev.reft.model.Precision;
import dev.reft.random.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens and their log-probabilities against filters run on the logits of a whole forward pass. */
class DrawTest {
    private static final Constraint THIRDS = (row, allowed) -> {
        for (int id = 0; id < allowed.length(); id++) {
            if (id % 3 != row.length % 3) {
                allowed.clear(id);
            }
        }
    };

    static List<Path> models() {
        return Golden.tinyModels();
    }

    private static List<Sampling> samplings() {
        return List.of(
                Sampling.GREEDY,
                Sampling.at(1f),
                Sampling.at(0.6f),
                new Sampling(1.3f, 7, 1f, 0f, 1f),
                new Sampling(0.9f, 0, 0.8f, 0f, 1f),
                new Sampling(0.9f, 0, 0.999f, 0f, 1f),
                new Sampling(1f, 0, 1f, 0.1f, 1f),
                new Sampling(0.8f, 20, 0.9f, 0.02f, 1.2f),
                new Sampling(0f, 0, 1f, 0f, 1.5f),
                new Sampling(1f, 0, 1f, 0f, 0.7f));
    }

    /** All ways of drawing in one batch, with and without a constraint. */
    @ParameterizedTest
    @MethodSource("models")
    void drawsAreThoseOfTheFilters(Path model) {
        try (Generating generating = Generating.open(model, Precision.FP32).ends(List.of())) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (Sampling sampling : samplings()) {
                for (Constraint constraint : List.of(Constraint.NONE, THIRDS)) {
                    int[] prompt = {5 + requests.size(), 9, 4};
                    long[] seeds = {requests.size(), 77};
                    requests.add(new GenerationRequest(
                            "r" + requests.size(), prompt, seeds, sampling, 12, List.of(), constraint));
                }
            }
            List<Completion> found = generating.generate(requests);
            for (int i = 0; i < found.size(); i++) {
                check(generating, requests.get(i / 2), found.get(i));
            }
        }
    }

    private static void check(Generating generating, GenerationRequest request, Completion completion) {
        Segment.Sampled sampled = Generating.sampled(completion);
        int prompt = request.prompt().length;
        int[] row = Generating.join(request.prompt(), sampled.tokens());
        float[][] logits = generating.logits(row);
        for (int t = 0; t < sampled.tokens().length; t++) {
            String what = request.id() + " " + request.sampling() + ", token " + t;
            int[] before = java.util.Arrays.copyOf(row, prompt + t);
            double uniform = Seeds.uniform(request.seeds()[completion.sample()], prompt + t);
            Draw draw = LogitFilters.draw(
                    logits[prompt + t - 1], before, request.sampling(), request.constraint(), uniform);
            assertEquals(draw.token(), sampled.tokens()[t], what);
            assertEquals(draw.logProb(), sampled.drawLogProbs()[t], 1e-4, what);
        }
        float[] scored = generating.scored(
                request.prompt(), sampled.tokens(), request.sampling().scoringTemperature());
        assertArrayEquals(scored, sampled.logProbs(), 1e-4f, request.id() + " against score");
    }

    /** Frequencies of first tokens against probabilities. */
    @Test
    void frequenciesAreProbabilities() {
        try (Generating generating =
                Generating.open(Golden.shared("golden", "models", "tiny", "llama"), Precision.FP32)) {
            int[] prompt = {11, 12};
            int n = 4000;
            GenerationRequest request = Generating.request("many", prompt, n, Sampling.at(0.5f), 1);
            double[] counts = new double[generating.info().vocabularySize()];
            generating.generate(List.of(request)).forEach(c -> counts[c.tokens()[0]]++);
            float[] logits = generating.logits(prompt)[1];
            double[] tempered = new double[logits.length];
            for (int i = 0; i < tempered.length; i++) {
                tempered[i] = logits[i] / 0.5;
            }
            double[] probabilities = LogitFilters.probabilities(tempered);
            double chi = 0;
            for (int i = 0; i < counts.length; i++) {
                chi += Math.pow(counts[i] - n * probabilities[i], 2) / (n * probabilities[i]);
            }
            double degrees = counts.length - 1;
            // Six standard deviations of a chi-square: seeds are fixed, so this passes or fails for ever.
            assertTrue(Math.abs(chi - degrees) < 6 * Math.sqrt(2 * degrees), "chi-square " + chi);
        }
    }

    @Test
    void numbersThatAreNotFiniteAreReported() {
        try (Generating generating =
                Generating.open(Golden.shared("golden", "models", "tiny", "llama"), Precision.FP32)) {
            try (Scope scope = new Scope();
                    Grad off = Grad.off()) {
                Tensor norm = generating
                        .network()
                        .decoder()
                        .blocks()
                        .get(0)
                        .attentionNorm()
                        .weight()
                        .value();
                norm.add_(new org.bytedeco.pytorch.Scalar(Double.NaN));
            }
            GenerationRequest request = Generating.request("bad", new int[] {1}, 1, Sampling.at(1f), 3);
            EngineException e = assertThrows(EngineException.class, () -> generating.generate(List.of(request)));
            assertTrue(e.getMessage().contains("bad") && e.getMessage().contains("not finite"), e.getMessage());
        }
    }
}
