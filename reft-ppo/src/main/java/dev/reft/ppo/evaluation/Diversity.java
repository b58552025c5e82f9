package dev.reft.ppo.evaluation;

import dev.reft.ppo.EvaluationReport;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * How different the sampled answers to a problem are, or the mean of that over problems.
 *
 * @param answers different answers that were read, such as numbers; those of which nothing could be read are not among them
 * @param texts different texts, up to white space
 * @param distinct2 different pairs of neighbouring words over all words of all samples (distinct-2 of Li et al. 2016, arXiv 1510.03055), in
 *     [0, 1]; 0 where there is no word. It falls with the number of samples, so compare equal numbers only
 */
public record Diversity(double answers, double texts, double distinct2) {
    /**
     * Measures the answers to a problem.
     *
     * @param item the problem with its answers
     * @return the measures
     */
    public static Diversity of(EvaluationReport.Item item) {
        Set<String> answers = new HashSet<>();
        Set<List<String>> texts = new HashSet<>();
        Set<List<String>> pairs = new HashSet<>();
        long words = 0;
        for (EvaluationReport.Answer answer : item.answers()) {
            answer.extracted().ifPresent(answers::add);
            String text = answer.completion().text().strip();
            List<String> own = text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
            texts.add(own);
            words += own.size();
            for (int i = 0; i + 1 < own.size(); i++) {
                pairs.add(List.of(own.get(i), own.get(i + 1)));
            }
        }
        return new Diversity(answers.size(), texts.size(), words == 0 ? 0 : (double) pairs.size() / words);
    }

    /**
     * The mean over problems.
     *
     * @param problems the measures of each
     * @return the means; NaN without problems
     */
    public static Diversity mean(List<Diversity> problems) {
        return new Diversity(
                mean(problems, Diversity::answers),
                mean(problems, Diversity::texts),
                mean(problems, Diversity::distinct2));
    }

    private static double mean(List<Diversity> problems, ToDoubleFunction<Diversity> part) {
        return problems.stream().mapToDouble(part).average().orElse(Double.NaN);
    }
}
