package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.Policy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Supervised training learns answers and where they end. */
class SftLearningTest {
    @Test
    void learnsAllSumsAndToStop() {
        try (Policy policy = Addition.policy();
                SftTrainer trainer = SftTrainer.start(
                        policy, SftConfig.reft().toBuilder().rate(1e-2).build())) {
            Batches<SftExample> batches = Batches.of(Addition.examples(), 4, 1);
            double first = trainer.step(batches.at(0)).metric("loss");
            while (trainer.steps() < 150) {
                trainer.step(batches.at(trainer.steps()));
            }
            assertTrue(first > 1.5, "first loss " + first);
            assertEquals(9, right(policy));
            assertTrue(trainer.evaluate(Addition.examples()).metric("loss") < 0.1);
        }
    }

    static int right(Policy policy) {
        List<GenerationRequest> requests = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        Addition.prompts().forEach(prompt -> {
            answers.add(prompt.reference());
            requests.add(new GenerationRequest(
                    prompt.id(),
                    policy.tokenizer().encode(prompt.id() + "="),
                    new long[] {1},
                    Sampling.GREEDY,
                    4,
                    List.of(),
                    Constraint.NONE));
        });
        List<Completion> completions = policy.generate(requests);
        int right = 0;
        for (int i = 0; i < answers.size(); i++) {
            right += completions.get(i).text().equals(answers.get(i)) ? 1 : 0;
        }
        return right;
    }
}
