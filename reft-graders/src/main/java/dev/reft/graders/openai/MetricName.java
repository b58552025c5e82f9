package dev.reft.graders.openai;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The metrics of a text similarity grader. */
public enum MetricName {
    /** Cosine of two embeddings; in OpenAI's product for evaluations only. */
    COSINE,
    /** rapidfuzz's weighted ratio. */
    FUZZY_MATCH,
    /** BLEU-4 with smoothing. */
    BLEU,
    /** Google's BLEU. */
    GLEU,
    /** METEOR. */
    METEOR,
    /** ROUGE of words. */
    ROUGE_1,
    /** ROUGE of pairs of words. */
    ROUGE_2,
    /** ROUGE of three words. */
    ROUGE_3,
    /** ROUGE of four words. */
    ROUGE_4,
    /** ROUGE of five words. */
    ROUGE_5,
    /** ROUGE of the longest common subsequence. */
    ROUGE_L;

    /**
     * OpenAI's name.
     *
     * @return such as {@code fuzzy_match}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    static @Nullable MetricName named(String key) {
        for (MetricName metric : values()) {
            if (metric.key().equals(key)) {
                return metric;
            }
        }
        return null;
    }
}
