package dev.reft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuickstartTest {
    @TempDir
    Path folder;

    @Test
    void wrongOptionsAreToldInOneLine() {
        assertTrue(
                failure("--data", "svamp").contains("the embedded model knows the words of generated problems only"));
        assertTrue(failure("--model", "x", "--data", "svamp").contains("SVAMP needs a training file and a test file"));
        assertTrue(failure("--prompts", "0").contains("PPO prompts 0 must be at least 1"));
        assertTrue(failure("--prompts", "many").contains("'many' is not an int"));
        assertFalse(failure("--prompts", "0").contains("\tat "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"svamp-pcot", "svamp_pcot", "SVAMP_PCOT", "Svamp-PCoT"})
    void aKindOfDataIsKnownAsHelpAndAsRecordsSpellIt(String spelling) {
        String said = failure("--model", "x", "--data", spelling);
        assertTrue(said.contains("SVAMP_PCOT needs a training file and a test file"), said);
    }

    @Test
    void anUnknownKindOfDataIsToldWithThoseThereAre() {
        String said = failure("--data", "svampcot");
        assertTrue(said.contains("'svampcot' is none of words, svamp, svamp-pcot, mathqa, gsm8k, jsonl"), said);
    }

    @Test
    void helpNamesEveryOption() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, Quickstart.run("--help"));
        } finally {
            System.setOut(before);
        }
        String help = bytes.toString(StandardCharsets.UTF_8);
        for (String option : new String[] {"--model", "--data", "--steps", "--kl", "--seed", "--out", "--threads"}) {
            assertTrue(help.contains(option), option);
        }
    }

    @Test
    void aMissingFileIsNamed() {
        String failure = failure(
                "--model",
                "x",
                "--data",
                "gsm8k",
                "--train",
                folder.resolve("no.jsonl").toString(),
                "--test",
                "b");
        assertTrue(failure.contains("no.jsonl"), failure);
    }

    private String failure(String... options) {
        String[] all = new String[options.length + 2];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = "--out";
        all[options.length + 1] = folder.resolve("out").toString();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            assertTrue(Quickstart.run(all) != 0);
        } finally {
            System.setErr(before);
        }
        assertFalse(Files.exists(folder.resolve("out/checkpoints")));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
