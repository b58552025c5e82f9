package dev.reft.examples.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now;

    @Test
    void writesOverItselfOnATerminal() {
        ProgressLine line = new ProgressLine(out, true, 100, () -> now);
        line.start("PPO", 0, 200);
        now += 10_000_000_000L;
        line.update(50, "reward 0.61");
        line.update(51, "too soon");
        now += 1_000_000_000L;
        line.end("accuracy 61 %");
        String text = text();
        assertEquals(3, text.chars().filter(c -> c == '\r').count());
        assertTrue(
                text.contains(
                        "\rPPO                  [######------------------]  25 %  50/200  0:30 left  reward 0.61"),
                text);
        assertFalse(text.contains("too soon"));
        assertTrue(text.contains("\rPPO                  done in 0:11  accuracy 61 %"), text);
        assertTrue(text.endsWith(System.lineSeparator()));
        assertFalse(text.contains("\u001b"));
    }

    @Test
    void wipesWhatALongerLineLeft() {
        ProgressLine line = new ProgressLine(out, true, 40, () -> now);
        line.say("x".repeat(60));
        line.start("a", 0, 1);
        bytes.reset();
        now += 1_000_000_000L;
        line.end("");
        assertTrue(text().startsWith("\ra                    done in 0:01 "), text());
        for (String part : text().split("[\r\n]+")) {
            assertTrue(part.length() < 40, part);
        }
    }

    @Test
    void writesFewPlainLinesToAFile() {
        ProgressLine line = new ProgressLine(out, false, 40, () -> now);
        line.start("evaluate", 0, 1000);
        for (int i = 1; i <= 1000; i++) {
            now += 25_000_000L;
            line.update(i, "accuracy 0.5");
        }
        line.end("done");
        assertFalse(text().contains("\r"));
        assertEquals(4, text().lines().count());
    }

    @Test
    void doesNotCountEarlierWorkForTheTimeLeft() {
        ProgressLine line = new ProgressLine(out, true, 100, () -> now);
        line.start("PPO", 150, 200);
        now += 10_000_000_000L;
        line.update(160, "");
        assertTrue(text().contains("160/200  0:40 left"), text());
    }

    @Test
    void showsAPhaseWithoutUnits() {
        new ProgressLine(out, true, 100, () -> now).start("nothing", 0, 0);
        assertTrue(text().contains("100 %  0/0"), text());
        assertThrows(IllegalArgumentException.class, () -> new ProgressLine(out, true, 39, () -> now));
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
