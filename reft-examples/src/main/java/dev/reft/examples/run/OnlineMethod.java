package dev.reft.examples.run;

import dev.reft.graders.AnswerScores;
import dev.reft.grading.Prompt;
import dev.reft.math.LearningRate;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.Demonstration;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.OnlineSelfTraining;
import dev.reft.ppo.OnlineSelfTrainingConfig;
import dev.reft.ppo.SftExample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Online self-training for as long as PPO took: the same questions and rate as ReFT, right answers and worked solutions are
 * imitated, wrong ones are dropped.
 */
final class OnlineMethod implements Method {
    @Override
    public String name() {
        return "online-st";
    }

    @Override
    public Facts train(Stages stages) {
        RunFolder folder = stages.folder();
        RunPlan.PpoPlan ppo = stages.plan().ppo();
        OnlineSelfTrainingConfig config = config(stages.plan());
        Batches<Demonstration> batches =
                Batches.of(problems(stages.data()), ppo.prompts(), Examiner.seed(stages.plan(), "prompts"));
        try (Policy policy = stages.warm();
                OnlineSelfTraining trainer = folder.hasCheckpoint(name())
                        ? OnlineSelfTraining.resume(
                                policy, stages.data().grader(AnswerScores.BINARY), config, folder.checkpoints(name()))
                        : OnlineSelfTraining.start(policy, stages.data().grader(AnswerScores.BINARY), config)) {
            StageLog log = stages.timed(
                    name(),
                    new StageLoop.Work(
                            () -> trainer.step(batches.at(trainer.steps())),
                            trainer::steps,
                            trainer::progress,
                            trainer::save),
                    RunFolder.log(trainer.hostState()),
                    0,
                    0,
                    stages.budget(),
                    stages.plan().saveEvery(),
                    policy,
                    Stages::reward);
            stages.line().end(Stages.spent(log, trainer.steps()));
            return Facts.of(stages.answers(), log);
        }
    }

    /** ReFT's rate, as in the paper, as many answers a step, and as many optimiser steps on them. */
    private static OnlineSelfTrainingConfig config(RunPlan plan) {
        RunPlan.PpoPlan ppo = plan.ppo();
        EvaluationConfig answers = EvaluationConfig.voting(
                        ppo.samples(), (float) ppo.temperature(), plan.maxTokens(), Examiner.seed(plan, "online"))
                .withConcurrentSamples(Math.min(256, ppo.prompts() * ppo.samples()));
        return OnlineSelfTrainingConfig.reft(plan.maxTokens(), plan.seed())
                .withAnswers(answers)
                .withUpdates(ppo.epochs(), ppo.miniBatches())
                .with(base -> base.rate(ppo.rate()).schedule(new LearningRate.Constant(0)));
    }

    private static List<Demonstration> problems(RunData data) {
        Map<String, SftExample> solutions = new HashMap<>();
        data.examples().forEach(example -> solutions.put(example.id(), example));
        List<Demonstration> problems = new ArrayList<>();
        for (Prompt prompt : data.prompts()) {
            SftExample solution = solutions.get(prompt.id());
            problems.add(
                    solution == null
                            ? Demonstration.unsolved(prompt)
                            : new Demonstration(prompt, solution.completion()));
        }
        return problems;
    }
}
