package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Adapter;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.ppo.Batches;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.PreferenceConfig;
import dev.reft.ppo.PreferenceTrainer;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.feedback.FeedbackSheet;
import dev.reft.ppo.statistics.Estimate;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.CheckpointShelf;
import dev.reft.ppo.watch.Warning;
import dev.reft.testkit.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's evaluation, watch, ratings and stages run. */
class WatchedTest {
    /** Right if the completion begins with the letter that was asked for, which is also the vote. */
    private static final Grader GRADER = (prompt, completion) -> {
        String first = completion.text().isEmpty() ? "" : completion.text().substring(0, 1);
        return new Grade.Score(first.equals(prompt.reference()) ? 1 : 0, Map.of(), List.of(), first, "");
    };

    @TempDir
    Path folder;

    private static Policy policy() {
        Training training =
                new Training(new ValueHead.Shared(), new Adapter.Full(), Optimizer.AdamW.DEFAULT, 3, Replicas.SINGLE);
        return TinyModel.of("abcdef>").withContext(32).policy(training);
    }

    private static List<Prompt> prompts() {
        List<Prompt> prompts = new ArrayList<>();
        for (String letter : List.of("a", "b", "c", "d", "e", "f")) {
            prompts.add(Prompt.text(letter, letter + ">", letter));
        }
        return prompts;
    }

    private static PpoConfig config() {
        return PpoConfig.reft().toBuilder()
                .maxTokens(3)
                .samplesPerPrompt(4)
                .policyRate(1e-2)
                .valueRate(1e-2)
                .build();
    }

    @Test
    void oneSamplingIsVotedOnAndReranked() throws IOException {
        try (Policy policy = policy()) {
            Path audit = folder.resolve("audit.jsonl");
            Estimate difference = Watched.votedAndReranked(policy, policy, GRADER, prompts(), audit);
            assertTrue(difference.low() <= difference.high());
            assertEquals(6 * 16, Files.readAllLines(audit).size());
        }
    }

    @Test
    void aWatchIsResumedWithTheTrainer() {
        List<Warning> warnings = new ArrayList<>();
        for (int until : List.of(6, 12)) {
            try (Policy policy = policy();
                    PpoTrainer trainer = Files.exists(folder.resolve("latest"))
                            ? PpoTrainer.of(policy)
                                    .grader(GRADER)
                                    .config(config())
                                    .resume(folder)
                            : PpoTrainer.of(policy)
                                    .grader(GRADER)
                                    .config(config())
                                    .start()) {
                warnings.addAll(Watched.watched(
                        policy,
                        trainer,
                        Batches.of(prompts(), 6, 1),
                        new Evaluator(policy, GRADER, EvaluationConfig.greedy(3)),
                        prompts(),
                        List.of(Row.of(
                                policy.tokenizer().encode("ab"),
                                policy.tokenizer().encode("cd"))),
                        folder,
                        until));
                assertEquals(until, trainer.steps());
                assertFalse(trainer.hostState().isEmpty());
            }
        }
        warnings.forEach(warning -> assertFalse(warning.advice().isEmpty()));
        CheckpointShelf shelf = CheckpointShelf.open(folder.resolve("best"), BestCheckpoints.KEPT);
        List<Long> kept = new ArrayList<>();
        for (BestCheckpoints.Entry entry : shelf.best().entries()) {
            try (Policy policy = policy();
                    PpoTrainer trainer = PpoTrainer.of(policy)
                            .grader(GRADER)
                            .config(config())
                            .resume(shelf.path(entry.step()))) {
                kept.add(trainer.steps());
                double score = new Evaluator(policy, GRADER, EvaluationConfig.greedy(3))
                        .evaluate(prompts())
                        .accuracy();
                assertEquals(entry.score(), score, "what lies there is what was measured");
            }
        }
        assertEquals(List.of(1L, 6L, 11L), kept.stream().sorted().toList());
    }

    @Test
    void peopleAreAskedAndLearnedFrom() throws IOException {
        try (Policy policy = policy();
                PpoTrainer trainer =
                        PpoTrainer.of(policy).grader(GRADER).config(config()).start()) {
            Rollouts rollouts = trainer.collect(prompts());
            FeedbackSheet sheet = Watched.ask(rollouts, folder);
            assertTrue(Files.readString(folder.resolve("rate.html")).contains("Which answers help?"));
            sheet.writeJsonl(folder.resolve("sheet.jsonl"));
            assertEquals(6, Files.readAllLines(folder.resolve("sheet.jsonl")).size());
            List<String> rows = new ArrayList<>();
            for (Prompt prompt : prompts()) {
                rows.add("{\"sheet\":\"" + sheet.digest() + "\",\"item\":\"" + prompt.id()
                        + "\",\"scores\":{\"0\":1,\"1\":5,\"2\":3,\"3\":3}}");
            }
            Path rated = Files.write(folder.resolve("ratings.jsonl"), rows);
            assertEquals(
                    3, Watched.learn(trainer, rollouts, sheet, List.of(rated)).metric("objective/raw_scores"));
            assertEquals(1, trainer.steps());
            try (Policy other = policy();
                    PreferenceTrainer dpo = PreferenceTrainer.start(other, PreferenceConfig.dpo())) {
                StepReport first = Watched.prefer(dpo, rollouts, sheet, List.of(rated));
                assertEquals(Math.log(2), first.metric("loss"), 1e-6);
                assertEquals(1, dpo.steps());
            }
        }
    }

    @Test
    void stagesRunOnce() throws IOException {
        Path data = Files.writeString(folder.resolve("rows.jsonl"), "{}\n");
        Path run = folder.resolve("run");
        Watched.stages(run, data);
        Watched.stages(run, data);
        assertEquals(
                "after SFT\nafter DPO\n", Files.readString(run.resolve("dpo").resolve("model.txt")));
        assertTrue(Files.exists(run.resolve("sft").resolve("provenance.json")));
    }
}
