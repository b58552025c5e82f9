package dev.reft.examples.guide;

import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Warm-up, reinforcement and evaluation of one policy, resumable. */
public final class Stages {
    private Stages() {}

    // region stages
    /**
     * Warms a policy up on chains of thought, then reinforces it; called again after a kill, it goes on from the last save.
     *
     * @param policy what learns
     * @param examples questions with chains of thought
     * @param prompts questions with checked answers
     * @param grader checks an answer
     * @param folder for checkpoints
     * @param ppo configuration of the reinforcement
     * @param steps of each stage
     */
    public static void train(
            Policy policy,
            List<SftExample> examples,
            List<Prompt> prompts,
            Grader grader,
            Path folder,
            PpoConfig ppo,
            int steps) {
        Path warm = folder.resolve("warm-up");
        Batches<SftExample> lessons = Batches.of(examples, 16, 1);
        SftConfig sft = SftConfig.reft().toBuilder().rate(1e-2).build();
        try (SftTrainer trainer =
                isSaved(warm) ? SftTrainer.resume(policy, sft, warm) : SftTrainer.start(policy, sft)) {
            while (trainer.steps() < steps) {
                trainer.step(lessons.at(trainer.steps())); // data order is a function of the step
            }
            trainer.save(warm, "");
        }
        policy.restartOptimizer(new Optimizer.AdamW(0.9, 0.999, 1e-8, 0)); // no moments of the warm-up in PPO

        Path reinforced = folder.resolve("ppo");
        Batches<Prompt> questions = Batches.of(prompts, 16, 2);
        PpoTrainer.Builder builder = PpoTrainer.of(policy).config(ppo).grader(grader);
        try (PpoTrainer trainer = isSaved(reinforced) ? builder.resume(reinforced) : builder.start()) {
            while (trainer.steps() < steps) {
                trainer.step(questions.at(trainer.steps()));
                trainer.save(reinforced, "any text of the host: trainer.hostState() has it after resume");
            }
        }
    }

    private static boolean isSaved(Path checkpoints) {
        return Files.exists(checkpoints.resolve("latest"));
    }

    /**
     * Measures two contestants on the same problems.
     *
     * @param before a policy or any other sampler
     * @param after another
     * @param problems to answer
     * @param grader checks an answer; 1 is right
     * @return one sentence
     */
    public static String compare(Policy before, Policy after, List<Prompt> problems, Grader grader) {
        EvaluationConfig greedy = EvaluationConfig.greedy(16); // voting(8, 0.7f, 16, 1) is majority vote @8
        EvaluationReport first = new Evaluator(before, grader, greedy).evaluate(problems);
        EvaluationReport second = new Evaluator(after, grader, greedy).evaluate(problems);
        EvaluationReport.Comparison paired = second.compare(first);
        return "from " + first.accuracy() + " to " + second.accuracy() + " " + second.interval() + ", McNemar p = "
                + paired.p();
    }
    // endregion
}
