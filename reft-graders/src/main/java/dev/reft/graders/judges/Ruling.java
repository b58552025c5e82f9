package dev.reft.graders.judges;

import dev.reft.graders.PythonText;
import dev.reft.graders.json.JsonNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How a judge's reply becomes a score. A reply without a verdict is a failure, never 0. */
public interface Ruling {
    /**
     * Reads a reply.
     *
     * @param reply what the judge said; untrusted
     * @return the score, finite
     * @throws JudgeException of the kind PARSE if the reply holds no verdict
     */
    double score(String reply) throws JudgeException;

    /**
     * The lowest score that it can give: what a completion is worth that the judge cannot read.
     *
     * @return finite; 0 unless a ruling says otherwise
     */
    default double worst() {
        return 0;
    }

    /**
     * The shape that the reply should have.
     *
     * @return a JSON schema, or null for free text
     */
    default ChatRequest.@Nullable AnswerShape shape() {
        return null;
    }

    /**
     * A number {@code score} in a JSON object, or a bare number. One outside of the range is no verdict.
     *
     * @param low the worst
     * @param high the best, &gt; low
     * @return the ruling; a score of {@code (said - low) / (high - low)}, so from 0 to 1
     * @throws IllegalArgumentException if the range is empty or not finite
     */
    static Ruling ofScore(double low, double high) {
        return new ScoreRuling(low, high);
    }

    /**
     * A choice in free text, as {@link ChoiceReader} finds it.
     *
     * @param scores choice -&gt; score, finite
     * @return the ruling
     * @throws IllegalArgumentException if the choices are not different words
     */
    static Ruling ofChoice(Map<String, Double> scores) {
        for (Map.Entry<String, Double> entry : scores.entrySet()) {
            if (!Double.isFinite(entry.getValue())) {
                throw new IllegalArgumentException("the choice '" + entry.getKey() + "' scores " + entry.getValue());
            }
        }
        ChoiceReader reader = new ChoiceReader(new ArrayList<>(scores.keySet()));
        return new ChoiceRuling(Map.copyOf(scores), reader);
    }

    private static JudgeException noVerdict(Iterable<String> choices, String reply) {
        return new JudgeException(
                JudgeException.Kind.PARSE,
                "the judge picked none of " + String.join(", ", choices) + ": " + ChatWire.excerpt(reply));
    }

    /**
     * A choice; see {@link #ofChoice}.
     *
     * @param scores choice -&gt; score
     * @param reader finds the choice
     */
    record ChoiceRuling(Map<String, Double> scores, ChoiceReader reader) implements Ruling {
        @Override
        public double score(String reply) throws JudgeException {
            return scores.getOrDefault(reader.read(reply).orElseThrow(() -> noVerdict(scores.keySet(), reply)), 0.0);
        }

        @Override
        public double worst() {
            return scores.values().stream().mapToDouble(score -> score).min().orElse(0);
        }
    }

    /**
     * The number in a range; see {@link #ofScore}.
     *
     * @param low the worst
     * @param high the best
     */
    record ScoreRuling(double low, double high) implements Ruling {
        /**
         * Checks the range.
         *
         * @throws IllegalArgumentException if it is empty or not finite
         */
        public ScoreRuling {
            if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
                throw new IllegalArgumentException("range [" + low + ", " + high + "] must ascend");
            }
        }

        @Override
        public double score(String reply) throws JudgeException {
            OptionalDouble said = said(reply);
            double number = said.orElse(Double.NaN);
            if (!(number >= low && number <= high)) {
                throw new JudgeException(
                        JudgeException.Kind.PARSE,
                        "the judge gave " + (said.isPresent() ? said.getAsDouble() + "" : "no score")
                                + ", not one from " + low + " to " + high + ": " + ChatWire.excerpt(reply));
            }
            return (number - low) / (high - low);
        }

        private static OptionalDouble said(String reply) {
            Map<String, @Nullable Object> fields = ReplyJson.lastObject(reply, "score");
            Object score = fields == null ? PythonText.strip(ReplyJson.answer(reply)) : fields.get("score");
            if (score instanceof JsonNumber number) {
                return OptionalDouble.of(number.doubleValue());
            }
            return score instanceof String text ? PythonText.toFloat(text) : OptionalDouble.empty();
        }

        @Override
        public ChatRequest.AnswerShape shape() {
            return new ChatRequest.AnswerShape(
                    "verdict",
                    Map.of(
                            "type",
                            "object",
                            "properties",
                            Map.of("reason", Map.of("type", "string"), "score", Map.of("type", "number")),
                            "required",
                            List.of("reason", "score"),
                            "additionalProperties",
                            false));
        }
    }
}
