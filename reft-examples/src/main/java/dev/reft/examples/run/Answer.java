package dev.reft.examples.run;

import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.ppo.EvaluationReport;

/**
 * An answer of a model and whether it is right.
 *
 * @param id the problem's
 * @param text what the model wrote
 * @param extracted what was read as the answer
 * @param right whether it is right
 * @param ended whether it ended by itself; false if it was cut off by its length, so that learning from it must not teach an end
 */
record Answer(String id, String text, String extracted, boolean right, boolean ended) {
    /** An answer as it was sampled and graded; {@code right} may be the verdict on several. */
    static Answer of(String id, EvaluationReport.Answer answer, boolean right) {
        String extracted = answer.grade() instanceof Grade.Score score ? score.extracted() : "";
        boolean ended = answer.completion().finish() != Finish.LENGTH;
        return new Answer(id, answer.completion().text(), extracted, right, ended);
    }
}
