package dev.reft.ppo;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names of metrics beside those that verl gives to the same quantities. Reports carry TRL's names where TRL has one.
 *
 * <p>Differences of meaning: {@code policy/approxkl_avg} is TRL's half mean squared log-ratio, over scored tokens only (TRL
 * counts padding); verl's {@code ppo_kl} is {@code policy/approxkl_k1_avg}. {@code val/ratio_var} is the variance over tokens.
 * {@code objective/entropy} is the mean over completions of the summed negative log-probability of what was sampled;
 * {@code policy/entropy_avg} is the exact entropy, present if the loss asks for it. {@code objective/kl} is K1 summed over a
 * completion, mean over completions; verl's is a mean over tokens. {@code objective/scores} is after the rule for missing ends
 * and the bound, {@code objective/raw_scores} before. Gradient norms are before clipping.
 *
 * <p>{@code reward_std} is the mean over prompts with two scores or more of their unbiased deviation, {@code frac_reward_zero_std} the
 * share of those prompts whose scores are all equal, both of effective scores. {@code sampler/*} compares the sampler's
 * log-probabilities with those that the update starts from: {@code logp_gap} is absolute, {@code ratio} the importance weight
 * before truncation, {@code kl} the KL from the sampler to the policy in nats a token, {@code truncated_share} the share of
 * tokens whose weight the correction changed, {@code lag} how many steps old the sampler's weights were. {@code dynamic/*} is
 * told by {@link DynamicSampling#measures}.
 */
public final class MetricNames {
    private static final Map<String, String> VERL = verl();

    private MetricNames() {}

    /**
     * The table.
     *
     * @return name in reports to verl's name, in the order of a report's parts
     */
    public static Map<String, String> toVerl() {
        return VERL;
    }

    /**
     * A report's metrics under verl's names; those that verl does not have keep theirs.
     *
     * @param report the report
     * @return name to number
     */
    public static Map<String, Double> asVerl(StepReport report) {
        Map<String, Double> renamed = new LinkedHashMap<>();
        report.metrics().forEach((name, value) -> renamed.put(VERL.getOrDefault(name, name), value));
        return renamed;
    }

    private static Map<String, String> verl() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("objective/scores", "critic/score/mean");
        names.put("objective/rlhf_reward", "critic/rewards/mean");
        names.put("objective/kl", "actor/reward_kl_penalty");
        names.put("objective/kl_coef", "actor/reward_kl_penalty_coeff");
        names.put("advantage/mean", "critic/advantages/mean");
        names.put("value/mean", "critic/values/mean");
        names.put("value/return_mean", "critic/returns/mean");
        names.put("value/explained_variance", "critic/vf_explained_var");
        names.put("policy/entropy_avg", "actor/entropy");
        names.put("policy/approxkl_k1_avg", "actor/ppo_kl");
        names.put("policy/clipfrac_avg", "actor/pg_clipfrac");
        names.put("policy/dual_clipfrac_avg", "actor/pg_clipfrac_lower");
        names.put("loss/policy_avg", "actor/pg_loss");
        names.put("loss/kl_avg", "actor/kl_loss");
        names.put("loss/value_avg", "critic/vf_loss");
        names.put("val/clipfrac_avg", "critic/vf_clipfrac");
        names.put("gradient/norm_avg", "actor/grad_norm");
        names.put("lr", "actor/lr");
        names.put("lr_value", "critic/lr");
        names.put("response/length_mean", "response_length/mean");
        names.put("response/length_max", "response_length/max");
        names.put("response/length_min", "response_length/min");
        names.put("response/truncated", "response_length/clip_ratio");
        names.put("time/generate_s", "timing_s/gen");
        names.put("time/grade_s", "timing_s/reward");
        names.put("time/score_s", "timing_s/old_log_prob");
        names.put("time/shape_s", "timing_s/adv");
        names.put("time/update_s", "timing_s/update_actor");
        names.put("time/total_s", "timing_s/step");
        return Collections.unmodifiableMap(names);
    }
}
