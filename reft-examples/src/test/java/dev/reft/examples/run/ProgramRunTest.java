package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.examples.data.Problem;
import dev.reft.examples.data.ProblemFiles.Fields;
import dev.reft.examples.data.ProgramFormat;
import dev.reft.examples.run.RunPlan.DataKind;
import dev.reft.examples.run.RunPlan.DataPlan;
import dev.reft.examples.run.RunPlan.EvaluationPlan;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.examples.run.RunPlan.PpoPlan;
import dev.reft.examples.run.RunPlan.WarmUpPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.AnswerScores;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Precision;
import dev.reft.model.Training;
import dev.reft.ppo.SftExample;
import dev.reft.testkit.tiny.TinyModel;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose answers are programs: SFT and ReFT, with what the programs return as the reward. */
class ProgramRunTest {
    private static final TinyModel MODEL = TinyModel.of("0123456789+:\n QAabcdefghilnorstuvw\"().,=Tx")
            .withContext(110)
            .withSizes(24, 2, 48, 1)
            .withSeed(3);

    @TempDir
    Path folder;

    private static RunPlan plan(Path train, Path test, int tests) {
        return new RunPlan(
                new ModelPlan("tiny", "cpu", Precision.FP32, 0, false, 0),
                new DataPlan(
                        DataKind.SVAMP_PCOT, train.toString(), test.toString(), Fields.REFT, 0, 0, tests, true, false),
                new WarmUpPlan(60, 2, 1e-2, 0),
                new PpoPlan(2, 2, 4, 1, 1, 1, 1e-3, 1e-3, 0.95, 5, 0.05, 1, 0.1, 0),
                new EvaluationPlan(1, 2, 2, 8, false),
                20,
                1,
                1);
    }

    private static ProgressLine quiet() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return new ProgressLine(nowhere, false, 80, System::nanoTime);
    }

    private Path rows() throws Exception {
        StringBuilder rows = new StringBuilder("[");
        for (int a = 1; a <= 2; a++) {
            rows.append(a == 1 ? "" : ",")
                    .append("{\"item_id\":\"svamp_%d\",\"question\":\"%d+3\",\"answer_value\":\"%d.0\",\"answer_cot\":"
                            .formatted(a, a, a + 3))
                    .append("\"def solution():\\n    \\\"\\\"\\\"%d+3\\\"\\\"\\\"\\n    return %d+3\"}"
                            .formatted(a, a));
        }
        return Files.writeString(folder.resolve("pcot.json"), rows + "]");
    }

    @Test
    void aRunLearnsFromWhatProgramsReturn() throws Exception {
        RunPlan plan = plan(rows(), rows(), 0);
        ReftRun.go(plan, folder.resolve("run"), () -> MODEL.policy(Training.full(1)), quiet());
        RunFolder run = RunFolder.open(folder.resolve("run"), plan);
        List<Answer> answers = run.answers("ppo-test");
        run.close();
        assertEquals(2, answers.size());
        // The tiny model knows the two bodies by heart; that they are right says the sandbox.
        assertTrue(answers.stream().allMatch(a -> a.text().contains("return")), answers.toString());
        assertTrue(answers.stream().anyMatch(Answer::right), answers.toString());
        StageLog log = RunFolder.log(Files.readString(folder.resolve("run/finished-ppo.json")));
        double reward = log.points().get(0).metrics().getOrDefault("objective/scores", Double.NaN);
        assertTrue(reward > 0 && reward <= 1, "reward " + reward);
    }

    @Test
    void aBodyIsRunAndOnlyARightResultIsPaidInFull() throws Exception {
        RunData data = RunData.of(plan(rows(), rows(), 0));
        Grader grader = data.grader(new AnswerScores(1, 0.1, 0));
        Prompt prompt = data.tests().get(RunData.TEST).get(0);
        assertEquals(1, score(grader, prompt, "    return 1+3"));
        assertEquals(1, score(grader, prompt, "    import math\n    return math.floor(4.5)"));
        assertEquals(0.1, score(grader, prompt, "    return 5"));
        assertEquals(0, score(grader, prompt, "    return"));
        assertEquals(0, score(grader, prompt, "    return 1/0"));
        assertEquals(0, score(grader, prompt, "no program"));
    }

    @Test
    void aChainThatIsNoProgramIsRefusedByName() {
        Problem words = new Problem("svamp_7", "svamp", "1+3", "1+3=4", "4");
        String message = assertThrows(IllegalArgumentException.class, () -> ProgramFormat.target(words))
                .getMessage();
        assertTrue(message.contains("svamp_7") && message.contains("1+3=4"), message);
    }

    /** The released rows: every program can be cut into prompt and body, and put together again it gives the row's answer. */
    @Test
    void theReleasedProgramsEarnTheReward() throws Exception {
        String shared = System.getProperty("reft.shared", "");
        Path svamp = Path.of(shared.isEmpty() ? "absent" : shared, "data", "svamp");
        assumeTrue(Files.isDirectory(svamp), "no SVAMP in reft.shared '" + shared + "': not tested");
        RunData data = RunData.of(plan(svamp.resolve("train_pcot.json"), svamp.resolve("test.json"), 20));
        assertTrue(data.examples().size() > 2900, data.examples().size() + " examples");
        assertEquals(20, data.tests().get(RunData.TEST).size());
        Grader grader = data.grader(AnswerScores.BINARY);
        int right = 0;
        for (int i = 0; i < 40; i++) {
            SftExample example = data.examples().get(i);
            Prompt prompt = data.prompts().get(i);
            assertEquals(example.id(), prompt.id());
            right += (int) score(grader, prompt, example.completion());
        }
        assertTrue(right >= 39, right + " of 40 programs give their row's answer");
    }

    private static double score(Grader grader, Prompt prompt, String text) throws Exception {
        Completion completion = new Completion(prompt.id(), 0, List.of(), text, Finish.END);
        return assertInstanceOf(Grade.Score.class, grader.grade(prompt, completion))
                .value();
    }
}
