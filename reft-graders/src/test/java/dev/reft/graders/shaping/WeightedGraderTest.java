package dev.reft.graders.shaping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.graders.execution.Sample;
import dev.reft.graders.shaping.WeightedGrader.OnFailure;
import dev.reft.graders.shaping.WeightedGrader.Part;
import dev.reft.grading.Credit;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class WeightedGraderTest {
    private static final Prompt PROMPT = Prompt.text("p", "", "");
    private static final Grader NONE = (prompt, completion) -> Grade.none("not for this");
    private static final Grader DOWN = (prompt, completion) -> {
        throw new IOException("down");
    };

    private static Grader score(double value, String extracted) {
        return (prompt, completion) ->
                new Grade.Score(value, Map.of("sub", 7.0), List.of(new Credit(0, 2)), extracted, "why");
    }

    private static Grade grade(Grader grader) throws Exception {
        return grader.grade(PROMPT, Sample.of(PROMPT, 0, "").completion());
    }

    @Test
    void aMetricChangesNothing() throws Exception {
        Grade.Score score = (Grade.Score) grade(WeightedGrader.of(
                new Part("metric", score(9, "metric's"), 0),
                new Part("broken", DOWN, 0),
                new Part("answer", score(0.5, "42"), 2)));
        assertEquals(1, score.value());
        assertEquals(Map.of("metric", 9.0, "metric.sub", 7.0, "answer", 0.5, "answer.sub", 7.0), score.parts());
        assertEquals("42", score.extracted());
        assertEquals(List.of(new Credit(0, 4)), score.credits());
    }

    @Test
    void metricsAloneAreNoScore() throws Exception {
        assertInstanceOf(
                Grade.None.class,
                grade(WeightedGrader.of(new Part("metric", score(9, ""), 0), new Part("answer", NONE, 1))));
    }

    @Test
    void aPartWithWeightFailsTheGrading() throws Exception {
        assertThrows(IOException.class, () -> grade(WeightedGrader.of(new Part("a", DOWN, 1))));
        Grader returned = (prompt, completion) -> new Grade.Failed(new IOException("x"), 3);
        assertInstanceOf(Grade.Failed.class, grade(WeightedGrader.of(new Part("a", returned, 1))));
    }

    @Test
    void settingsAreChecked() {
        assertThrows(IllegalArgumentException.class, WeightedGrader::of);
        assertThrows(IllegalArgumentException.class, () -> new Part("a", NONE, Double.NaN));
        Part a = new Part("a", NONE, 1);
        assertThrows(IllegalArgumentException.class, () -> WeightedGrader.of(a, a));
    }

    @Test
    void aClosedGateDoesNotAsk() throws Exception {
        Grade.Score closed = (Grade.Score) grade(new GatedGrader(score(0, ""), 1, DOWN, -1));
        assertEquals(-1, closed.value());
        assertEquals(0, closed.parts().get("gate"));
        assertInstanceOf(Grade.None.class, grade(new GatedGrader(NONE, 1, DOWN, -1)));
        assertEquals(0.5, ((Grade.Score) grade(new GatedGrader(score(1, ""), 1, score(0.5, ""), -1))).value());
    }

    @Test
    void aPartsOwnTimeLimitIsThatPartsFailureOnly() throws Exception {
        Grader slow = (prompt, completion) -> {
            throw new TimeoutException("5 s");
        };
        Grader metric = WeightedGrader.of(new Part("slow", slow, 0), new Part("answer", score(0.5, ""), 1));
        assertEquals(0.5, ((Grade.Score) grade(metric)).value());
        Grader lenient = new WeightedGrader(
                List.of(new Part("slow", slow, 1), new Part("answer", score(0.5, ""), 1)), OnFailure.COUNT_ZERO);
        assertEquals(0.5, ((Grade.Score) grade(lenient)).value());
        assertThrows(TimeoutException.class, () -> grade(WeightedGrader.of(new Part("slow", slow, 1))));
    }

    @Test
    void theGradingsDeadlineEndsItAll() {
        Grader metric = WeightedGrader.of(
                new Part("slow", (prompt, completion) -> late(), 0), new Part("answer", score(0.5, ""), 1));
        assertThrows(
                TimeoutException.class, () -> Deadline.in(Duration.ofMillis(1)).call(() -> grade(metric)));
    }

    private static Grade late() throws Exception {
        while (true) {
            Deadline.current().check();
            Thread.onSpinWait();
        }
    }
}
