package dev.reft.objective;

/**
 * Names of the sums that objectives on whole completions report. All of them add up over cuts; a mean is a sum divided by
 * {@link #PAIRS}, {@link #CHOSEN} or {@link #REJECTED} once the step is whole.
 */
public final class PreferenceSums {
    /** The weighted loss, all terms and coefficients included: the step's loss once it is whole. */
    public static final String LOSS = "loss";
    /** Number of pairs. */
    public static final String PAIRS = "pairs";
    /** Number of chosen, desirable or right completions. */
    public static final String CHOSEN = "chosen";
    /** Number of rejected, undesirable or wrong completions. */
    public static final String REJECTED = "rejected";
    /** Sum of the implicit rewards, or scores, of chosen completions. */
    public static final String CHOSEN_REWARD = "chosenReward";
    /** Sum of the implicit rewards, or scores, of rejected completions. */
    public static final String REJECTED_REWARD = "rejectedReward";
    /** Pairs whose chosen completion has the greater reward, or completions that are classified rightly. */
    public static final String RIGHT = "right";
    /** Sum of the chosen completions' log-probabilities, in nats. */
    public static final String CHOSEN_LOG_PROB = "chosenLogProb";
    /** Sum of the rejected completions' log-probabilities, in nats. */
    public static final String REJECTED_LOG_PROB = "rejectedLogProb";
    /** Sum of the chosen completions' lengths, in tokens. */
    public static final String CHOSEN_LENGTH = "chosenLength";
    /** Sum of the rejected completions' lengths, in tokens. */
    public static final String REJECTED_LENGTH = "rejectedLength";
    /** Weighted negative log-probability of chosen completions, before its coefficient. */
    public static final String LIKELIHOOD = "likelihood";
    /** Sum of the squared scores of all completions; with the sums of scores it gives their deviation. */
    public static final String SCORE_SQUARED = "scoreSquared";

    private PreferenceSums() {}

    /**
     * Number of predictions in a bin of {@link dev.reft.math.Calibration}.
     *
     * @param bin from 0
     * @return the sum's name
     */
    public static String binCount(int bin) {
        return "bin" + bin + "/count";
    }

    /**
     * Sum of the probabilities in a bin.
     *
     * @param bin from 0
     * @return the sum's name
     */
    public static String binPredicted(int bin) {
        return "bin" + bin + "/predicted";
    }

    /**
     * Predictions of a bin that came true.
     *
     * @param bin from 0
     * @return the sum's name
     */
    public static String binRight(int bin) {
        return "bin" + bin + "/right";
    }
}
