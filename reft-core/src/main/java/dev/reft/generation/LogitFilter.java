package dev.reft.generation;

/** One step between a model's logits and the draw; {@link LogitFilters} applies a list of them in order. The type grows. */
public sealed interface LogitFilter {
    /**
     * Divides the logits.
     *
     * @param value the temperature, finite and &gt; 0
     */
    record Temperature(double value) implements LogitFilter {
        /**
         * Checks the number.
         *
         * @param value the temperature
         * @throws IllegalArgumentException if it is not positive and finite
         */
        public Temperature {
            check("temperature", value, value > 0 && Double.isFinite(value));
        }
    }

    /**
     * Keeps the k largest logits, and those that tie with the k-th.
     *
     * @param k how many, &gt;= 0; 0 keeps all
     */
    record TopK(int k) implements LogitFilter {
        /**
         * Checks the number.
         *
         * @param k how many
         * @throws IllegalArgumentException if it is negative
         */
        public TopK {
            check("top_k", k, k >= 0);
        }
    }

    /**
     * Keeps the smallest set of likeliest tokens whose probability reaches p (nucleus sampling, arXiv 1904.09751); the
     * token that crosses p stays, and of equally likely ones the lower id comes first.
     *
     * @param p in (0, 1]; 1 keeps all
     */
    record TopP(double p) implements LogitFilter {
        /**
         * Checks the number.
         *
         * @param p the probability to reach
         * @throws IllegalArgumentException if it is outside (0, 1]
         */
        public TopP {
            check("top_p", p, p > 0 && p <= 1);
        }
    }

    /**
     * Keeps tokens at least this share as likely as the likeliest (arXiv 2407.01082).
     *
     * @param share in [0, 1]; 0 keeps all
     */
    record MinP(double share) implements LogitFilter {
        /**
         * Checks the number.
         *
         * @param share of the likeliest
         * @throws IllegalArgumentException if it is outside [0, 1]
         */
        public MinP {
            check("min_p", share, share >= 0 && share <= 1);
        }
    }

    /**
     * Divides the logit of each token that the row holds by the penalty if it is positive, else multiplies it (CTRL,
     * arXiv 1909.05858); once for a token, however often it occurs.
     *
     * @param penalty finite and &gt; 0; 1 changes nothing
     */
    record RepetitionPenalty(double penalty) implements LogitFilter {
        /**
         * Checks the number.
         *
         * @param penalty divisor or factor
         * @throws IllegalArgumentException if it is not positive and finite
         */
        public RepetitionPenalty {
            check("repetition_penalty", penalty, penalty > 0 && Double.isFinite(penalty));
        }
    }

    /**
     * Subtracts the penalty from the logit of a token as often as the row holds it, as the OpenAI API does.
     *
     * @param penalty finite; 0 changes nothing
     */
    record FrequencyPenalty(double penalty) implements LogitFilter {
        /**
         * Checks the number.
         *
         * @param penalty for each occurrence
         * @throws IllegalArgumentException if it is not finite
         */
        public FrequencyPenalty {
            check("frequency_penalty", penalty, Double.isFinite(penalty));
        }
    }

    /**
     * Subtracts the penalty once from the logit of each token that the row holds, as the OpenAI API does.
     *
     * @param penalty finite; 0 changes nothing
     */
    record PresencePenalty(double penalty) implements LogitFilter {
        /**
         * Checks the number.
         *
         * @param penalty for occurring
         * @throws IllegalArgumentException if it is not finite
         */
        public PresencePenalty {
            check("presence_penalty", penalty, Double.isFinite(penalty));
        }
    }

    private static void check(String name, double value, boolean fine) {
        if (!fine) {
            throw new IllegalArgumentException(name + " " + value + " is out of range");
        }
    }
}
