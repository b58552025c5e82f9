package dev.reft.examples.run;

import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.LabelledResponse;
import dev.reft.ppo.RerankerConfig;
import dev.reft.ppo.RerankerTrainer;
import dev.reft.ppo.Response;
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

    private static final int EACH = 4;
    private static final int EPOCHS = 2;
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
        try (Policy reranker = stages.warm()) {
            fit(reranker);
            try (LanguageModel frozen = reranker.frozenCopy()) {
                Ranker ranker = Ranker.rewardModel(frozen);
                for (String contestant : open) {
                    try (Policy policy = stages.opener().get()) {
                        SavedRun.restore(policy, stages.folder().checkpoints(contestant));
                        ballot.hold(contestant, policy, ranker);
                    }
                }
            }
        }
    }

    private void fit(Policy model) {
        RunFolder folder = stages.folder();
        if (folder.finished(RERANKER).isPresent()) {
            SavedRun.restore(model, folder.checkpoints(RERANKER));
            return;
        }
        Batches<LabelledResponse> batches = Batches.of(labelled(model), BATCH, Examiner.seed(stages.plan(), RERANKER));
        double rate = stages.plan().warmUp().rate();
        RerankerConfig config = RerankerConfig.reft().withRates(rate / 4, rate);
        try (RerankerTrainer trainer = folder.hasCheckpoint(RERANKER)
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
                    EPOCHS * batches.stepsPerEpoch(),
                    0,
                    stages.saveEverySupervised(),
                    model,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps()));
        }
    }

    /** Different answers of the warmed-up model, right and wrong. */
    private List<LabelledResponse> labelled(Policy warm) {
        List<Prompt> all = stages.data().prompts();
        List<Prompt> some = all.subList(0, Math.min(all.size(), questions));
        Map<String, Prompt> prompts = new HashMap<>();
        some.forEach(prompt -> prompts.put(prompt.id(), prompt));
        Map<String, LabelledResponse> different = new LinkedHashMap<>();
        for (Answer answer : new Samples(stages).all(RERANKER, warm, some, EACH).answers()) {
            Prompt prompt = prompts.get(answer.id());
            if (prompt != null) {
                different.putIfAbsent(
                        answer.id() + "\n" + answer.text().strip(),
                        new LabelledResponse(prompt, Response.of(answer.text().strip()), answer.right()));
            }
        }
        return new ArrayList<>(different.values());
    }
}
