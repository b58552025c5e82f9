package dev.reft.graders.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Output;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LikelihoodJudgeTest {
    private static final Prompt PROMPT = Prompt.text("p", "Capital of France?", "Paris");
    private static final Completion COMPLETION = new Completion("p", 0, List.of(), "xx", Finish.END);

    private static Map<String, Double> verdicts(String first, double one, String second, double other) {
        Map<String, Double> verdicts = new LinkedHashMap<>();
        verdicts.put(first, one);
        verdicts.put(second, other);
        return verdicts;
    }

    private static FakeModel model(int context) {
        return new FakeModel(prompt -> "", context, Set.of(Output.LOG_PROB));
    }

    /** In "ask:xx?" the token x was there twice (log-probability -0.1), y never (-2). */
    @Test
    void theScoreIsTheMeanOverTheProbabilitiesOfTheVerdicts() throws Exception {
        Grade.Score grade = (Grade.Score) LikelihoodJudge.of(
                        model(100), (prompt, completion) -> "ask:" + completion.text() + "?", verdicts("x", 1, "y", -1))
                .grade(PROMPT, COMPLETION);
        double x = Math.exp(-0.1f);
        double y = Math.exp(-2);
        assertEquals((x - y) / (x + y), grade.value(), 1e-6);
        assertEquals(x / (x + y), grade.parts().get("x"), 1e-6);
        assertEquals(y / (x + y), grade.parts().get("y"), 1e-6);
    }

    /** All tokens of a verdict count: "yy" is -2 and then -1, since y was there once. */
    @Test
    void aVerdictOfSeveralTokensHasTheProductOfTheirProbabilities() throws Exception {
        Grade.Score grade = (Grade.Score) LikelihoodJudge.of(
                        model(100), (prompt, completion) -> "ask:" + completion.text() + "?", verdicts("x", 1, "yy", 0))
                .grade(PROMPT, COMPLETION);
        double x = Math.exp(-0.1f);
        double y = Math.exp(-3);
        assertEquals(x / (x + y), grade.value(), 1e-6);
    }

    @Test
    void aQuestionThatDoesNotFitFailsForGood() {
        LikelihoodJudge judge =
                LikelihoodJudge.of(model(5), (prompt, completion) -> "too long", verdicts("x", 1, "y", 0));
        JudgeException thrown = assertThrows(JudgeException.class, () -> judge.grade(PROMPT, COMPLETION));
        assertFalse(thrown.retryable());
        assertEquals(
                "the question alone is too long for the context of 5 tokens of the judge 'fake'", thrown.getMessage());
    }

    @Test
    void verdictsAreChecked() {
        assertThrows(
                IllegalArgumentException.class, () -> LikelihoodJudge.of(model(9), (p, c) -> "", Map.of("x", 1.0)));
        assertThrows(
                IllegalArgumentException.class,
                () -> LikelihoodJudge.of(model(9), (p, c) -> "", verdicts("x", 1, "y", Double.NaN)));
        assertThrows(
                IllegalArgumentException.class,
                () -> LikelihoodJudge.of(model(9), (p, c) -> "", verdicts("x", 1, "", 0)));
    }
}
