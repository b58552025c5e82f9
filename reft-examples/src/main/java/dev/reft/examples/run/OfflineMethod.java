package dev.reft.examples.run;

import dev.reft.graders.AnswerScores;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.OfflineSelfTraining;
import dev.reft.ppo.SelfTrainingSet;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Offline self-training: the warmed-up model answers the questions for half of the time that PPO took, right answers are kept (at most ten
 * different ones a question), and for the other half it learns them together with the worked solutions.
 */
final class OfflineMethod implements Method {
    private static final int MOST = 10;
    private static final int EACH = 4;

    @Override
    public String name() {
        return "offline-st";
    }

    @Override
    public Facts train(Stages stages) {
        RunFolder folder = stages.folder();
        Samples.Piece sampled;
        try (Policy policy = stages.warm()) {
            sampled = sample(stages, policy);
        }
        List<SftExample> examples = examples(stages, sampled.answers());
        try (Policy policy = stages.warm();
                SftTrainer trainer = folder.hasCheckpoint(name())
                        ? SftTrainer.resume(policy, stages.sftConfig(), folder.checkpoints(name()))
                        : SftTrainer.start(policy, stages.sftConfig())) {
            Batches<SftExample> batches =
                    Batches.of(examples, stages.plan().warmUp().batch(), Examiner.seed(stages.plan(), "offline"));
            StageLog log = stages.timed(
                    name(),
                    StageLoop.Work.of(trainer, batches),
                    trainer.hostState().isEmpty()
                            ? StageLog.after(sampled.seconds())
                            : RunFolder.log(trainer.hostState()),
                    sampled.seconds(),
                    0,
                    stages.budget(),
                    stages.saveEverySupervised(),
                    policy,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps()));
            int kept = examples.size() - stages.data().examples().size();
            return new Facts(
                    stages.answers(),
                    log.seconds(),
                    Math.max(sampled.residentMegabytes(), log.residentMegabytes()),
                    Map.of("own answers kept", (double) kept));
        }
    }

    /** Rounds over all questions, each with other draws, until half of the time is gone. */
    private static Samples.Piece sample(Stages stages, Policy policy) {
        List<Answer> answers = new ArrayList<>();
        double seconds = 0;
        double resident = 0;
        double half = stages.budget() / 2;
        for (int round = 0; seconds < half; round++) {
            double before = seconds;
            String name = "offline-" + round;
            Samples.Piece piece = new Samples(stages)
                    .take(
                            name,
                            stages.data().prompts(),
                            EACH,
                            spent -> before + spent < half,
                            (questions, first) -> kept(stages, policy, questions, name + "/" + first));
            answers.addAll(piece.answers());
            seconds += piece.seconds();
            resident = Math.max(resident, piece.residentMegabytes());
        }
        return new Samples.Piece(seconds, resident, answers);
    }

    private static List<Answer> kept(Stages stages, Policy policy, List<Prompt> questions, String place) {
        SelfTrainingSet set = new OfflineSelfTraining(
                        policy, stages.data().grader(AnswerScores.BINARY), Samples.draws(stages, EACH, place), MOST)
                .sample(questions);
        return set.questions().stream()
                .flatMap(q -> q.kept().stream()
                        .map(kept -> new Answer(
                                q.prompt().id(), kept.text(), q.prompt().reference(), true, true)))
                .toList();
    }

    /** The worked solutions, and at most ten different answers to each question over all rounds. */
    private static List<SftExample> examples(Stages stages, List<Answer> answers) {
        List<SftExample> examples = new ArrayList<>(stages.data().examples());
        Map<String, Prompt> prompts = new HashMap<>();
        stages.data().prompts().forEach(prompt -> prompts.put(prompt.id(), prompt));
        Map<String, Set<String>> seen = new HashMap<>();
        stages.data()
                .examples()
                .forEach(gold -> seen.computeIfAbsent(gold.id(), id -> new HashSet<>())
                        .add(gold.completion().strip()));
        Map<String, Integer> counts = new HashMap<>();
        for (Answer answer : answers) {
            Prompt prompt = prompts.get(answer.id());
            if (prompt != null
                    && counts.getOrDefault(answer.id(), 0) < MOST
                    && seen.computeIfAbsent(answer.id(), id -> new HashSet<>())
                            .add(answer.text().strip())) {
                int count = counts.merge(answer.id(), 1, Integer::sum);
                examples.add(new SftExample(
                        answer.id() + "/own-" + count,
                        prompt.input(),
                        answer.text().strip()));
            }
        }
        return examples;
    }
}
