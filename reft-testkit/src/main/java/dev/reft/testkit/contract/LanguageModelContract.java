package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Draw;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.LogitFilters;
import dev.reft.generation.Sampling;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Sampler;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a model keeps that generates and scores: the two agree. Includes both contracts. */
public interface LanguageModelContract extends ScorerContract, SamplerContract {
    /**
     * Opens the model, each time in the same state.
     *
     * @return the model; the contract closes it
     */
    LanguageModel openLanguageModel();

    @Override
    default Scorer openScorer() {
        return openLanguageModel();
    }

    @Override
    default Sampler openSampler() {
        return openLanguageModel();
    }

    @Override
    default Tolerance tolerance() {
        return Tolerance.FP32;
    }

    /** The policy's log-probabilities are unfiltered, at the row's temperature: what score says. */
    @Test
    default void reportedLogProbsAreThoseOfScore() {
        List<Sampling> samplings = List.of(
                Sampling.at(1),
                Sampling.at(0.7f),
                Sampling.GREEDY,
                new Sampling(0.8f, 3, 1f, 0f, 1f),
                new Sampling(1.2f, 0, 0.8f, 0.05f, 1.3f));
        try (LanguageModel model = openLanguageModel()) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < samplings.size(); i++) {
                int[] prompt = Probe.tokens(model.info(), new Random(20 + i), 2 + i);
                requests.add(Requests.with(Requests.plain("" + i, prompt, 6, i, 100 + i), samplings.get(i)));
            }
            for (Completion completion : model.generate(requests)) {
                GenerationRequest request = requests.get(Integer.parseInt(completion.request()));
                float[] scored = Probe.score(model, Set.of(Output.LOG_PROB), Requests.row(request, completion))
                        .logProbs()[0];
                float[] reported = Requests.sampled(completion).logProbs();
                if (reported.length > 0) {
                    Probe.assertClose(scored, reported, model.info().logProbTolerance(), "with " + request.sampling());
                }
            }
        }
    }

    /** The draw's log-probabilities are those of the filtered distribution; without filters the policy's own. */
    @Test
    default void drawLogProbsAreThoseOfTheFilteredDistribution() {
        try (LanguageModel model = openLanguageModel()) {
            int[] prompt = Probe.tokens(model.info(), new Random(30), 4);
            double[] logits = logits(model, prompt);
            for (Sampling sampling : List.of(
                    Sampling.at(0.8f),
                    new Sampling(0.7f, 5, 1f, 0f, 1f),
                    new Sampling(1f, 0, 0.6f, 0f, 1f),
                    new Sampling(1.5f, 0, 1f, 0.3f, 1f))) {
                double[] filtered =
                        LogitFilters.probabilities(LogitFilters.apply(logits, new int[0], LogitFilters.of(sampling)));
                long[] seeds = LongStream.range(0, 12).toArray();
                GenerationRequest request = Requests.with(Requests.plain("r", prompt, 1, seeds), sampling);
                for (Completion completion : model.generate(List.of(request))) {
                    float[] drawn = Requests.sampled(completion).drawLogProbs();
                    double expected = Math.log(filtered[completion.tokens()[0]]);
                    if (drawn.length > 0) {
                        assertEquals(expected, drawn[0], 10 * tolerance().number(), "with " + sampling);
                    }
                }
            }
        }
    }

    /** A token is drawn by the inverse of the cumulative distribution, lowest id first, at the place's number. */
    @Test
    default void drawsInvertTheCumulativeDistribution() {
        try (LanguageModel model = openLanguageModel()) {
            int[] prompt = Probe.tokens(model.info(), new Random(31), 5);
            double[] logits = logits(model, prompt);
            Sampling sampling = Sampling.at(1);
            long[] seeds = LongStream.range(0, 24).toArray();
            double slack = 10 * tolerance().number();
            for (Completion completion : model.generate(List.of(Requests.plain("r", prompt, 1, seeds)))) {
                double uniform = Seeds.uniform(seeds[completion.sample()], prompt.length);
                int low = draw(logits, sampling, Math.max(0, uniform - slack));
                int high = draw(logits, sampling, Math.min(1 - 1e-9, uniform + slack));
                int token = completion.tokens()[0];
                assertTrue(
                        low <= token && token <= high,
                        "seed " + seeds[completion.sample()] + " drew " + token + ", its place's number " + uniform
                                + " stands for " + low + " .. " + high);
            }
        }
    }

    private static int draw(double[] logits, Sampling sampling, double uniform) {
        Draw draw = LogitFilters.draw(logits, new int[0], sampling, Constraint.NONE, uniform);
        return draw.token();
    }

    private static double[] logits(LanguageModel model, int[] prompt) {
        double[] next = Probe.next(model, prompt, 1f);
        return Arrays.copyOf(next, next.length - 1);
    }

    /** Greedy takes the likeliest token; its log-probabilities are at temperature 1. */
    @Test
    default void greedyTakesTheLikeliest() {
        try (LanguageModel model = openLanguageModel()) {
            int[] prompt = Probe.tokens(model.info(), new Random(32), 3);
            GenerationRequest request = Requests.with(Requests.plain("r", prompt, 3, 1, 2), Sampling.GREEDY);
            List<Completion> both = model.generate(List.of(request));
            assertArrayEquals(both.get(0).tokens(), both.get(1).tokens(), "greedy does not look at seeds");
            int[] tokens = both.get(0).tokens();
            int[] row = prompt;
            for (int token : tokens) {
                double[] logits = logits(model, row);
                double best = Arrays.stream(logits).max().orElseThrow();
                assertTrue(
                        logits[token] >= best - 2 * tolerance().company(),
                        "token " + token + " has " + logits[token] + ", the best " + best);
                row = Arrays.copyOf(row, row.length + 1);
                row[row.length - 1] = token;
            }
        }
    }

    /** A constraint changes the draw's log-probability, never the policy's. */
    @Test
    default void constraintsDoNotChangeThePolicysLogProbs() {
        try (LanguageModel model = openLanguageModel()) {
            int[] prompt = Probe.tokens(model.info(), new Random(33), 3);
            int only = model.info().vocabularySize() - 1;
            Constraint one = Requests.only(prompt.length, place -> only, Set.of());
            GenerationRequest request = Requests.with(Requests.plain("r", prompt, 1, 1), one);
            Completion completion = model.generate(List.of(request)).get(0);
            assertArrayEquals(new int[] {only}, completion.tokens());
            float[] scored = Probe.score(model, Set.of(Output.LOG_PROB), Requests.row(request, completion))
                    .logProbs()[0];
            float[] reported = Requests.sampled(completion).logProbs();
            if (reported.length > 0) {
                Probe.assertClose(scored, reported, model.info().logProbTolerance(), "under a constraint");
            }
            float[] drawn = Requests.sampled(completion).drawLogProbs();
            if (drawn.length > 0) {
                assertEquals(0, drawn[0], 1e-6, "the only token allowed was certain");
            }
        }
    }

    /** Scoring between the tokens of a generation is allowed and disturbs neither. */
    @Test
    default void scoringDuringAGenerationIsFine() {
        try (LanguageModel model = openLanguageModel()) {
            TokenBatch batch = Probe.ragged(model.info(), 34);
            TokenScores before = model.score(batch, Set.of(Output.LOG_PROB));
            int[] prompt = Probe.tokens(model.info(), new Random(35), 3);
            GenerationRequest request = Requests.plain("r", prompt, 5, 1, 2);
            List<Completion> undisturbed = model.generate(List.of(request));
            List<Completion> disturbed = new ArrayList<>();
            try (Generation generation = model.generation()) {
                generation.add(request);
                while (generation.unfinished() > 0) {
                    disturbed.addAll(generation.advance());
                    Probe.assertSame(before, model.score(batch, Set.of(Output.LOG_PROB)), "during a generation");
                }
            }
            for (Completion completion : disturbed) {
                assertArrayEquals(undisturbed.get(completion.sample()).tokens(), completion.tokens());
            }
        }
    }
}
