package dev.reft.graders.judges;

import dev.reft.generation.Completion;
import dev.reft.graders.PythonText;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks a judge about a completion. A blank completion is scored {@code blank} without asking; a judge that fails throws, so
 * that the grading is repeated or the sample dropped, and never scored 0.
 *
 * @param judge whom to ask
 * @param prompt what to ask
 * @param ruling how the reply becomes a score
 * @param options how the judge samples
 * @param blank the score of a completion of white space only
 * @param tooLong what becomes of a completion that the judge cannot read whole; the lowest score is {@link Ruling#worst}
 */
public record JudgeGrader(
        ChatModel judge, JudgePrompt prompt, Ruling ruling, ChatRequest.Options options, double blank, TooLong tooLong)
        implements Grader {
    static final String UNREAD = "too long for the judge to read";

    /**
     * A grader that gives a completion that is too long the lowest score.
     *
     * @param judge whom to ask
     * @param prompt what to ask
     * @param ruling how the reply becomes a score
     * @param options how the judge samples
     * @param blank the score of a completion of white space only
     */
    public JudgeGrader(ChatModel judge, JudgePrompt prompt, Ruling ruling, ChatRequest.Options options, double blank) {
        this(judge, prompt, ruling, options, blank, TooLong.WORST);
    }

    /**
     * Whether the completion agrees with the reference: 1 or 0. Of one that is too long the judge reads both ends ({@link TooLong#CUT}), as
     * an answer stands there.
     *
     * @param judge whom to ask
     * @return the grader
     */
    public static JudgeGrader reference(ChatModel judge) {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("yes", 1.0);
        scores.put("no", 0.0);
        return new JudgeGrader(
                judge,
                JudgePrompt.reference("yes", "no"),
                Ruling.ofChoice(scores),
                ChatRequest.Options.GREEDY,
                0,
                TooLong.CUT);
    }

    /**
     * A score by a criterion, from 0 to 1; 0 for a completion that is too long.
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

    /**
     * The same with another policy for completions that the judge cannot read whole.
     *
     * @param policy what becomes of them
     * @return a new grader
     */
    public JudgeGrader withTooLong(TooLong policy) {
        return new JudgeGrader(judge, prompt, ruling, options, blank, policy);
    }

    @Override
    public Grade grade(Prompt problem, Completion completion)
            throws JudgeException, TimeoutException, InterruptedException {
        if (PythonText.strip(completion.text()).isEmpty()) {
            return new Grade.Score(blank, Map.of(), List.of(), "", "the completion is blank");
        }
        Optional<ChatReply> reply = ask(
                judge,
                completion,
                tooLong,
                shown -> new ChatRequest("", prompt.messages(problem, shown), options, ruling.shape()));
        return reply.isEmpty()
                ? new Grade.Score(ruling.worst(), Map.of(), List.of(), "", UNREAD)
                : new Grade.Score(
                        ruling.score(reply.get().text()),
                        Map.of(),
                        List.of(),
                        "",
                        reply.get().text());
    }

    /** Asks about a completion; empty if it is too long and therefore worth the lowest score. */
    static Optional<ChatReply> ask(
            ChatModel judge, Completion completion, TooLong policy, Function<Completion, ChatRequest> question)
            throws JudgeException, TimeoutException, InterruptedException {
        return LongCompletion.<ChatReply, InterruptedException>read(
                completion, policy, "the judge's context", empty -> judge.fits(question.apply(empty)), shown -> {
                    ChatRequest request = question.apply(shown);
                    if (!judge.fits(request)) {
                        return Optional.empty();
                    }
                    try {
                        return Optional.of(judge.answer(request));
                    } catch (JudgeException e) {
                        if (e.kind() != JudgeException.Kind.TOO_LONG) {
                            throw e;
                        }
                        return Optional.empty();
                    }
                });
    }
}
