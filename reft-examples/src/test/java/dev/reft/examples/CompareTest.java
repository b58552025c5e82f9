package dev.reft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every method on the real engine, with small numbers: some minutes. */
@Tag("slow")
class CompareTest {
    @TempDir
    Path folder;

    private int compare() {
        return Compare.run(
                "--seeds", "7",
                "--chains", "200",
                "--answers", "600",
                "--tests", "40",
                "--warm-up-epochs", "25",
                "--steps", "3",
                "--prompts", "32",
                "--evaluate-every", "0",
                "--labelled", "300",
                "--votes", "4",
                "--threads", "1",
                "--out", folder.toString());
    }

    @Test
    void allMethodsRunOnceAndAreCompared() throws Exception {
        assertEquals(0, compare());
        String table = Files.readString(folder.resolve("comparison.md"));
        for (String method : List.of(
                "Warm-up (SFT)",
                "SFT continued",
                "Offline-ST",
                "Online-ST",
                "DPO",
                "RLHF",
                "RLAIF",
                "RLVR (GRPO, 1 or 0)",
                "ReFT (PPO)")) {
            assertTrue(table.contains("| " + method + " |"), method + " in\n" + table);
        }
        for (String part : List.of(
                "The commonest of 4 answers",
                "that the reranker likes best",
                "comparisons of two answers",
                "verdicts on an answer",
                "commoner label of 'right'",
                "| DPO | " + "loss of the first batch (ln 2 = 0.693147) | 0.693147 |")) {
            assertTrue(table.contains(part), part + " in\n" + table);
        }
        assertTrue(Files.exists(folder.resolve("comparison.json")) && Files.exists(folder.resolve("comparison.html")));
        // What was followed is plotted beside what was wanted, so that one sees where they part.
        String page = Files.readString(folder.resolve("seed-7/methods.html"));
        for (String chart : List.of(
                "rlhf: the score that is followed",
                "rlhf: what the hidden scorer says",
                "rlhf: pairs ordered as the hidden scorer orders them",
                "rlaif: the score that is followed",
                "rlaif: what the hidden scorer says")) {
            assertTrue(page.contains(chart), chart);
        }
        assertEquals(0, compare());
        assertEquals(table, Files.readString(folder.resolve("comparison.md")), "nothing is run again");
    }

    @Test
    void labelsOfGeneratedProblemsAreNotHadOfFiles() {
        assertEquals(
                2,
                Compare.run(
                        "--model",
                        "none",
                        "--data",
                        "svamp",
                        "--train",
                        "a",
                        "--test",
                        "b",
                        "--methods",
                        "rlhf",
                        "--out",
                        folder.toString()));
    }
}
