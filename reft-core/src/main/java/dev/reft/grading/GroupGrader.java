package dev.reft.grading;

import dev.reft.generation.Completion;
import java.util.ArrayList;
import java.util.List;

/** Grades all completions of a prompt together, as a ranking judge does. Called from several threads at once. */
@FunctionalInterface
public interface GroupGrader {
    /**
     * Grades the completions of one prompt.
     *
     * @param prompt the problem
     * @param group its completions, in the order of samples
     * @return one grade a completion, in the same order
     * @throws Exception if grading is impossible at the moment
     */
    List<Grade> grade(Prompt prompt, List<Completion> group) throws Exception;

    /**
     * Grades completions one by one, as the first step of a group grader. A completion whose grading throws gets {@link Grade.Failed}, and
     * the others keep their grades. Nothing is tried again here: wrap the grader for that.
     *
     * @param grader of one completion
     * @return the same for groups. It throws {@link GradingException}, which stops the run, and {@link InterruptedException} only
     */
    static GroupGrader ofEach(Grader grader) {
        return (prompt, group) -> {
            List<Grade> grades = new ArrayList<>(group.size());
            for (Completion completion : group) {
                grades.add(alone(grader, prompt, completion));
            }
            return grades;
        };
    }

    private static Grade alone(Grader grader, Prompt prompt, Completion completion) throws InterruptedException {
        Exception failure;
        try {
            Grade grade = grader.grade(prompt, completion);
            if (grade != null) {
                return grade;
            }
            failure = new IllegalStateException("the grader returned null");
        } catch (GradingException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            failure = e;
        } catch (StackOverflowError | AssertionError | LinkageError e) {
            failure = new IllegalStateException(e.toString(), e);
        }
        return new Grade.Failed(failure, 1);
    }
}
