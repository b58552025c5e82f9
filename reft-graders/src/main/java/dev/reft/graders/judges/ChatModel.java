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
     * @throws JudgeException if no answer can be had
     * @throws TimeoutException if the grading's time is over
     * @throws InterruptedException if the thread was interrupted
     */
    ChatReply answer(ChatRequest request) throws JudgeException, TimeoutException, InterruptedException;
}
