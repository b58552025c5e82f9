package dev.reft.graders;

/** ReFT's rule for answers, as published or corrected. The type grows; callers keep a default branch. */
public sealed interface ReftRule extends AnswerRule permits PublishedReft, CorrectedReft {
    /**
     * The data set whose rule it is.
     *
     * @return the data set
     */
    ReftData data();
}
