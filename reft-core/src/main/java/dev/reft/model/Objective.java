package dev.reft.model;

/** A loss: a pure function of per-token numbers that returns its value and its slopes. */
@FunctionalInterface
public interface Objective {
    /**
     * Evaluates the loss on the rows of one pass.
     *
     * @param scores the outputs of a pass; {@code scores.batch().origin(i)} tells which row of the step this is
     * @return loss, slopes and sums, all of which add up over cuts
     */
    Evaluation evaluate(TokenScores scores);
}
