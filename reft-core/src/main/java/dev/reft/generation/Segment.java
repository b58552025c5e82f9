package dev.reft.generation;

/** A part of a completion. The type grows; callers keep a default branch. */
public sealed interface Segment {
    /**
     * The part's token ids.
     *
     * @return the array itself, not a copy
     */
    int[] tokens();

    /**
     * Tokens that the model drew; the EOS that ended the completion is among them.
     *
     * @param tokens token ids
     * @param logProbs the policy's log-probabilities (nats): unfiltered, at the row's temperature; empty if unknown
     * @param drawLogProbs what each token was drawn with, after filters, penalties and constraint; empty if unknown
     */
    record Sampled(int[] tokens, float[] logProbs, float[] drawLogProbs) implements Segment {
        /**
         * Checks the lengths.
         *
         * @throws IllegalArgumentException if an array is neither empty nor as long as the tokens
         */
        public Sampled {
            if ((logProbs.length != 0 && logProbs.length != tokens.length)
                    || (drawLogProbs.length != 0 && drawLogProbs.length != tokens.length)) {
                throw new IllegalArgumentException(tokens.length + " tokens with " + logProbs.length + " logProbs and "
                        + drawLogProbs.length + " drawLogProbs");
            }
        }
    }

    /**
     * Tool output or forced text: context, never scored.
     *
     * @param tokens token ids
     */
    record Given(int[] tokens) implements Segment {}
}
