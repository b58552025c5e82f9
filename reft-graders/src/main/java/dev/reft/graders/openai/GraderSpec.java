package dev.reft.graders.openai;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a grader's JSON means. A pass threshold never changes the reward; it is for reports. The type grows; callers keep a
 * default branch.
 */
public sealed interface GraderSpec {
    /**
     * The grader's name.
     *
     * @return as given, or its key in a multi grader, or its type
     */
    String name();

    /**
     * OpenAI's name of the type.
     *
     * @return such as {@code string_check}
     */
    String type();

    /**
     * From which reward on a sample passes.
     *
     * @return the threshold, or null
     */
    default @Nullable Double passThreshold() {
        return null;
    }

    /**
     * 1 if two texts compare as wanted, else 0.
     *
     * @param name the grader's name
     * @param input what is checked
     * @param reference what it is checked against
     * @param operation how
     */
    record StringCheck(String name, Template input, Template reference, StringOperation operation)
            implements GraderSpec {
        @Override
        public String type() {
            return "string_check";
        }
    }

    /**
     * How similar two texts are.
     *
     * @param name the grader's name
     * @param input what is checked
     * @param reference what it is compared with
     * @param metric how
     * @param passThreshold for reports, or null
     */
    record TextSimilarity(
            String name,
            Template input,
            Template reference,
            MetricName metric,
            @Nullable Double passThreshold) implements GraderSpec {
        @Override
        public String type() {
            return "text_similarity";
        }
    }

    /**
     * A number that a model gives.
     *
     * @param name the grader's name
     * @param model which model
     * @param input what it is asked, at least one message
     * @param low least reward
     * @param high largest reward, &gt; low; what the model says is clamped into these, but an answer without a number is 0
     * @param sampling how the model samples
     * @param passThreshold for reports, or null
     */
    record ScoreModel(
            String name,
            String model,
            List<ModelMessage> input,
            double low,
            double high,
            SamplingParams sampling,
            @Nullable Double passThreshold)
            implements GraderSpec {
        /**
         * Checks the range.
         *
         * @throws IllegalArgumentException if it is empty or not finite
         */
        public ScoreModel {
            input = List.copyOf(input);
            if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
                throw new IllegalArgumentException("range [" + low + ", " + high + "] must ascend");
            }
        }

        @Override
        public String type() {
            return "score_model";
        }
    }

    /**
     * 1 if a model picks one of the passing labels, else 0.
     *
     * @param name the grader's name
     * @param model which model
     * @param input what it is asked, at least one message
     * @param labels what it may answer
     * @param passingLabels those of them that are worth 1
     */
    record LabelModel(
            String name, String model, List<ModelMessage> input, List<String> labels, List<String> passingLabels)
            implements GraderSpec {
        /**
         * Checks the labels.
         *
         * @throws IllegalArgumentException if a passing label is no label
         */
        public LabelModel {
            input = List.copyOf(input);
            labels = List.copyOf(labels);
            passingLabels = List.copyOf(passingLabels);
            for (String label : passingLabels) {
                if (!labels.contains(label)) {
                    throw new IllegalArgumentException("the passing label '" + label + "' is not among " + labels);
                }
            }
        }

        @Override
        public String type() {
            return "label_model";
        }
    }

    /**
     * What a function {@code grade(sample, item)} returns.
     *
     * @param name the grader's name
     * @param source Python that defines the function
     * @param imageTag which of OpenAI's images it was written for, or null
     * @param passThreshold for reports, or null
     */
    record Python(
            String name,
            String source,
            @Nullable String imageTag,
            @Nullable Double passThreshold) implements GraderSpec {
        @Override
        public String type() {
            return "python";
        }
    }

    /**
     * A formula over the rewards of other graders.
     *
     * @param name the grader's name
     * @param graders by the names that the formula uses, in order; none of them a multi grader
     * @param calculateOutput the formula's text, perhaps not one that can be read
     * @param passThreshold for reports, or null
     */
    record Multi(
            String name,
            Map<String, GraderSpec> graders,
            String calculateOutput,
            @Nullable Double passThreshold) implements GraderSpec {
        /**
         * Copies the map.
         *
         * @throws IllegalArgumentException if it is empty or holds another multi grader
         */
        public Multi {
            graders = Collections.unmodifiableMap(new LinkedHashMap<>(graders));
            if (graders.isEmpty() || graders.values().stream().anyMatch(Multi.class::isInstance)) {
                throw new IllegalArgumentException("a multi grader needs graders, and none of them a multi grader");
            }
        }

        @Override
        public String type() {
            return "multi";
        }
    }

    /**
     * A number that a web service gives (Azure's private preview).
     *
     * @param name the grader's name
     * @param url where it is asked
     * @param headers sent with each call; they may hold secrets and are never shown
     * @param rateLimit most calls a second, or null
     * @param passThreshold for reports, or null
     */
    record Endpoint(
            String name,
            URI url,
            Map<String, String> headers,
            @Nullable Double rateLimit,
            @Nullable Double passThreshold)
            implements GraderSpec {
        /** Copies the map. */
        public Endpoint {
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        }

        @Override
        public String type() {
            return "endpoint";
        }

        @Override
        public String toString() {
            return "Endpoint[name=" + name + ", url=" + url.getScheme() + "://" + url.getHost() + ", headers="
                    + headers.keySet() + "]";
        }
    }
}
