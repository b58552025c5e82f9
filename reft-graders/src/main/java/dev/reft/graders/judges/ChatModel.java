package dev.reft.graders.judges;

import java.util.concurrent.TimeoutException;

/** A model that answers a chat. Called from several threads at once. */
@FunctionalInterface
public interface ChatModel {
    /**
     * Answers.
     *
     * @param request the question
     * @return the answer
     * @throws JudgeException if no answer can be had; of the kind TOO_LONG if the question is too long
     * @throws TimeoutException if the grading's time is over
     * @throws InterruptedException if the thread was interrupted
     */
    ChatReply answer(ChatRequest request) throws JudgeException, TimeoutException, InterruptedException;

    /**
     * Whether the model can read a question whole and has room for its answer after it, as far as it knows without asking. One that finds
     * out when asked throws a {@link JudgeException} of the kind TOO_LONG.
     *
     * @param request the question
     * @return true unless it is known to be too long
     */
    default boolean fits(ChatRequest request) {
        return true;
    }
}
