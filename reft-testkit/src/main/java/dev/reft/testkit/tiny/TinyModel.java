package dev.reft.testkit.tiny;

import dev.reft.model.Policy;
import dev.reft.model.ProviderOption;
import dev.reft.model.Training;

/**
 * The sizes and the alphabet of a tiny model; its weights follow from the seed. Token 0 is {@code <eos>}, token 1
 * stands for any other character, and the alphabet's characters follow.
 *
 * @param alphabet characters that have a token, all different, at least one
 * @param width of the hidden states, a multiple of {@code heads}
 * @param heads attention heads of a block, &gt;= 1
 * @param hidden width between the two layers of a block's perceptron, &gt;= 1
 * @param layers number of blocks, &gt;= 1
 * @param context most tokens of a row, &gt;= 1
 * @param seed of the initial weights, value head excepted
 */
public record TinyModel(String alphabet, int width, int heads, int hidden, int layers, int context, long seed)
        implements ProviderOption {
    /** Newline and the printable characters of ASCII; width 32, two heads, one block, 64 tokens of context. */
    public static final TinyModel DEFAULT = of(ascii());

    /**
     * Checks the sizes.
     *
     * @param alphabet characters that have a token
     * @param width of the hidden states
     * @param heads attention heads
     * @param hidden width of the perceptron
     * @param layers number of blocks
     * @param context most tokens of a row
     * @param seed of the initial weights
     * @throws IllegalArgumentException naming the size or the character that is wrong
     */
    public TinyModel {
        if (width < 1 || heads < 1 || hidden < 1 || layers < 1 || context < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "width " + width + ", heads " + heads + ", hidden " + hidden + ", layers " + layers
                            + " and context " + context + " must be positive, and width a multiple of heads");
        }
        if (alphabet.isEmpty() || alphabet.chars().distinct().count() != alphabet.length()) {
            throw new IllegalArgumentException("the alphabet '" + alphabet + "' is empty or repeats a character");
        }
    }

    /**
     * A model of the default sizes.
     *
     * @param alphabet characters that have a token
     * @return width 32, two heads, hidden 64, one block, 64 tokens of context, seed 0
     */
    public static TinyModel of(String alphabet) {
        return new TinyModel(alphabet, 32, 2, 64, 1, 64, 0);
    }

    /**
     * This model with other initial weights.
     *
     * @param other the seed
     * @return the model
     */
    public TinyModel withSeed(long other) {
        return new TinyModel(alphabet, width, heads, hidden, layers, context, other);
    }

    /**
     * This model with another context length.
     *
     * @param tokens most tokens of a row
     * @return the model
     */
    public TinyModel withContext(int tokens) {
        return new TinyModel(alphabet, width, heads, hidden, layers, tokens, seed);
    }

    /**
     * This model with other sizes.
     *
     * @param newWidth of the hidden states
     * @param newHeads attention heads
     * @param newHidden width of the perceptron
     * @param newLayers number of blocks
     * @return the model
     */
    public TinyModel withSizes(int newWidth, int newHeads, int newHidden, int newLayers) {
        return new TinyModel(alphabet, newWidth, newHeads, newHidden, newLayers, context, seed);
    }

    /**
     * Number of token ids.
     *
     * @return the alphabet's length and 2
     */
    public int vocabularySize() {
        return alphabet.length() + 2;
    }

    /**
     * Opens this model for training.
     *
     * @param training how; LoRA is refused
     * @return the policy; close it
     * @throws IllegalArgumentException if the training is not possible
     */
    public Policy policy(Training training) {
        return TinyPolicy.open(this, training);
    }

    private static String ascii() {
        StringBuilder all = new StringBuilder("\n");
        for (char c = ' '; c <= '~'; c++) {
            all.append(c);
        }
        return all.toString();
    }
}
