package dev.reft.examples.tasks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How large a run of an example is.
 *
 * @param seed of weights, data, order and samples
 * @param threads of the engine, &gt;= 1
 * @param warmUp the supervised stage
 * @param reinforce the stages of reinforcement
 * @param tests held-out items of each evaluation, &gt;= 1
 * @param saveEvery steps between two checkpoints, &gt;= 1
 */
public record TaskPlan(long seed, int threads, WarmUp warmUp, Reinforce reinforce, int tests, int saveEvery) {
    /** Checks the numbers. */
    public TaskPlan {
        atLeastOne("threads", threads);
        atLeastOne("tests", tests);
        atLeastOne("saveEvery", saveEvery);
    }

    /**
     * The supervised stage.
     *
     * @param examples items with an answer to imitate, &gt;= 1
     * @param epochs over them, &gt;= 1
     * @param batch examples of a step, &gt;= 1
     * @param rate of learning
     */
    public record WarmUp(int examples, int epochs, int batch, double rate) {
        /** Checks the numbers. */
        public WarmUp {
            atLeastOne("examples", examples);
            atLeastOne("epochs", epochs);
            atLeastOne("batch", batch);
        }
    }

    /**
     * A stage of reinforcement by GRPO.
     *
     * @param questions items without answers, &gt;= 1
     * @param steps how many, &gt;= 1
     * @param prompts items of a step, &gt;= 1
     * @param samples answers to each, &gt;= 2
     * @param rate of learning
     * @param kl coefficient of the penalty in the loss; 0 for none
     * @param every steps between two evaluations on the way, &gt;= 1
     */
    public record Reinforce(int questions, int steps, int prompts, int samples, double rate, double kl, int every) {
        /** Checks the numbers. */
        public Reinforce {
            atLeastOne("questions", questions);
            atLeastOne("steps", steps);
            atLeastOne("prompts", prompts);
            atLeastOne("every", every);
            if (samples < 2) {
                throw new IllegalArgumentException("samples " + samples + " must be at least 2");
            }
        }
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " " + value + " must be at least 1");
        }
    }

    /** All that changes a supervised stage's result, for its provenance. */
    Map<String, String> warmUpConfig() {
        Map<String, String> config = new LinkedHashMap<>();
        config.put("seed", String.valueOf(seed));
        config.put("threads", String.valueOf(threads));
        config.put("warmUp", warmUp.toString());
        config.put("tests", String.valueOf(tests));
        return config;
    }

    /** All that changes the result of a stage of reinforcement, for its provenance. */
    Map<String, String> reinforceConfig() {
        Map<String, String> config = warmUpConfig();
        config.remove("warmUp"); // it is in the parent
        config.put("reinforce", reinforce.toString());
        return config;
    }
}
