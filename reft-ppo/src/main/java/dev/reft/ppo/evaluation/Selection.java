package dev.reft.ppo.evaluation;

import java.util.function.UnaryOperator;

/** How the answer that counts is chosen among several. The type grows; callers keep a default branch. */
public sealed interface Selection {
    /**
     * The first answer, as in greedy decoding of one.
     *
     * @return the selection
     */
    static Selection first() {
        return new First();
    }

    /**
     * The answer that most samples give (self-consistency, arXiv 2203.11171).
     *
     * @return the selection, voting by what the grader read
     */
    static Selection majority() {
        return new Majority(UnaryOperator.identity());
    }

    /**
     * The answer whose samples have the greatest sum of scores.
     *
     * @param ranker gives the weights, &gt;= 0
     * @return the selection, voting by what the grader read
     */
    static Selection weighted(Ranker ranker) {
        return new Weighted(UnaryOperator.identity(), ranker);
    }

    /**
     * The sample with the greatest score: reranking, best of n.
     *
     * @param ranker gives the scores
     * @return the selection
     */
    static Selection best(Ranker ranker) {
        return new Best(ranker);
    }

    /** The first answer. */
    record First() implements Selection {}

    /**
     * The answer with most votes; of equals the one seen first.
     *
     * @param key makes the vote of what was read, such as "0.5" of "1/2"; "" does not vote
     */
    record Majority(UnaryOperator<String> key) implements Selection {}

    /**
     * The answer with the greatest sum of weights; of equals the one seen first.
     *
     * @param key makes the vote of what was read; "" does not vote
     * @param ranker gives the weights, finite and &gt;= 0
     */
    record Weighted(UnaryOperator<String> key, Ranker ranker) implements Selection {}

    /**
     * The sample with the greatest score; of equals the first. A sample of which nothing could be read may win.
     *
     * @param ranker gives the scores
     */
    record Best(Ranker ranker) implements Selection {}
}
