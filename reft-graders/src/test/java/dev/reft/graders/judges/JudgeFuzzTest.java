package dev.reft.graders.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Output;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a model writes, a judge in this process gives a score from its range, under each policy that gives one. */
class JudgeFuzzTest {
    private static final List<String> BITS = List.of(
            "x",
            "yy",
            "?",
            "```",
            "````\n",
            "\u0000",
            "\ud800",
            "\udc00",
            "\ud83d\ude00",
            "{response}",
            "{answer}",
            "<|im_end|>",
            "<assistant>",
            "[... 9 characters left out ...]",
            "Final verdict: yes",
            "{\"score\": 9}",
            " ",
            "\n",
            "\u2028",
            "\u0130");

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(300),
                Arbitraries.of(BITS).list().ofMaxSize(60).map(bits -> String.join("", bits)),
                Arbitraries.of(BITS).map(bit -> bit.repeat(2_000)),
                Arbitraries.of(BITS).map(bit -> bit.repeat(JudgePrompt.LONGEST_RESPONSE / bit.length() + 1)));
    }

    private static FakeModel model(String reply) {
        return new FakeModel(prompt -> reply, 2_500, Set.of(Output.LOG_PROB));
    }

    private static double score(dev.reft.grading.Grader grader, String text, String reference) throws Exception {
        Prompt prompt = Prompt.text("p", "q", reference);
        Grade grade = grader.grade(prompt, new Completion("p", 0, List.of(), text, Finish.END));
        return ((Grade.Score) grade).value();
    }

    @Property(tries = 300)
    void likelihoods(@ForAll("texts") String text, @ForAll TooLong policy) throws Exception {
        Map<String, Double> verdicts = new LinkedHashMap<>();
        verdicts.put("x", 1.0);
        verdicts.put("yy", -3.0);
        LikelihoodJudge judge = LikelihoodJudge.of(
                        model(""), (prompt, completion) -> "a:" + completion.text() + "?", verdicts)
                .withTooLong(policy == TooLong.FAIL ? TooLong.CUT : policy);
        double score = score(judge, text, "r");
        assertTrue(score >= -3 && score <= 1, () -> "score " + score);
    }

    @Property(tries = 200)
    void asked(@ForAll("texts") String text, @ForAll TooLong policy) throws Exception {
        TooLong scored = policy == TooLong.FAIL ? TooLong.CUT : policy;
        SamplerChatModel yes = SamplerChatModel.of(model("Final verdict: yes"), 20);
        double agreed = score(JudgeGrader.reference(yes).withTooLong(scored), text, "r");
        assertTrue(agreed == 0 || agreed == 1);
        SamplerChatModel five = SamplerChatModel.of(model("{\"score\": 5}"), 20);
        double given = score(JudgeGrader.score(five, "c", 1, 5).withTooLong(scored), text, "r");
        assertTrue(given == 0 || given == 1);
        SamplerChatModel no = SamplerChatModel.of(model("{\"verdicts\":[{\"name\":\"a\",\"verdict\":\"no\"}]}"), 20);
        List<Criterion> criteria = List.of(Criterion.yesNo("a", "Is it bad?", -1));
        double punished =
                score(new RubricGrader(no, criteria, ChatRequest.Options.DEFAULT).withTooLong(scored), text, "r");
        assertTrue(punished == 0 || punished == -1);
        if (text.length() > 2_500 && !text.isBlank() && scored == TooLong.WORST) {
            assertEquals(0, given);
        }
    }
}
