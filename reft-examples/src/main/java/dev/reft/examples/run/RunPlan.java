package dev.reft.examples.run;

import dev.reft.examples.data.ProblemFiles.Fields;
import dev.reft.model.Precision;

/**
 * Everything a run depends on. It is written into the run's folder, and a folder goes on with the same plan only.
 *
 * @param model what is trained
 * @param data the problems
 * @param warmUp the supervised stage
 * @param ppo the stage of reinforcement
 * @param evaluation when and how accuracy is measured
 * @param maxTokens most tokens of an answer, &gt;= 1
 * @param saveEvery steps between two checkpoints, &gt;= 1
 * @param seed of the run: weights, data, order and draws follow from it
 */
public record RunPlan(
        ModelPlan model,
        DataPlan data,
        WarmUpPlan warmUp,
        PpoPlan ppo,
        EvaluationPlan evaluation,
        int maxTokens,
        int saveEvery,
        long seed) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public RunPlan {
        atLeast("maxTokens", maxTokens, 1);
        atLeast("saveEvery", saveEvery, 1);
    }

    /**
     * What is trained.
     *
     * @param path an HF directory or a GGUF file; "" for the embedded model with random weights
     * @param device such as {@code cpu} or {@code cuda:0}
     * @param precision of weights and activations
     * @param loraRank rank of the adapters; 0 trains all weights
     * @param checkpointing whether blocks are computed again in the backward, to save memory
     * @param threads of the engine; 0 leaves it to the engine
     */
    public record ModelPlan(
            String path, String device, Precision precision, int loraRank, boolean checkpointing, int threads) {
        /** Checks the counts. */
        public ModelPlan {
            atLeast("loraRank", loraRank, 0);
            atLeast("threads", threads, 0);
        }

        /**
         * Whether the embedded model is trained.
         *
         * @return true without a path
         */
        public boolean embedded() {
            return path.isEmpty();
        }
    }

    /** Kinds of data. */
    public enum DataKind {
        /** Generated word problems. */
        WORDS,
        /** SVAMP as released with the ReFT paper. */
        SVAMP,
        /** SVAMP with programs as chains of thought, as released with the ReFT paper; answers are run in the sandbox. */
        SVAMP_PCOT,
        /** MathQA as released with the ReFT paper. */
        MATHQA,
        /** GSM8K. */
        GSM8K,
        /** A JSON object a line; answers are numbers. */
        JSONL
    }

    /**
     * The problems.
     *
     * @param kind of data
     * @param train training file; "" for generated problems
     * @param test test file; "" for generated problems
     * @param fields of the rows of a JSONL file
     * @param chains how many problems with chains of thought the supervised stage gets; 0 for all of a file
     * @param answers how many more problems with answers only reinforcement gets; 0 for all of a file
     * @param tests how many problems are tested on; 0 for all of a file
     * @param ownQuestionsOnly whether reinforcement gets the supervised stage's problems only, as in the paper
     * @param published whether answers are graded as the published code does
     */
    public record DataPlan(
            DataKind kind,
            String train,
            String test,
            Fields fields,
            int chains,
            int answers,
            int tests,
            boolean ownQuestionsOnly,
            boolean published) {
        /** Checks the counts. */
        public DataPlan {
            atLeast("chains", chains, 0);
            atLeast("answers", answers, 0);
            atLeast("tests", tests, 0);
            if (kind != DataKind.WORDS && (train.isEmpty() || test.isEmpty())) {
                throw new IllegalArgumentException(
                        kind + " needs a training file and a test file; given '" + train + "' and '" + test + "'");
            }
        }
    }

    /**
     * The supervised stage.
     *
     * @param epochs over the chains of thought, &gt;= 1
     * @param batch examples of a step, &gt;= 1
     * @param rate learning rate
     * @param rateSteps steps over which the rate rises from 0
     */
    public record WarmUpPlan(int epochs, int batch, double rate, int rateSteps) {
        /** Checks the numbers. */
        public WarmUpPlan {
            atLeast("warm-up epochs", epochs, 1);
            atLeast("warm-up batch", batch, 1);
            atLeast("warm-up rateSteps", rateSteps, 0);
        }
    }

    /**
     * The stage of reinforcement.
     *
     * @param steps how many
     * @param prompts problems of a step
     * @param samples answers to each
     * @param temperature of the draws
     * @param epochs over a step's batch
     * @param miniBatches optimiser steps of an epoch
     * @param rate of the policy
     * @param valueRate of the value head
     * @param gaeLambda lambda of the advantages
     * @param valueCoefficient of the value loss
     * @param kl coefficient of the KL penalty; 0 for none
     * @param criticWarmup first steps that train values only
     * @param wrong score of a wrong answer
     * @param unreadable score where no answer can be read
     */
    public record PpoPlan(
            int steps,
            int prompts,
            int samples,
            double temperature,
            int epochs,
            int miniBatches,
            double rate,
            double valueRate,
            double gaeLambda,
            double valueCoefficient,
            double kl,
            int criticWarmup,
            double wrong,
            double unreadable) {
        /** Checks the numbers that no other configuration checks. */
        public PpoPlan {
            atLeast("PPO steps", steps, 1);
            atLeast("PPO prompts", prompts, 1);
        }
    }

    /**
     * When and how accuracy is measured.
     *
     * @param every PPO steps between two measurements; 0 for none
     * @param problems how many test problems these take
     * @param shown how many questions the report shows with their answers
     * @param concurrent most answers generated at a time
     * @param untuned whether the model is measured before any training
     */
    public record EvaluationPlan(int every, int problems, int shown, int concurrent, boolean untuned) {
        /** Checks the numbers. */
        public EvaluationPlan {
            atLeast("evaluate every", every, 0);
            atLeast("evaluation problems", problems, 1);
            atLeast("shown questions", shown, 0);
            atLeast("concurrent answers", concurrent, 1);
        }
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " " + value + " must be at least " + least);
        }
    }
}
