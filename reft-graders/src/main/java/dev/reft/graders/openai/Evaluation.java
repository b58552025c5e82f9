package dev.reft.graders.openai;

import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.TokenUsage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One grading under way: what it grades, and what it came to besides the reward. Used by one thread. */
final class Evaluation {
    private final Map<String, @Nullable Object> sample;
    private final Map<String, @Nullable Object> item;
    private final String trace;
    private final Map<String, Double> subRewards = new LinkedHashMap<>();
    private final Map<String, TokenUsage> usage = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private GradingErrors errors = GradingErrors.NONE;

    Evaluation(Map<String, @Nullable Object> sample, Map<String, @Nullable Object> item, String trace) {
        this.sample = sample;
        this.item = item;
        this.trace = trace;
    }

    String render(Template template) throws FlaggedException {
        return template.render(sample, item);
    }

    Map<String, @Nullable Object> sample() {
        return sample;
    }

    Map<String, @Nullable Object> item() {
        return item;
    }

    String trace() {
        return trace;
    }

    void asked(ChatReply reply) {
        usage.merge(reply.model(), reply.usage(), TokenUsage::plus);
        remarks.add(reply.text());
    }

    void sub(String name, double reward) {
        subRewards.put(name, reward);
    }

    void failed(FlaggedException failure) {
        errors = errors.and(GradingErrors.of(failure));
        remarks.add(String.valueOf(failure.getMessage()));
    }

    Map<String, Double> subRewards() {
        return subRewards;
    }

    Map<String, TokenUsage> usage() {
        return usage;
    }

    GradingErrors errors() {
        return errors;
    }

    /** What models said and what went wrong, for people. */
    String remarks() {
        return String.join("\n", remarks);
    }
}
