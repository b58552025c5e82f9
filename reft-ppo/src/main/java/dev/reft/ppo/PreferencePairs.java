package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingJob;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.GroupGrader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Makes preference pairs: of a policy's own graded rollouts, or of several models' answers that a judge compares. Pairs in files are read
 * by {@link PreferenceFile}.
 *
 * <p>A pair's margin is the difference of its scores; its attributes are the prompt's and {@code chosen_score},
 * {@code rejected_score}, and where they are known {@code chosen_source}, {@code rejected_source}.
 */
public final class PreferencePairs {
    private PreferencePairs() {}

    /**
     * Pairs of what a policy itself sampled (on-policy): token ids stay as they were drawn.
     *
     * @param graded rollouts and their grades; answers that failed or do not apply are counted and left out
     * @param rule which answers are paired
     * @return the pairs
     */
    public static PairSet fromRollouts(GradedRollouts graded, PairRule rule) {
        PairMaker maker = new PairMaker(rule);
        for (int g = 0; g < graded.grades().size(); g++) {
            Rollouts.Group group = graded.rollouts().groups().get(g);
            List<Response> responses = new ArrayList<>();
            group.completions().forEach(completion -> responses.add(Response.of(completion)));
            maker.add(
                    group.prompt(),
                    responses,
                    graded.grades().get(g),
                    Collections.nCopies(group.completions().size(), ""));
        }
        return maker.result();
    }

    /**
     * Pairs of answers of one or several models (off-policy): texts, because models may have different tokenizers. An answer that was
     * cut off gets no end token, and is never the chosen one.
     *
     * @param candidates prompts with answers to compare
     * @param judge scores the answers to a prompt together; see {@link PairwiseJudge} for one that compares two at a time
     * @param rule which answers are paired
     * @param limits how the judge is run; a judge that fails leaves its prompt's answers without a score
     * @return the pairs
     * @throws dev.reft.grading.GradingException if judging cannot go on
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public static PairSet judged(List<Candidates> candidates, GroupGrader judge, PairRule rule, GradingLimits limits) {
        PairMaker maker = new PairMaker(rule);
        try (GradingDesk desk = new GradingDesk(judge, limits, null)) {
            List<GradingJob> jobs = new ArrayList<>();
            for (Candidates one : candidates) {
                jobs.add(desk.submit(one.prompt(), one.completions()));
            }
            for (int c = 0; c < jobs.size(); c++) {
                Candidates one = candidates.get(c);
                List<Response> responses = new ArrayList<>();
                for (Completion completion : one.completions()) {
                    responses.add(new Response.Text(completion.text(), completion.finish() != Finish.LENGTH));
                }
                maker.add(one.prompt(), responses, desk.await(jobs.get(c)), one.sources());
            }
        } catch (InterruptedException e) {
            throw Interrupts.cancelled();
        }
        return maker.result();
    }

    /**
     * A judge of groups that scores each answer on its own.
     *
     * @param grader thread-safe
     * @return the judge
     */
    public static GroupGrader each(Grader grader) {
        return (prompt, group) -> {
            List<Grade> grades = new ArrayList<>();
            for (Completion completion : group) {
                grades.add(grader.grade(prompt, completion));
            }
            return grades;
        };
    }
}
