package dev.reft.ppo;

import dev.reft.grading.Credit;
import dev.reft.grading.Grade;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Groups that have something to teach, gathered over several draws of a step: DAPO's dynamic sampling (arXiv 2503.14476, section
 * 3.2). A group whose samples all score the same has no advantage, so it only makes the batch smaller; such groups are
 * left out and more prompts are drawn. The caller owns the loop and the place in the data:
 *
 * <pre>{@code
 * DynamicSampling drawn = DynamicSampling.empty();
 * while (drawn.size() < 32 && drawn.rounds() < 8) {
 *   drawn = drawn.with(trainer.grade(trainer.collect(data.at(cursor++))));
 * }
 * StepReport report = drawn.report(trainer.update(drawn.take(32)));
 * trainer.save(folder, "" + cursor);   // the data's cursor is no longer the step: it is the host's to keep
 * }</pre>
 *
 * <p>Scores are compared as the grader gave them, before the rules for missing ends and long completions and before any KL
 * penalty, since those differ between samples that are all right or all wrong. Samples without a score are not
 * compared. Prompts of one step must differ, over all draws: a sample follows from step, prompt and number, so a prompt that is drawn
 * again in the same step would get the same samples. Bound the rounds: a policy that is always right has no such groups.
 *
 * <p>With replicas all ranks hold all groups, so all decide alike. Immutable.
 */
public final class DynamicSampling {
    private static final DynamicSampling EMPTY = new DynamicSampling(null, 0, 0, 0);

    private final @Nullable GradedRollouts kept;
    private final int rounds;
    private final int drawn;
    private final int unscored;

    private DynamicSampling(@Nullable GradedRollouts kept, int rounds, int drawn, int unscored) {
        this.kept = kept;
        this.rounds = rounds;
        this.drawn = drawn;
        this.unscored = unscored;
    }

    /**
     * Nothing drawn yet.
     *
     * @return the start of a step's loop
     */
    public static DynamicSampling empty() {
        return EMPTY;
    }

    /**
     * Whether the samples of a group differ in score.
     *
     * @param group the grades of one prompt's samples
     * @return true if at least two have a score and not all scores, process rewards included, are equal
     */
    public static boolean informative(List<Grade> group) {
        return group.stream()
                        .filter(Grade.Score.class::isInstance)
                        .mapToDouble(grade -> raw((Grade.Score) grade))
                        .distinct()
                        .limit(2)
                        .count()
                == 2;
    }

    /**
     * The groups that have something to teach.
     *
     * @param graded any rollouts
     * @return those whose samples differ in score, in their order
     */
    public static GradedRollouts informative(GradedRollouts graded) {
        return graded.select(g -> informative(graded.grades().get(g)));
    }

    private static double raw(Grade.Score score) {
        // 0.0 + makes -0.0 the same as 0.0, which distinct() tells apart.
        return 0.0
                + score.value()
                + score.credits().stream().mapToDouble(Credit::reward).sum();
    }

    /**
     * Adds a draw.
     *
     * @param graded prompts that were not drawn in this step before
     * @return this and the informative groups of the draw
     * @throws IllegalArgumentException if the draw is of another step, or an informative group's prompt is here already
     */
    public DynamicSampling with(GradedRollouts graded) {
        GradedRollouts more = informative(graded);
        int none = 0;
        for (List<Grade> group : graded.grades()) {
            none += group.stream().noneMatch(Grade.Score.class::isInstance) ? 1 : 0;
        }
        return new DynamicSampling(
                kept == null ? more : kept.plus(more),
                rounds + 1,
                drawn + graded.grades().size(),
                unscored + none);
    }

    /**
     * Number of informative groups so far.
     *
     * @return &gt;= 0
     */
    public int size() {
        return kept == null ? 0 : kept.grades().size();
    }

    /**
     * Number of draws so far.
     *
     * @return &gt;= 0
     */
    public int rounds() {
        return rounds;
    }

    /**
     * Number of groups drawn so far, informative or not.
     *
     * @return &gt;= 0
     */
    public int drawn() {
        return drawn;
    }

    /**
     * The informative groups in the order in which they were drawn.
     *
     * @param groups most groups, &gt;= 1; what is beyond them was sampled in vain
     * @return as many as there are up to that number, possibly none; an update of none changes no weight and counts as a step
     * @throws IllegalStateException if nothing was drawn
     * @throws IllegalArgumentException if {@code groups} is not positive
     */
    public GradedRollouts take(int groups) {
        if (groups < 1) {
            throw new IllegalArgumentException("groups " + groups + " must be positive");
        }
        if (kept == null) {
            throw new IllegalStateException("nothing was drawn");
        }
        return kept.select(g -> g < groups);
    }

    /**
     * How many groups were drawn and left out.
     *
     * @return {@code dynamic/rounds}, {@code dynamic/drawn}, {@code dynamic/informative}, {@code dynamic/unscored} (groups
     *     without any score) and {@code dynamic/dropped} (the rest), all over the draws so far
     */
    public Map<String, Double> measures() {
        Map<String, Double> measures = new TreeMap<>();
        measures.put("dynamic/rounds", (double) rounds);
        measures.put("dynamic/drawn", (double) drawn);
        measures.put("dynamic/informative", (double) size());
        measures.put("dynamic/unscored", (double) unscored);
        measures.put("dynamic/dropped", (double) (drawn - size() - unscored));
        return measures;
    }

    /**
     * A step's report with {@link #measures} in it.
     *
     * @param report what the update said
     * @return a report of both
     */
    public StepReport report(StepReport report) {
        Map<String, Double> metrics = new TreeMap<>(report.metrics());
        metrics.putAll(measures());
        return new StepReport(report.step(), metrics);
    }
}
