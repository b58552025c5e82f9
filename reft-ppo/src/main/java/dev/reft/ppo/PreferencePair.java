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
 * @param attributes where the pair comes from, and whatever else is worth keeping
 */
public record PreferencePair(
        Prompt prompt, Response chosen, Response rejected, double margin, Map<String, Object> attributes) {
    /**
     * Copies the map.
     *
     * @throws IllegalArgumentException if the margin is negative or not finite
     */
    public PreferencePair {
        attributes = Map.copyOf(attributes);
        if (!(margin >= 0) || Double.isInfinite(margin)) {
            throw new IllegalArgumentException(
                    "pair '" + prompt.id() + "': margin " + margin + " must be finite and not negative");
        }
    }

    /**
     * A pair of texts.
     *
     * @param prompt what was answered
     * @param chosen the better answer, without an end token
     * @param rejected the worse answer, without an end token
     * @return the pair, without a margin
     */
    public static PreferencePair of(Prompt prompt, String chosen, String rejected) {
        return new PreferencePair(prompt, Response.of(chosen), Response.of(rejected), 0, Map.of());
    }
}
