package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;

/** An answer to a prompt that is compared or marked. The type grows; callers keep a default branch. */
public sealed interface Response {
    /**
     * What the answer reads, for messages, judges and files.
     *
     * @return the text without an end token
     */
    String text();

    /**
     * Whether the answer ends where its text does. One that was cut off by its length gets no end token, and nothing that chooses
     * among a model's own answers takes it for a good one.
     *
     * @return false if it was cut off
     */
    boolean ended();

    /**
     * An answer from data or from another model: its text is encoded by the trained model's tokenizer.
     *
     * @param text without an end token
     * @param ended whether the answer ends here: then an end token is added, to be learned. False for an answer that was cut off
     */
    record Text(String text, boolean ended) implements Response {}

    /**
     * An answer that the trained model's own tokenizer made: its token ids are the truth and are never made anew from the text.
     * Of its segments only sampled ones are scored.
     *
     * @param completion what was sampled, with the end token if it ended
     */
    record Drawn(Completion completion) implements Response {
        @Override
        public String text() {
            return completion.text();
        }

        @Override
        public boolean ended() {
            return completion.finish() != Finish.LENGTH;
        }
    }

    /**
     * A whole answer as text.
     *
     * @param text without an end token
     * @return the answer
     */
    static Response of(String text) {
        return new Text(text, true);
    }

    /**
     * A sampled answer.
     *
     * @param completion what was sampled
     * @return the answer
     */
    static Response of(Completion completion) {
        return new Drawn(completion);
    }
}
