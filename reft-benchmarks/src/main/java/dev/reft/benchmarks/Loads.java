package dev.reft.benchmarks;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Sampler;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.objective.Accumulation;
import dev.reft.objective.CrossEntropyObjective;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** The loads of peer_bench.py, on a model of reft. */
final class Loads {
    private Loads() {}

    /** 8 rows of 128 random tokens, all but the first of each scored. */
    static TokenBatch batch(ModelInfo info) {
        Random random = new Random(1);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int[] scored = new int[127];
            Arrays.setAll(scored, t -> t + 1);
            rows.add(new Row(ids(random, info, 128), scored, 1f));
        }
        return TokenBatch.of(rows);
    }

    static void train(Policy policy, TokenBatch batch) {
        float[][] weights = new float[batch.size()][];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = new float[batch.row(i).scored().length];
            Arrays.fill(weights[i], 1f / (batch.size() * 127));
        }
        Accumulation.run(policy, batch, Set.of(Output.LOG_PROB), new CrossEntropyObjective(weights), 1024);
        policy.step(new StepSize(1e-6, 0, 1));
    }

    /** Generates for rows of 64 prompt tokens and 64 new ones; gives the number of tokens that were kept. */
    static int generate(Sampler sampler, int rows) {
        Random random = new Random(rows);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            requests.add(request("r" + i, ids(random, sampler.info(), 64), 64, i));
        }
        return kept(sampler.generate(requests));
    }

    /** A rollout's shape: 8 prompts x 4 samples that end ragged between 16 and 128 new tokens. */
    static int rollout(Sampler sampler) {
        Random random = new Random(1);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int p = 0; p < 8; p++) {
            int[] prompt = ids(random, sampler.info(), 64);
            for (int k = 0; k < 4; k++) {
                // One request a sample, since each is to end elsewhere: the prompt's cache is not shared here.
                int wanted = p + k == 0 ? 128 : 16 + random.nextInt(113);
                requests.add(request("p" + p + "." + k, prompt, wanted, 4 * p + k));
            }
        }
        return kept(sampler.generate(requests));
    }

    /** A prompt's samples asked for together: 8 prompts x 4 samples of 64 new tokens, prompts shared. */
    static int groups(Sampler sampler) {
        Random random = new Random(2);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int p = 0; p < 8; p++) {
            requests.add(request("p" + p, ids(random, sampler.info(), 64), 64, 4 * p, 4 * p + 1, 4 * p + 2, 4 * p + 3));
        }
        return kept(sampler.generate(requests));
    }

    private static GenerationRequest request(String id, int[] prompt, int maxTokens, long... seeds) {
        return new GenerationRequest(id, prompt, seeds, Sampling.at(1), maxTokens, List.of(), Constraint.NONE);
    }

    private static int kept(List<Completion> completions) {
        return completions.stream().mapToInt(c -> c.tokens().length).sum();
    }

    private static int[] ids(Random random, ModelInfo info, int length) {
        return random.ints(length, 5, info.vocabularySize()).toArray();
    }
}
