package dev.reft.examples.view;

import java.util.List;
import java.util.Map;

/**
 * What a report shows.
 *
 * @param title the heading
 * @param lead one paragraph below it: what was done and what came out
 * @param contestants the models compared, in the order of rows
 * @param charts the curves
 * @param moments when the same questions were answered, in time order
 * @param samples those questions with the answers of every moment
 * @param facts configuration and machine, in the order of the map
 * @param seconds how long each phase took, in the order of the map
 */
public record ReportData(
        String title,
        String lead,
        List<Contestant> contestants,
        List<Chart> charts,
        List<String> moments,
        List<Sample> samples,
        Map<String, String> facts,
        Map<String, Double> seconds) {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if a sample has not one answer a moment
     */
    public ReportData {
        contestants = List.copyOf(contestants);
        charts = List.copyOf(charts);
        moments = List.copyOf(moments);
        samples = List.copyOf(samples);
        for (Sample sample : samples) {
            if (sample.answers().size() != moments.size()) {
                throw new IllegalArgumentException("'" + sample.question() + "' has "
                        + sample.answers().size() + " answers at " + moments.size() + " moments");
            }
        }
    }

    /**
     * A model in the comparison.
     *
     * @param name such as {@code "ReFT"}
     * @param color any CSS colour, as in the charts
     * @param results accuracies by name of the test set; all contestants have the same ones
     */
    public record Contestant(String name, String color, Map<String, Share> results) {}

    /**
     * A share with its interval.
     *
     * @param correct right answers
     * @param total questions, &gt;= 1
     * @param low lower end of the 95 % interval, in [0, 1]
     * @param high upper end
     */
    public record Share(int correct, int total, double low, double high) {
        /**
         * The share itself.
         *
         * @return in [0, 1]
         */
        public double value() {
            return (double) correct / total;
        }
    }

    /**
     * A question with what was answered at every moment.
     *
     * @param question the question
     * @param reference the right answer
     * @param answers one a moment
     */
    public record Sample(String question, String reference, List<Answer> answers) {}

    /**
     * An answer.
     *
     * @param text what the model wrote
     * @param right whether it is right
     */
    public record Answer(String text, boolean right) {}
}
