package dev.reft.generation;

import java.util.List;

/**
 * A sample that ended.
 *
 * @param request id of its request
 * @param sample which seed of the request, from 0
 * @param segments what was sampled and what was given, in order
 * @param text the decoded text without the ending EOS and without a stop text; for graders and people. Empty if the
 *     model has no tokenizer
 * @param finish how it ended
 */
public record Completion(String request, int sample, List<Segment> segments, String text, Finish finish) {
    /** Copies the list. */
    public Completion {
        segments = List.copyOf(segments);
    }

    /**
     * All tokens of the completion, segments joined.
     *
     * @return a new array
     */
    public int[] tokens() {
        int length = 0;
        for (Segment segment : segments) {
            length += segment.tokens().length;
        }
        int[] tokens = new int[length];
        int at = 0;
        for (Segment segment : segments) {
            System.arraycopy(segment.tokens(), 0, tokens, at, segment.tokens().length);
            at += segment.tokens().length;
        }
        return tokens;
    }
}
