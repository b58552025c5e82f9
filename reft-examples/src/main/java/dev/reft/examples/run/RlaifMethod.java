package dev.reft.examples.run;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.SavedRun;
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
    private static final int EPOCHS = 4;

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
    public String labels(Stages stages) {
        return 2 * labelled + " yes or no to an answer";
    }

    @Override
    public Map<String, Double> train(Stages stages) {
        Map<String, Prompt> prompts = new HashMap<>();
        List<Prompt> all = stages.data().prompts();
        all.forEach(prompt -> prompts.put(prompt.id(), prompt));
        int held = Math.max(1, labelled / 5);
        List<Prompt> questions = all.subList(0, Math.min(all.size(), labelled + held));
        Samples.Piece sampled;
        try (Policy policy = stages.warm()) {
            sampled = new Samples(stages).all("labelled", policy, questions, 1);
        }
        int cut = Math.min(labelled, sampled.answers().size());
        Map<String, Double> measures = new LinkedHashMap<>();
        try (Policy judge = stages.warm()) {
            StageLog log = teach(
                    stages, judge, JudgeRows.examples(sampled.answers().subList(0, cut), prompts), sampled.seconds());
            measures.put(BEFORE, log.seconds());
            List<Answer> others =
                    sampled.answers().subList(cut, sampled.answers().size());
            for (String rubric : List.of(JudgeRows.RIGHT, JudgeRows.SOUND)) {
                try (LanguageModel frozen = judge.frozenCopy()) {
                    measures.put("agreement on '" + rubric + "'", JudgeRows.agreement(frozen, rubric, others, prompts));
                }
            }
            try (LanguageModel frozen = judge.frozenCopy();
                    Policy policy = stages.warm()) {
                stages.reinforce(
                        name(),
                        policy,
                        Stages.learnedReward(stages.plan()),
                        withHidden(JudgeRows.judge(frozen, JudgeRows.RIGHT)),
                        stages.plan().ppo().prompts());
                stages.examiner().examine(name(), policy);
            }
        }
        return measures;
    }

    /** The judge's scores, with whether the answer is right beside them. */
    private static Grader withHidden(Grader judge) {
        return (prompt, completion) -> {
            Grade grade = judge.grade(prompt, completion);
            if (!(grade instanceof Grade.Score score)) {
                return grade;
            }
            Map<String, Double> parts = new LinkedHashMap<>(score.parts());
            parts.put(RlhfMethod.HIDDEN, JudgeRows.label(JudgeRows.RIGHT, prompt, completion.text()) ? 1.0 : 0.0);
            return new Grade.Score(score.value(), parts, score.credits(), score.extracted(), score.explanation());
        };
    }

    /** Supervised steps on the labelled rows. */
    private static StageLog teach(Stages stages, Policy judge, List<SftExample> rows, double before) {
        RunFolder folder = stages.folder();
        if (folder.finished(JUDGE).isPresent()) {
            SavedRun.restore(judge, folder.checkpoints(JUDGE));
            return folder.finished(JUDGE).orElse(StageLog.EMPTY);
        }
        Batches<SftExample> batches =
                Batches.of(rows, 2 * stages.plan().warmUp().batch(), Examiner.seed(stages.plan(), JUDGE));
        try (SftTrainer trainer = folder.hasCheckpoint(JUDGE)
                ? SftTrainer.resume(judge, stages.sftConfig(), folder.checkpoints(JUDGE))
                : SftTrainer.start(judge, stages.sftConfig())) {
            StageLog log = stages.counted(
                    JUDGE,
                    StageLoop.Work.of(trainer, batches),
                    trainer.hostState().isEmpty()
                            ? RunFolder.text(new StageLog(before, List.of(), List.of()))
                            : trainer.hostState(),
                    EPOCHS * batches.stepsPerEpoch(),
                    0,
                    stages.saveEverySupervised(),
                    judge,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps()));
            return log;
        }
    }
}
