package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.math.Accuracy;
import dev.reft.math.Voting;
import dev.reft.ppo.statistics.Outcomes;
import dev.reft.ppo.statistics.PairedOutcomes;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an evaluation found. Problems without any score (the grading failed or does not apply) are in no count but
 * {@link #ungraded}.
 *
 * @param items one a problem
 */
public record EvaluationReport(List<Item> items) {
    /** Normal quantile of a 95 % interval. */
    private static final double Z95 = 1.959963984540054;

    /** Copies the list. */
    public EvaluationReport {
        items = List.copyOf(items);
    }

    /**
     * An answer and what the grader said of it.
     *
     * @param completion the answer
     * @param grade its grade
     * @param right whether its score is high enough
     */
    public record Answer(Completion completion, Grade grade, boolean right) {
        /**
         * The answer that was read, which is what votes.
         *
         * @return empty if none was read or there is no score
         */
        public Optional<String> extracted() {
            return grade instanceof Grade.Score score && !score.extracted().isEmpty()
                    ? Optional.of(score.extracted())
                    : Optional.empty();
        }
    }

    /**
     * A problem and its answers.
     *
     * @param prompt the problem
     * @param answers in the order of samples, at least one
     */
    public record Item(Prompt prompt, List<Answer> answers) {
        /**
         * Copies the list.
         *
         * @throws IllegalArgumentException if there is no answer
         */
        public Item {
            answers = List.copyOf(answers);
            if (answers.isEmpty()) {
                throw new IllegalArgumentException("problem '" + prompt.id() + "' has no answer");
            }
        }

        /**
         * Whether there is at least one score.
         *
         * @return true if the problem counts
         */
        public boolean graded() {
            return answers.stream().anyMatch(a -> a.grade() instanceof Grade.Score);
        }

        /**
         * The answer that most samples give; of equals the one seen first.
         *
         * @return empty if no answer could be read
         */
        public Optional<String> majority() {
            List<String> votes =
                    answers.stream().flatMap(a -> a.extracted().stream()).toList();
            return Voting.majority(votes);
        }

        /**
         * Whether the problem is solved: by its only answer, or by the majority of several.
         *
         * @return true if right
         * @throws IllegalStateException if there are several answers and the grader did not say what it read of a right one,
         *     such as by {@link Grade#of}: then nothing can be put to the vote, and {@link EvaluationReport#passAt} is what is left
         */
        public boolean right() {
            if (answers.size() == 1) {
                return answers.get(0).right();
            }
            requireVotes();
            Optional<String> winner = majority();
            return winner.isPresent()
                    && answers.stream().anyMatch(a -> a.right() && a.extracted().equals(winner));
        }

        /**
         * Checks that there can be a vote.
         *
         * @throws IllegalStateException if the grader did not say what it read of a right answer
         */
        public void requireVotes() {
            for (Answer answer : answers) {
                if (answer.right() && answer.extracted().isEmpty()) {
                    throw new IllegalStateException("problem '" + prompt.id() + "', sample "
                            + answer.completion().sample() + ": the grader gave " + answer.grade()
                            + " without the answer that it read (Grade.Score.extracted), so there is no vote");
                }
            }
        }

        /**
         * An answer for an audit: problem, sample, text, what was read, outcome, score, whether it is right.
         *
         * @param answer one of the problem's
         * @return a new map that may be added to
         */
        public Map<String, Object> audit(Answer answer) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("prompt", prompt.id());
            line.put("reference", prompt.reference());
            line.put("sample", answer.completion().sample());
            line.put("text", answer.completion().text());
            line.put("finish", answer.completion().finish().name());
            line.put("tokens", answer.completion().tokens().length);
            line.put("right", answer.right());
            if (answer.grade() instanceof Grade.Score score) {
                line.put("score", score.value());
                line.put("extracted", score.extracted());
                line.put("explanation", score.explanation());
            } else {
                line.put("ungraded", String.valueOf(answer.grade()));
            }
            return line;
        }
    }

    /**
     * Problems that count.
     *
     * @return how many have a score
     */
    public int graded() {
        return (int) items.stream().filter(Item::graded).count();
    }

    /**
     * Problems that do not count.
     *
     * @return how many have no score
     */
    public int ungraded() {
        return items.size() - graded();
    }

    /**
     * Problems that are solved.
     *
     * @return how many, by their only answer or by majority
     */
    public int right() {
        return (int) items.stream().filter(i -> i.graded() && i.right()).count();
    }

    /**
     * The share of problems solved.
     *
     * @return in [0, 1]; NaN if none counts
     */
    public double accuracy() {
        return (double) right() / graded();
    }

    /**
     * Wilson's 95 % interval of the accuracy.
     *
     * @return the interval
     * @throws IllegalArgumentException if no problem counts
     */
    public Accuracy.Interval interval() {
        return Accuracy.wilson(right(), graded(), Z95);
    }

    /**
     * An estimate of pass@k.
     *
     * @param k samples drawn of each problem
     * @param value the chance that one of k samples is right, mean over the problems, in [0, 1]
     * @param problems how many it is the mean of, &gt;= 1
     * @param leftOut how many have fewer than k graded samples, those without any included
     */
    public record PassAt(int k, double value, int problems, int leftOut) {}

    /**
     * The chance that one of k samples is right, mean over problems, each estimated without bias from its graded samples (arXiv
     * 2107.03374). Problems with fewer than k graded samples are left out and counted.
     *
     * @param k &gt;= 1
     * @return the mean and what it is of
     * @throws IllegalArgumentException if no problem has k graded samples
     */
    public PassAt passAt(int k) {
        double sum = 0;
        int problems = 0;
        int most = 0;
        for (Item item : items) {
            int samples = (int) item.answers().stream()
                    .filter(a -> a.grade() instanceof Grade.Score)
                    .count();
            most = Math.max(most, samples);
            if (samples > 0 && samples >= k) {
                int right = (int) item.answers().stream().filter(Answer::right).count();
                sum += Accuracy.passAtK(samples, right, k);
                problems++;
            }
        }
        if (problems == 0) {
            throw new IllegalArgumentException("k " + k + ": none of " + items.size()
                    + " problems has as many graded samples; the most are " + most);
        }
        return new PassAt(k, sum / problems, problems, items.size() - problems);
    }

    /**
     * Two evaluations on the same problems.
     *
     * @param compared problems that count in both
     * @param thisOnly problems that only this one solves
     * @param otherOnly problems that only the other solves
     * @param p McNemar's exact two-sided p-value
     */
    public record Comparison(int compared, int thisOnly, int otherOnly, double p) {}

    /**
     * Compares with another evaluation, problem by problem.
     *
     * @param other of the same problems, in any order
     * @return the counts and McNemar's exact test
     * @throws IllegalArgumentException if a problem of one is missing in the other
     */
    public Comparison compare(EvaluationReport other) {
        PairedOutcomes pairs = PairedOutcomes.of(outcomes(), other.outcomes());
        return new Comparison(pairs.pairs().size(), pairs.firstOnly(), pairs.secondOnly(), pairs.mcNemar());
    }

    /**
     * Which problems are solved, for intervals and paired tests.
     *
     * @return one outcome a problem
     */
    public Outcomes outcomes() {
        Map<String, Boolean> solved = new LinkedHashMap<>();
        Set<String> ungraded = new HashSet<>();
        for (Item item : items) {
            if (item.graded()) {
                solved.put(item.prompt().id(), item.right());
            } else {
                ungraded.add(item.prompt().id());
            }
        }
        return new Outcomes(solved, ungraded);
    }

    /**
     * Writes one line an answer, for an audit: problem, sample, text, what was read, outcome, score, whether it is right.
     *
     * @param writer where to
     */
    public void writeAudit(MetricsWriter writer) {
        for (Item item : items) {
            for (Answer answer : item.answers()) {
                writer.write(item.audit(answer));
            }
        }
    }
}
