package dev.reft.golden;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Cases that the golden files' formulas allow and that no file at hand shows, with numbers by hand. */
class UnshownCasesTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonNode TOLERANCE = JSON.readTree(
            "{'float64': {'abs': 1e-10, 'rel': 1e-9}, 'float32': {'abs': 2e-6, 'rel': 2e-5}}".replace('\'', '"'));

    private static void check(String topic, String node) {
        Map<String, Consumer<GoldenCase>> topics = new HashMap<>();
        PreferenceTopics.register(topics);
        GoldenCase one = new GoldenCase(JSON.readTree(node.replace('\'', '"')), TOLERANCE);
        topics.get(topic).accept(one);
        one.finish();
    }

    /** log(1 + exp(-1)), whatever the margin. */
    @Test
    void logexpIgnoresTheMargin() {
        check("reward_model_loss", """
                {'id': 'logexp', 'inputs': {'variant': 'logexp', 'chosen': [1.0], 'rejected': [0.0], 'margin': [2.0],
                'center_coefficient': 0.0}, 'expected': {'loss': 0.31326168751822286, 'accuracy': 1.0, 'mean_margin': 1.0,
                'grad_chosen': [-0.2689414213699951], 'grad_rejected': [0.2689414213699951]}}""");
    }

    @Test
    void nobodyVotes() {
        check("evaluation", """
                {'id': 'votes', 'inputs': {'kind': 'voting', 'answers': [null, null], 'scores': [0.2, 0.7]},
                'expected': {'majority': null, 'counts': {}, 'weighted': null, 'weight_sums': {}, 'best_of_n_index': 1}}""");
    }

    /** At z = 0 the loss is -log 2 - 1/2 (log(1 - e) + log e) with e = 1e-3, its slope beta/4 (log e - log(1 - e)). */
    @Test
    void exoWithoutSmoothingTakesAThousandth() {
        check("dpo_losses", """
                {'id': 'exo', 'inputs': {'variant': 'exo_pair', 'beta': 0.1, 'label_smoothing': 0.0,
                'policy_chosen_logps': [-5.0], 'policy_rejected_logps': [-7.0], 'ref_chosen_logps': [-5.0],
                'ref_rejected_logps': [-7.0], 'chosen_lengths': [3], 'rejected_lengths': [4]},
                'expected': {'loss': 2.761230709097915, 'losses': [2.761230709097915],
                'grad_policy_chosen': [-0.17266886946621385], 'grad_policy_rejected': [0.17266886946621385]}}""");
    }
}
