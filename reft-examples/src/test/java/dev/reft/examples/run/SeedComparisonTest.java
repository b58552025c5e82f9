package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedComparisonTest {
    @TempDir
    Path folder;

    @Test
    void tableOfTwoSeeds() throws Exception {
        Path a = run("a", "1000", "1100", "1111");
        Path b = run("b", "0000", "1001", "1110");
        List<String> lines = new SeedComparison().lines(List.of(a, b));
        assertEquals("| a | 25.0 | 50.0 | 100.0 | +75.0 | +50.0 | 2 / 0, 0.50 |", lines.get(2));
        assertEquals("| b | 0.0 | 50.0 | 75.0 | +75.0 | +25.0 | 2 / 1, 1.0 |", lines.get(3));
        // Two values x +- d: the interval is +- t(0.975, 1) d = 12.706 d.
        assertTrue(lines.get(4).startsWith("| mean [95 %] | 12.5 [-146.3, 171.3] | 50.0 [50.0, 50.0] |"), lines.get(4));
        assertTrue(lines.get(4).endsWith("| 4 / 1, p = 0.38 |"), lines.get(4));
        // Differences 50 and 25: t = 37.5 / 12.5 = 3 with one degree of freedom, p = 1 - 2 atan(3) / pi.
        assertTrue(lines.get(6).contains("p = 0.20"), lines.get(6));
        assertTrue(lines.get(6).contains("75.0 points"), lines.get(6));
    }

    @Test
    void anUnfinishedRunIsRefused() throws Exception {
        Path a = run("a", "1000", "1100", "1111");
        Path empty = run("b", "", "", "");
        IOException refusal = assertThrows(IOException.class, () -> new SeedComparison().lines(List.of(a, empty)));
        assertTrue(String.valueOf(refusal.getMessage()).contains("warm-up-test.jsonl has no answers"));
    }

    private Path run(String name, String warmUp, String sft, String ppo) throws IOException {
        Path run = folder.resolve(name);
        Files.createDirectories(run.resolve("answers"));
        write(run, ReftRun.WARM_UP, warmUp);
        write(run, ReftRun.SFT, sft);
        write(run, ReftRun.PPO, ppo);
        return run;
    }

    private static void write(Path run, String contestant, String verdicts) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < verdicts.length(); i++) {
            lines.append("{\"id\":\"%d\",\"text\":\"\",\"extracted\":\"\",\"right\":%b,\"ended\":true}%n"
                    .formatted(i, verdicts.charAt(i) == '1'));
        }
        Files.writeString(run.resolve("answers/" + contestant + "-test.jsonl"), lines);
    }
}
