package dev.reft.examples.run;

import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.LabelledResponse;
import dev.reft.ppo.RerankerConfig;
import dev.reft.ppo.RerankerTrainer;
import dev.reft.ppo.SavedRun;
import dev.reft.ppo.evaluation.Ranker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Voting and reranking on top of what each method learned. The reranker tells right answers from wrong ones; it is a copy of the
 * warmed-up model, fitted to that model's own answers to training questions (section 4.4 of the ReFT paper), and the same for all.
 */
final class Election {
    static final String RERANKER = "reranker";

    /** Name of the part of a run that votes and reranks. */
    static final String PART = "votes";

    private static final int EPOCHS = 3;
    private static final int BATCH = 48;

    private final Stages stages;
    private final int samples;
    private final int questions;

    Election(Stages stages, int samples, int questions) {
        this.stages = stages;
        this.samples = samples;
        this.questions = questions;
    }

    /** Votes and reranks for each of the contestants that has not been through it. */
    void hold(List<String> contestants) {
        Ballot ballot = new Ballot(stages, samples);
        List<String> open =
                contestants.stream().filter(name -> !ballot.complete(name)).toList();
        if (open.isEmpty()) {
            return;
        }
        if (stages.folder().facts(RERANKER).isEmpty()) {
            fit();
        }
        try (LanguageModel reranker = stages.frozen(RERANKER)) {
            Ranker ranker = Ranker.rewardModel(reranker);
            for (String contestant : open) {
                try (Policy policy = stages.opener().get()) {
                    SavedRun.restore(policy, stages.folder().checkpoints(contestant));
                    ballot.hold(contestant, policy, ranker);
                }
            }
        }
    }

    private void fit() {
        RunFolder folder = stages.folder();
        // The answers that DPO and RLHF have choices of serve here too, marked by the right numbers.
        Choices.Sampled sampled = Choices.sampled(stages, questions);
        Map<String, Prompt> prompts = new HashMap<>();
        sampled.questions().forEach(prompt -> prompts.put(prompt.id(), prompt));
        Batches<LabelledResponse> batches =
                Batches.of(labelled(sampled.answers(), prompts), BATCH, Examiner.seed(stages.plan(), RERANKER));
        long steps = EPOCHS * batches.stepsPerEpoch();
        double rate = stages.plan().warmUp().rate();
        RerankerConfig config =
                RerankerConfig.reft().withRates(rate, rate).with(base -> base.schedule(stages.falling(steps)));
        try (Policy model = stages.warm();
                RerankerTrainer trainer = folder.hasCheckpoint(RERANKER)
                        ? RerankerTrainer.resume(model, config, folder.checkpoints(RERANKER))
                        : RerankerTrainer.start(model, config)) {
            StageLog log = stages.counted(
                    RERANKER,
                    new StageLoop.Work(
                            () -> trainer.step(batches.at(trainer.steps())),
                            trainer::steps,
                            trainer::progress,
                            trainer::save),
                    trainer.hostState(),
                    steps,
                    stages.saveEverySupervised(),
                    model,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps()));
            folder.write(
                    RERANKER,
                    new Facts(
                            stages.with("right answers", sampled.questions().size()),
                            sampled.all().seconds() + log.seconds(),
                            Math.max(sampled.all().residentMegabytes(), log.residentMegabytes()),
                            Map.of()));
        }
    }

    /**
     * Different answers, right and wrong. One that was cut off gets no end; if its number is right none the less it is left out, since it is
     * neither a wrong answer nor one to like.
     */
    static List<LabelledResponse> labelled(List<Answer> answers, Map<String, Prompt> prompts) {
        Map<String, LabelledResponse> different = new LinkedHashMap<>();
        for (Answer answer : answers) {
            Prompt prompt = prompts.get(answer.id());
            if (prompt != null && (answer.ended() || !answer.right())) {
                different.putIfAbsent(
                        answer.id() + "\n" + answer.text().strip() + (answer.ended() ? "" : "\n"),
                        new LabelledResponse(prompt, ChoiceRows.response(answer), answer.right()));
            }
        }
        return new ArrayList<>(different.values());
    }
}
