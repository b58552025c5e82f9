package dev.reft.model;

/**
 * A row of token ids and which of them the model is asked about.
 *
 * <p>The arrays change owner: they are neither copied nor written again. Two rows are equal only if they share arrays.
 *
 * @param tokens token ids, at least one, each &gt;= 0
 * @param scored ascending positions in {@code tokens}, each &gt;= 1, of the model's own tokens; may be empty. Prompt,
 *     tool output and forced text are not scored
 * @param temperature the temperature that log-probabilities and entropies refer to, finite and &gt; 0
 */
public record Row(int[] tokens, int[] scored, float temperature) {
    /**
     * Checks the row.
     *
     * @throws IllegalArgumentException if a token is negative, positions do not ascend or lie outside the row, or the
     *     temperature is not a positive number
     */
    public Row {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a row needs at least one token");
        }
        for (int t = 0; t < tokens.length; t++) {
            if (tokens[t] < 0) {
                throw new IllegalArgumentException("token " + t + " has the negative id " + tokens[t]);
            }
        }
        int previous = 0;
        for (int s = 0; s < scored.length; s++) {
            if (scored[s] <= previous || scored[s] >= tokens.length) {
                throw new IllegalArgumentException("scored[" + s + "] = " + scored[s]
                        + ": positions must ascend and lie in 1.." + (tokens.length - 1));
            }
            previous = scored[s];
        }
        if (!(temperature > 0) || Float.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature " + temperature + " is not a positive finite number");
        }
    }

    /**
     * A prompt followed by a completion whose every token is scored, at temperature 1.
     *
     * @param prompt token ids of the prompt, at least one
     * @param completion token ids of the completion
     * @return the row
     */
    public static Row of(int[] prompt, int[] completion) {
        int[] tokens = new int[prompt.length + completion.length];
        System.arraycopy(prompt, 0, tokens, 0, prompt.length);
        System.arraycopy(completion, 0, tokens, prompt.length, completion.length);
        int[] scored = new int[completion.length];
        for (int i = 0; i < scored.length; i++) {
            scored[i] = prompt.length + i;
        }
        return new Row(tokens, scored, 1f);
    }
}
