package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Policy;
import org.junit.jupiter.api.Test;

/** PPO learns sums from answers alone. */
class PpoLearningTest {
    @Test
    void raisesTheRewardFarAboveTheStart() {
        try (Policy policy = Addition.warmedUp(15);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(Addition.config())
                        .start()) {
            StepReport first = trainer.step(Addition.prompts());
            StepReport last = first;
            for (int i = 0; i < 80; i++) {
                last = trainer.step(Addition.prompts());
            }
            assertEquals(0, first.metric("val/first_ratio_distance"));
            assertTrue(first.metric("objective/scores") < 0.4, "start " + first.metric("objective/scores"));
            assertTrue(last.metric("objective/scores") > 0.8, "end " + last.metric("objective/scores"));
        }
    }
}
