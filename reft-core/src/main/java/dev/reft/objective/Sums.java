package dev.reft.objective;

/**
 * Names of the sums that objectives report. All of them add up over cuts; a mean is a sum divided by {@link #TOKENS}, that of
 * a value by {@link #STATES}, once the step is whole. Tokens and states of weight 0 are in none of them.
 */
public final class Sums {
    /** Number of tokens whose weight is not 0. */
    public static final String TOKENS = "tokens";
    /** Number of states whose value is fitted: those before such tokens, and those after a row's last if they count. */
    public static final String STATES = "states";
    /** Number of rows with such a token. */
    public static final String ROWS = "rows";
    /** Sum of weights; about 1 over a step whose weights make a mean. */
    public static final String WEIGHT = "weight";
    /** Weighted policy loss, the part of the loss without coefficients. */
    public static final String POLICY_LOSS = "policyLoss";
    /** Weighted value loss, before its coefficient. */
    public static final String VALUE_LOSS = "valueLoss";
    /** Weighted entropy, before its coefficient. */
    public static final String WEIGHTED_ENTROPY = "weightedEntropy";
    /** Weighted KL penalty of the loss, before its coefficient. */
    public static final String KL_PENALTY = "klPenalty";
    /** Tokens whose policy loss is clipped. */
    public static final String CLIPPED = "clipped";
    /** Tokens whose policy loss the dual clip bounds. */
    public static final String DUAL_CLIPPED = "dualClipped";
    /** States whose value loss is clipped. */
    public static final String VALUE_CLIPPED = "valueClipped";
    /** Sum of old - new log-probability. */
    public static final String APPROXIMATE_KL_K1 = "approximateKlK1";
    /** Sum of half the squared difference of log-probabilities. */
    public static final String APPROXIMATE_KL_K2 = "approximateKlK2";
    /** Sum of ratio - 1 - log ratio. */
    public static final String APPROXIMATE_KL_K3 = "approximateKlK3";
    /** Sum of ratios. */
    public static final String RATIO = "ratio";
    /** Sum of squared ratios. */
    public static final String RATIO_SQUARED = "ratioSquared";
    /** Sum of |ratio - 1|. */
    public static final String RATIO_DISTANCE = "ratioDistance";
    /** Sum of entropies in nats; present if entropies were asked for. */
    public static final String ENTROPY = "entropy";
    /** Sum of values. */
    public static final String VALUE = "value";
    /** Sum of squared distances of value and return. */
    public static final String VALUE_ERROR_SQUARED = "valueErrorSquared";
    /** Sum of negative log-probabilities in nats. */
    public static final String NEGATIVE_LOG_PROB = "negativeLogProb";

    private Sums() {}
}
