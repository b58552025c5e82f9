package dev.reft.graders.shaping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.reft.generation.Completion;
import dev.reft.graders.execution.Sample;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GroupLengthGraderTest {
    private static final Prompt PROMPT = Prompt.text("p", "", "");

    private static List<Completion> group(String... texts) {
        return java.util.stream.IntStream.range(0, texts.length)
                .mapToObj(i -> Sample.of(PROMPT, i, texts[i]).completion())
                .toList();
    }

    @Test
    void aFailedCompletionIsDroppedAlone() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader judge = (prompt, completion) -> {
            calls.incrementAndGet();
            if (completion.text().isEmpty()) {
                throw new IOException("the judge is down");
            }
            return completion.text().startsWith("n") ? Grade.none("not for this") : Grade.of(1);
        };
        GroupLengthGrader grader = new GroupLengthGrader(judge, 1, LengthUnit.CODE_POINTS);
        List<Completion> group = group("aa", "", "aaaa", "nnnnnnnn", "aaa");
        List<Grade> grades;
        try (GradingDesk desk = new GradingDesk(grader, GradingLimits.DEFAULT, null)) {
            grades = desk.await(desk.submit(PROMPT, group));
        }
        assertEquals(0.5, ((Grade.Score) grades.get(0)).value());
        assertEquals(
                "the judge is down",
                assertInstanceOf(Grade.Failed.class, grades.get(1)).cause().getMessage());
        assertEquals(-0.5, ((Grade.Score) grades.get(2)).value());
        assertInstanceOf(Grade.None.class, grades.get(3));
        assertEquals(0, ((Grade.Score) grades.get(4)).value());
        assertEquals(5, calls.get(), "what was graded is not graded again");
    }
}
