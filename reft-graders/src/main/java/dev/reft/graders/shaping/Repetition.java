package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.graders.InTime;
import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * Punishes repeated n-grams (Yeo and others 2025, appendix C.2): {@code (1 - distinct n-grams / n-grams) * penalty}; 0 for a completion
 * of fewer than n.
 *
 * @param order n, &gt;= 1
 * @param penalty of a completion that only repeats, finite and &lt;= 0
 * @param unit {@link LengthUnit#TOKENS} (TRL), or words in lower case (open-r1), or code points
 */
public record Repetition(int order, double penalty, LengthUnit unit) implements Grader {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the order is below 1, or the penalty positive or not finite
     */
    public Repetition {
        if (order < 1 || !(penalty <= 0) || Double.isInfinite(penalty)) {
            throw new IllegalArgumentException("repetition penalty " + penalty + " over " + order + "-grams");
        }
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        return Grade.of(InTime.get(() -> switch (unit) {
            case TOKENS -> score(completion.tokens());
            case WORDS -> score(completion.text());
            case CODE_POINTS -> score(completion.text().codePoints().toArray());
        }));
    }

    /** Long texts of which no n-gram comes twice fill large tables. */
    private static void pollAt(int i) {
        if ((i & 4095) == 0) {
            InTime.poll();
        }
    }

    /**
     * The score of a text's words in lower case.
     *
     * @param text any text
     * @return from the penalty to 0
     * @throws java.util.concurrent.CancellationException if the grading's deadline passes
     */
    public double score(String text) {
        List<String> words = PythonText.split(PythonCase.lower(text));
        Map<String, Integer> ids = new HashMap<>();
        int[] symbols = new int[words.size()];
        for (int i = 0; i < symbols.length; i++) {
            pollAt(i);
            symbols[i] = ids.computeIfAbsent(words.get(i), word -> ids.size());
        }
        return score(symbols);
    }

    /**
     * The score of symbols.
     *
     * @param symbols such as token ids
     * @return from the penalty to 0
     * @throws java.util.concurrent.CancellationException if the grading's deadline passes
     */
    public double score(int[] symbols) {
        if (symbols.length < order) {
            return 0;
        }
        int[] grams = symbols;
        // Each round makes numbers for n-grams that are one longer; equal n-grams have equal numbers.
        for (int n = 1; n < order; n++) {
            Map<Long, Integer> ids = new HashMap<>();
            int[] longer = new int[grams.length - 1];
            for (int i = 0; i < longer.length; i++) {
                pollAt(i);
                long key = ((long) grams[i] << 32) | (symbols[i + n] & 0xFFFFFFFFL);
                longer[i] = ids.computeIfAbsent(key, k -> ids.size());
            }
            grams = longer;
        }
        Set<Integer> distinct = new HashSet<>();
        for (int i = 0; i < grams.length; i++) {
            pollAt(i);
            distinct.add(grams[i]);
        }
        double repeated = 1 - (double) distinct.size() / grams.length;
        return repeated == 0 ? 0 : repeated * penalty;
    }
}
