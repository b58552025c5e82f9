package dev.reft.testkit;

import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.model.Scorer;

/**
 * Wrappers that catch callers who misuse a model, for tests of trainers and graders. They throw {@link Misuse} for
 *
 * <ul>
 *   <li>calls after {@code close};
 *   <li>passes and generations that are open at {@code step}, {@code saveState}, {@code restoreState} or {@code close},
 *       with the place where they were opened;
 *   <li>slopes that do not fit, or are not finite;
 *   <li>arrays that were written after they were handed over: rows, slopes, prompts, seeds;
 *   <li>a pass over a batch in which a group was cut;
 *   <li>a step without a backward in a single process;
 *   <li>gradients that were neither stepped nor discarded at {@code close}, {@code saveState} or {@code restoreState}.
 * </ul>
 *
 * What the model itself refuses it still refuses.
 */
public final class Checked {
    private Checked() {}

    /**
     * Wraps a policy; its frozen copies are wrapped too.
     *
     * @param policy the policy
     * @return the same, with checks
     */
    public static Policy policy(Policy policy) {
        return new CheckedPolicy(policy);
    }

    /**
     * Wraps a language model.
     *
     * @param model the model
     * @return the same, with checks
     */
    public static LanguageModel model(LanguageModel model) {
        return new CheckedModels.ForLanguageModel(model);
    }

    /**
     * Wraps a scorer.
     *
     * @param scorer the scorer
     * @return the same, with checks
     */
    public static Scorer scorer(Scorer scorer) {
        return new CheckedModels.ForScorer(scorer);
    }

    /**
     * Wraps a sampler.
     *
     * @param sampler the sampler
     * @return the same, with checks
     */
    public static Sampler sampler(Sampler sampler) {
        return new CheckedModels.ForSampler(sampler);
    }
}
