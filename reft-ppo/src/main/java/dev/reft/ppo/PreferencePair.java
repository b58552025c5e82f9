package dev.reft.ppo;

import dev.reft.grading.Prompt;
import java.util.Map;

/**
 * Two answers to one prompt, of which one is preferred.
 *
 * @param prompt what was answered; its id names the pair in messages
 * @param chosen the better answer
 * @param rejected the worse answer
 * @param margin by how much it is better, in units of whoever compared them, finite and &gt;= 0; 0 if that is not known. Reward
 *     models may use it, DPO does not
 * @param weight what it counts among the pairs of its batch, finite and &gt; 0: the batch's loss is the mean weighted by it
 * @param attributes where the pair comes from, and whatever else is worth keeping
 */
public record PreferencePair(
        Prompt prompt,
        Response chosen,
        Response rejected,
        double margin,
        double weight,
        Map<String, Object> attributes) {
    /**
     * Copies the map.
     *
     * @throws IllegalArgumentException if the margin is negative, the weight is not positive, or one of them is not finite
     */
    public PreferencePair {
        attributes = Map.copyOf(attributes);
        if (!(margin >= 0) || Double.isInfinite(margin)) {
            throw new IllegalArgumentException(
                    "pair '" + prompt.id() + "': margin " + margin + " must be finite and not negative");
        }
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException(
                    "pair '" + prompt.id() + "': weight " + weight + " must be finite and above 0");
        }
    }

    /**
     * A pair of the weight 1.
     *
     * @param prompt what was answered
     * @param chosen the better answer
     * @param rejected the worse answer
     * @param margin by how much it is better, finite and &gt;= 0; 0 if that is not known
     * @param attributes whatever is worth keeping
     * @throws IllegalArgumentException if the margin is negative or not finite
     */
    public PreferencePair(
            Prompt prompt, Response chosen, Response rejected, double margin, Map<String, Object> attributes) {
        this(prompt, chosen, rejected, margin, 1, attributes);
    }

    /**
     * This pair with another weight.
     *
     * @param other finite and &gt; 0
     * @return the pair
     * @throws IllegalArgumentException if the weight is not positive or not finite
     */
    public PreferencePair withWeight(double other) {
        return new PreferencePair(prompt, chosen, rejected, margin, other, attributes);
    }

    /**
     * A pair of texts.
     *
     * @param prompt what was answered
     * @param chosen the better answer, without an end token
     * @param rejected the worse answer, without an end token
     * @return the pair, without a margin, of the weight 1
     */
    public static PreferencePair of(Prompt prompt, String chosen, String rejected) {
        return new PreferencePair(prompt, Response.of(chosen), Response.of(rejected), 0, Map.of());
    }
}
