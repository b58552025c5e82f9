package dev.reft.graders.judges;

/**
 * What becomes of a completion that a judge cannot read whole, because it does not fit the judge's context or is longer than
 * {@link JudgePrompt#LONGEST_RESPONSE}. Length is the policy's own doing, so in training it must never be worth more than a bad answer: a
 * sample that is dropped escapes the score that it would have got. The enum grows.
 */
public enum TooLong {
    /** It gets the lowest score that the judge could give. The default wherever what the judge does not see could matter. */
    WORST,
    /**
     * The judge reads its beginning and its end, and between them a line that says how much was left out. For judges of what stands at the
     * ends, such as a final answer: what lies in the middle is not judged.
     */
    CUT,
    /**
     * The grading fails for good and the sample is dropped. For measuring, where a made-up score would be wrong; in training it is a hole: a
     * policy loses nothing by writing too much.
     */
    FAIL
}
