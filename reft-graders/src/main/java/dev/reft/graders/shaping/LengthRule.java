package dev.reft.graders.shaping;

/** A score of a completion's length; a pure function. The published rules are made here. */
@FunctionalInterface
public interface LengthRule {
    /**
     * The score of a length.
     *
     * @param length &gt;= 0
     * @return finite
     */
    double score(int length);

    /**
     * DAPO's soft overlong punishment (Yu and others 2025, equation 13): 0 up to {@code longest - cache}, then linearly down to -1 at
     * {@code longest}, and -1 beyond.
     *
     * @param longest greatest length, &gt;= 1
     * @param cache over how many units the punishment grows, from 0 (a hard limit) to longest
     * @return the rule, from -1 to 0
     * @throws IllegalArgumentException if a number is out of its range
     */
    static LengthRule softOverlong(int longest, int cache) {
        if (longest < 1 || cache < 0 || cache > longest) {
            throw new IllegalArgumentException("overlong punishment with length " + longest + " and cache " + cache);
        }
        return length ->
                length <= longest - cache ? 0 : length > longest ? -1 : (longest - cache - length) / (double) cache;
    }

    /**
     * open-instruct's {@code max_length}: 1 at the wanted length, falling linearly on both sides; negative far from it.
     *
     * @param wanted the length that scores 1, &gt;= 0
     * @param scale by how many units off the score falls by 1, &gt;= 1
     * @return the rule
     * @throws IllegalArgumentException if a number is out of its range
     */
    static LengthRule near(double wanted, int scale) {
        if (!(wanted >= 0 && wanted < Double.POSITIVE_INFINITY) || scale < 1) {
            throw new IllegalArgumentException("wanted length " + wanted + ", scale " + scale);
        }
        return length -> 1 - Math.abs(length - wanted) / scale;
    }

    /**
     * open-instruct's {@code up_to_max_length}: 1 up to the wanted length, falling linearly beyond it.
     *
     * @param wanted the greatest length that scores 1, &gt;= 0
     * @param scale by how many units more the score falls by 1, &gt;= 1
     * @return the rule
     * @throws IllegalArgumentException if a number is out of its range
     */
    static LengthRule upTo(double wanted, int scale) {
        LengthRule near = near(wanted, scale);
        return length -> length <= wanted ? 1 : near.score(length);
    }
}
