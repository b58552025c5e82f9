package dev.reft.graders.judges;

import dev.reft.generation.Completion;
import dev.reft.graders.PythonText;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Asks a judge about a completion. A blank completion is scored {@code blank} without asking; a judge that fails throws, so
 * that the grading is repeated or the sample dropped, and never scored 0.
 *
 * @param judge whom to ask
 * @param prompt what to ask
 * @param ruling how the reply becomes a score
 * @param options how the judge samples
 * @param blank the score of a completion of white space only
 */
public record JudgeGrader(ChatModel judge, JudgePrompt prompt, Ruling ruling, ChatRequest.Options options, double blank)
        implements Grader {
    /**
     * Whether the completion agrees with the reference: 1 or 0.
     *
     * @param judge whom to ask
     * @return the grader
     */
    public static JudgeGrader reference(ChatModel judge) {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("yes", 1.0);
        scores.put("no", 0.0);
        return new JudgeGrader(
                judge, JudgePrompt.reference("yes", "no"), Ruling.ofChoice(scores), ChatRequest.Options.GREEDY, 0);
    }

    /**
     * A score by a criterion, from 0 to 1.
     *
     * @param judge whom to ask
     * @param criterion what counts, in plain words
     * @param low the worst score that the judge may give
     * @param high the best
     * @return the grader
     */
    public static JudgeGrader score(ChatModel judge, String criterion, double low, double high) {
        return new JudgeGrader(
                judge,
                JudgePrompt.score(criterion, low, high),
                Ruling.ofScore(low, high),
                ChatRequest.Options.GREEDY,
                0);
    }

    @Override
    public Grade grade(Prompt problem, Completion completion)
            throws JudgeException, TimeoutException, InterruptedException {
        if (PythonText.strip(completion.text()).isEmpty()) {
            return new Grade.Score(blank, Map.of(), List.of(), "", "the completion is blank");
        }
        ChatReply reply =
                judge.answer(new ChatRequest("", prompt.messages(problem, completion), options, ruling.shape()));
        return new Grade.Score(ruling.score(reply.text()), Map.of(), List.of(), "", reply.text());
    }
}
