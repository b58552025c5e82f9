package dev.reft.ppo.evaluation;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.math.Voting;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.statistics.Outcomes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which of the first k answers to each problem was chosen, and what came of it. One sampling serves every k and every
 * selection.
 *
 * <pre>{@code
 * EvaluationReport sampled = new Evaluator(model, grader, EvaluationConfig.voting(16, 1f, 256, 0)).evaluate(problems);
 * Outcomes voted = SelectionReport.of(sampled, Selection.majority(), 16).outcomes();
 * Outcomes reranked = SelectionReport.of(sampled, Selection.best(Ranker.rewardModel(rewardModel)), 16).outcomes();
 * }</pre>
 *
 * @param choices one a problem
 */
public record SelectionReport(List<Choice> choices) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if two problems have the same id
     */
    public SelectionReport {
        choices = List.copyOf(choices);
        Set<String> ids = new HashSet<>();
        for (Choice choice : choices) {
            if (!ids.add(choice.item().prompt().id())) {
                throw new IllegalArgumentException(
                        "two problems have the id '" + choice.item().prompt().id() + "'");
            }
        }
    }

    /**
     * A problem and the answer that was chosen.
     *
     * @param item the problem with the answers that stood for choice
     * @param keys the vote of each answer; "" where it has none, empty if there was no vote
     * @param votes vote to the sum of its weights, empty if there was no vote
     * @param scores of the ranker, one an answer; empty without a ranker
     * @param chosen index of the answer that counts, of equal votes the first; -1 if none could be chosen
     * @param right whether it solves the problem
     * @param graded whether the problem counts: something could be graded, and what was chosen was
     */
    public record Choice(
            EvaluationReport.Item item,
            List<String> keys,
            Map<String, Double> votes,
            List<Double> scores,
            int chosen,
            boolean right,
            boolean graded) {
        /** Copies the lists and the map. */
        public Choice {
            keys = List.copyOf(keys);
            votes = Collections.unmodifiableMap(new LinkedHashMap<>(votes));
            scores = List.copyOf(scores);
        }
    }

    /**
     * Chooses.
     *
     * @param report what was sampled and graded
     * @param selection how to choose
     * @param k how many answers to each problem stand for choice: the first k, &gt;= 1
     * @return one choice a problem
     * @throws IllegalArgumentException if a problem has fewer than k answers, or a ranker gives what is no score or no weight
     * @throws IllegalStateException if there is a vote and the grader did not say what it read of a right answer
     */
    public static SelectionReport of(EvaluationReport report, Selection selection, int k) {
        List<Choice> choices = new ArrayList<>();
        for (EvaluationReport.Item item : report.items()) {
            if (k < 1 || k > item.answers().size()) {
                throw new IllegalArgumentException("k " + k + ": problem '"
                        + item.prompt().id() + "' has " + item.answers().size() + " answers");
            }
            choices.add(choice(
                    new EvaluationReport.Item(item.prompt(), item.answers().subList(0, k)), selection));
        }
        return new SelectionReport(choices);
    }

    private static Choice choice(EvaluationReport.Item item, Selection selection) {
        if (selection instanceof Selection.First) {
            return single(item, new double[0], 0);
        } else if (selection instanceof Selection.Majority majority) {
            return voted(item, majority.key(), null);
        } else if (selection instanceof Selection.Weighted weighted) {
            double[] weights = scores(item, weighted.ranker());
            for (int i = 0; i < weights.length; i++) {
                if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
                    throw new IllegalArgumentException(
                            "problem '" + item.prompt().id() + "', sample " + i + ": the weight " + weights[i]
                                    + " is not finite and >= 0; see Ranker.mapped");
                }
            }
            return voted(item, weighted.key(), weights);
        } else if (selection instanceof Selection.Best best) {
            double[] scores = scores(item, best.ranker());
            return single(item, scores, Voting.bestOf(scores));
        }
        throw new IllegalArgumentException("unknown selection " + selection);
    }

    private static Choice single(EvaluationReport.Item item, double[] scores, int chosen) {
        EvaluationReport.Answer answer = item.answers().get(chosen);
        return new Choice(
                item,
                List.of(),
                Map.of(),
                Arrays.stream(scores).boxed().toList(),
                chosen,
                answer.right(),
                answer.grade() instanceof Grade.Score);
    }

    private static Choice voted(EvaluationReport.Item item, UnaryOperator<String> key, double @Nullable [] weights) {
        item.requireVotes();
        List<String> keys = new ArrayList<>();
        List<String> votes = new ArrayList<>();
        List<Double> counted = new ArrayList<>();
        for (int i = 0; i < item.answers().size(); i++) {
            String vote = item.answers().get(i).extracted().map(key).orElse("");
            keys.add(vote);
            if (!vote.isEmpty()) {
                votes.add(vote);
                counted.add(weights == null ? 1 : weights[i]);
            }
        }
        double[] sums = counted.stream().mapToDouble(weight -> weight).toArray();
        int chosen = Voting.winner(votes, sums).map(keys::indexOf).orElse(-1);
        boolean right = false;
        for (int i = 0; chosen >= 0 && i < keys.size(); i++) {
            right |= keys.get(i).equals(keys.get(chosen))
                    && item.answers().get(i).right();
        }
        List<Double> scores =
                weights == null ? List.of() : Arrays.stream(weights).boxed().toList();
        return new Choice(item, keys, Voting.tally(votes, sums), scores, chosen, right, item.graded());
    }

    private static double[] scores(EvaluationReport.Item item, Ranker ranker) {
        List<Completion> completions =
                item.answers().stream().map(EvaluationReport.Answer::completion).toList();
        double[] scores = ranker.scores(item.prompt(), completions);
        if (scores.length != completions.size()) {
            throw new IllegalArgumentException("problem '" + item.prompt().id() + "': the ranker gave " + scores.length
                    + " scores for " + completions.size() + " answers");
        }
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i])) {
                throw new IllegalArgumentException(
                        "problem '" + item.prompt().id() + "', sample " + i + ": the ranker gave NaN");
            }
        }
        return scores;
    }

    /**
     * What is solved by what was chosen.
     *
     * @return one outcome a problem
     */
    public Outcomes outcomes() {
        Map<String, Boolean> right = new LinkedHashMap<>();
        Set<String> ungraded = new HashSet<>();
        for (Choice choice : choices) {
            if (choice.graded()) {
                right.put(choice.item().prompt().id(), choice.right());
            } else {
                ungraded.add(choice.item().prompt().id());
            }
        }
        return new Outcomes(right, ungraded);
    }

    /**
     * Writes one line an answer, for an audit: {@code prompt, sample, text, extracted, score, right} and what else
     * {@link EvaluationReport#writeAudit} writes; {@code key} and {@code votes} where there was a vote, {@code rank} where there
     * was a ranker; {@code chosen}; and {@code solved} and {@code counts} of the whole problem.
     *
     * @param file replaced as a whole; its folder is made if absent
     * @throws java.io.UncheckedIOException if writing fails
     */
    public void writeAudit(Path file) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Choice choice : choices) {
            for (int i = 0; i < choice.item().answers().size(); i++) {
                Map<String, Object> line =
                        choice.item().audit(choice.item().answers().get(i));
                if (!choice.keys().isEmpty()) {
                    line.put("key", choice.keys().get(i));
                    line.put("votes", choice.votes().getOrDefault(choice.keys().get(i), 0.0));
                }
                if (!choice.scores().isEmpty()) {
                    line.put("rank", choice.scores().get(i));
                }
                line.put("chosen", i == choice.chosen());
                line.put("solved", choice.right());
                line.put("counts", choice.graded());
                lines.add(line);
            }
        }
        JsonLines.write(file, lines);
    }
}
