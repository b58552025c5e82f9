package dev.reft.examples.run;

import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reinforcement from a judge's feedback: a copy of the warmed-up model is taught to say yes or no to (rubric, question, answer)
 * by labelled rows, its agreement with the labels is measured on other questions, and then its verdicts are PPO's reward.
 */
final class RlaifMethod implements Method {
    static final String JUDGE = "rlaif-judge";
    private static final int EPOCHS = 3;

    /** Most questions to measure by, and at most a fifth of all. */
    private static final int HELD_OUT = 600;

    private final int labelled;

    /** {@code labelled} questions have one answer each labelled, by two rubrics. */
    RlaifMethod(int labelled) {
        this.labelled = labelled;
    }

    @Override
    public String name() {
        return "rlaif";
    }

    @Override
    public Facts train(Stages stages) {
        Map<String, Prompt> prompts = new HashMap<>();
        List<Prompt> all = stages.newQuestions();
        all.forEach(prompt -> prompts.put(prompt.id(), prompt));
        int held = Math.min(HELD_OUT, all.size() / 5);
        int first = Math.min(labelled, all.size() - held);
        List<Prompt> questions = all.subList(0, first + held);
        Samples.Piece sampled;
        try (Policy policy = stages.warm()) {
            sampled = new Samples(stages).all("labelled", policy, questions, 1);
        }
        int cut = Math.min(first, sampled.answers().size());
        List<SftExample> rows = JudgeRows.examples(sampled.answers().subList(0, cut), prompts);
        StageLog taught = teach(stages, rows);
        List<Answer> others = sampled.answers().subList(cut, sampled.answers().size());
        Map<String, Double> measures = new LinkedHashMap<>();
        StageLog log;
        try (LanguageModel judge = stages.frozen(JUDGE)) {
            for (String rubric : List.of(JudgeRows.RIGHT, JudgeRows.SOUND)) {
                measures.put(
                        "judge's agreement on '" + rubric + "', held out",
                        JudgeRows.agreement(judge, rubric, others, prompts));
                measures.put("commoner label of '" + rubric + "'", JudgeRows.baseRate(rubric, others, prompts));
            }
            try (Policy policy = stages.warm()) {
                log = stages.reinforce(
                        name(),
                        policy,
                        Stages.learnedReward(stages.plan()),
                        builder -> builder.grader(withHidden(JudgeRows.judge(judge, JudgeRows.RIGHT))),
                        stages.plan().ppo().prompts(),
                        Stages::farFromWarmUp);
            }
        }
        measures.put("held-out answers", (double) others.size());
        measures.put("PPO steps", (double) Stages.lastStep(log));
        return new Facts(
                stages.with("verdicts on an answer", rows.size()),
                sampled.seconds() + taught.seconds() + log.seconds(),
                Math.max(sampled.residentMegabytes(), Math.max(taught.residentMegabytes(), log.residentMegabytes())),
                measures);
    }

    /** The judge's scores, with whether the answer is right beside them. */
    private static Grader withHidden(Grader judge) {
        return (prompt, completion) -> {
            Grade grade = judge.grade(prompt, completion);
            if (!(grade instanceof Grade.Score score)) {
                return grade;
            }
            Map<String, Double> parts = new LinkedHashMap<>(score.parts());
            boolean ended = completion.finish() != Finish.LENGTH;
            parts.put(
                    RlhfMethod.HIDDEN, JudgeRows.label(JudgeRows.RIGHT, prompt, completion.text(), ended) ? 1.0 : 0.0);
            return new Grade.Score(score.value(), parts, score.credits(), score.extracted(), score.explanation());
        };
    }

    /** Supervised steps on the labelled rows, or what is left of them. */
    private static StageLog teach(Stages stages, List<SftExample> rows) {
        RunFolder folder = stages.folder();
        if (folder.finished(JUDGE).isPresent()) {
            return folder.finished(JUDGE).orElse(StageLog.EMPTY);
        }
        Batches<SftExample> batches =
                Batches.of(rows, 2 * stages.plan().warmUp().batch(), Examiner.seed(stages.plan(), JUDGE));
        try (Policy judge = stages.warm();
                SftTrainer trainer = folder.hasCheckpoint(JUDGE)
                        ? SftTrainer.resume(judge, stages.sftConfig(), folder.checkpoints(JUDGE))
                        : SftTrainer.start(judge, stages.sftConfig())) {
            StageLog log = stages.counted(
                    JUDGE,
                    StageLoop.Work.of(trainer, batches),
                    trainer.hostState(),
                    EPOCHS * batches.stepsPerEpoch(),
                    stages.saveEverySupervised(),
                    judge,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps()));
            return log;
        }
    }
}
