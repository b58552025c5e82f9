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
        for (String method :
                List.of("warm-up", "sft", "offline-st", "online-st", "dpo", "rlhf", "rlaif", "rlvr", "ppo")) {
            assertTrue(table.contains(" " + method + " |"), method + " in\n" + table);
        }
        assertTrue(
                table.contains("The commonest of 4 answers") && table.contains("that the reranker likes best"), table);
        assertTrue(Files.exists(folder.resolve("seed-7/methods.html")));
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
