package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.graders.judges.TokenUsage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What OpenAI's {@code run} answers. The reward is 0 where a flag is set.
 *
 * @param reward finite, not clamped
 * @param spec the grader
 * @param seconds how long it took
 * @param subRewards of a multi grader, by the names of its graders; 0 for one that failed
 * @param errors what went wrong
 * @param usage tokens by model
 * @param remarks what models said and what went wrong, for people; not in OpenAI's shape
 */
public record RunResult(
        double reward,
        GraderSpec spec,
        double seconds,
        Map<String, Double> subRewards,
        GradingErrors errors,
        Map<String, TokenUsage> usage,
        String remarks) {
    /** Copies the maps, keeping their order. */
    public RunResult {
        subRewards = Collections.unmodifiableMap(new LinkedHashMap<>(subRewards));
        usage = Collections.unmodifiableMap(new LinkedHashMap<>(usage));
    }

    /**
     * Whether the sample passes the grader's threshold.
     *
     * @return empty if the grader has none
     */
    public Optional<Boolean> passed() {
        Double threshold = spec.passThreshold();
        return threshold == null ? Optional.empty() : Optional.of(errors.isEmpty() && reward >= threshold);
    }

    /**
     * OpenAI's response.
     *
     * @return its fields
     */
    public Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        metadata.put("name", spec.name());
        metadata.put("type", spec.type());
        metadata.put("errors", errors.json());
        metadata.put("execution_time", seconds);
        metadata.put("scores", subRewards);
        TokenUsage all = usage.values().stream().reduce(TokenUsage.NONE, TokenUsage::plus);
        metadata.put("token_usage", usage.isEmpty() ? null : tokens(all));
        metadata.put(
                "sampled_model_name",
                usage.isEmpty() ? null : usage.keySet().iterator().next());
        Map<String, @Nullable Object> perModel = new LinkedHashMap<>();
        usage.forEach((model, tokens) -> perModel.put(model, tokens(tokens)));
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put("reward", reward);
        response.put("metadata", metadata);
        response.put("sub_rewards", subRewards);
        response.put("model_grader_token_usage_per_model", perModel);
        return response;
    }

    /**
     * OpenAI's response as text.
     *
     * @return compact JSON
     */
    public String write() {
        return Json.write(json());
    }

    private static Map<String, Object> tokens(TokenUsage usage) {
        Map<String, Object> tokens = new LinkedHashMap<>();
        tokens.put("prompt_tokens", usage.prompt());
        tokens.put("total_tokens", usage.total());
        tokens.put("completion_tokens", usage.completion());
        tokens.put("cached_tokens", usage.cached());
        return tokens;
    }
}
