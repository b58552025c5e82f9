package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.AnchoredPreference;
import dev.reft.math.KtoLoss;
import dev.reft.math.PreferenceLoss;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of single methods. */
class PreferringDetailsTest {
    private static double sum(LanguageModel model, Row row) {
        double sum = 0;
        for (float logProb : model.score(TokenBatch.of(List.of(row)), Set.of(Output.LOG_PROB))
                .logProbs()[0]) {
            sum += logProb;
        }
        return sum;
    }

    @Test
    void ktosReferencePointIsThatOfAnswersAfterOtherPrompts() {
        List<LabelledResponse> batch = Preferring.labelled(Preferring.all()).subList(0, 6);
        KtoConfig config = KtoConfig.kto().withLoss(new KtoLoss(0.5, 1, 0.5)).with(base -> base.rate(1e-2));
        try (Policy policy = Preferring.policy();
                LanguageModel reference = policy.frozenCopy();
                KtoTrainer trainer = KtoTrainer.start(policy, config)) {
            StepReport first = trainer.step(batch);
            assertEquals(0, first.metric("kl"));
            // Half of the six are desirable: (3 * 0.5 * 1 + 3 * 0.5 * 0.5) / 6.
            assertEquals(0.375, first.metric("loss"), 1e-12);
            for (int i = 0; i < 10; i++) {
                trainer.step(batch);
            }
            double ratios = 0;
            // Prompts come in twos, so the next example of another prompt is the next or the one after it.
            int[] others = {2, 2, 4, 4, 0, 0};
            for (int i = 0; i < 6; i++) {
                int[] prompt = Prompts.encode(policy.tokenizer(), batch.get(i).prompt());
                int[] text = policy.tokenizer()
                        .encode(batch.get(others[i]).response().text());
                int[] ended = Arrays.copyOf(text, text.length + 1);
                Row row = Row.of(prompt, ended);
                ratios += sum(policy, row) - sum(reference, row);
            }
            double kl = trainer.evaluate(batch).metric("kl");
            assertEquals(Math.max(0, ratios / 6), kl, 1e-9);
            assertTrue(kl > 0, "the test is of a reference point above 0");
        }
    }

    @Test
    void ktoOfOnePromptHasTheReferencePointZero() {
        try (Policy policy = Preferring.policy();
                KtoTrainer trainer = KtoTrainer.start(policy, KtoConfig.kto().with(base -> base.rate(1e-2)))) {
            List<LabelledResponse> one = Preferring.labelled(Preferring.all()).subList(0, 2);
            trainer.step(one);
            assertEquals(0, trainer.step(one).metric("kl"));
            StepReport half = trainer.step(one.subList(0, 1));
            assertFalse(half.metrics().containsKey("rewards/rejected"));
        }
    }

    @Test
    void bcosDeltaIsTheMeanRewardOfTheStepsBefore(@TempDir Path root) {
        PreferenceConfig config = PreferenceConfig.of(new AnchoredPreference.BcoPair(0.5, 0), 1e-2);
        double sum = 0;
        int count = 0;
        try (Policy policy = Preferring.policy();
                PreferenceTrainer trainer = PreferenceTrainer.start(policy, config)) {
            for (int i = 0; i < 5; i++) {
                List<PreferencePair> batch = Preferring.all().subList(i, i + 2 + i % 2);
                StepReport report = trainer.step(batch);
                assertEquals(count == 0 ? 0 : sum / count, report.metric("delta"), 1e-12);
                sum += (report.metric("rewards/chosen") + report.metric("rewards/rejected")) * batch.size();
                count += 2 * batch.size();
            }
            trainer.save(root, "");
        }
        try (Policy policy = Preferring.policy();
                PreferenceTrainer trainer = PreferenceTrainer.resume(policy, config, root)) {
            assertEquals(sum / count, trainer.evaluate(Preferring.all()).metric("delta"), 1e-12);
        }
    }

    @Test
    void theLikelihoodIsTheMeanOverTheChosenTokens() {
        PreferenceConfig config = PreferenceConfig.dpo().withLikelihood(0.3);
        try (Policy policy = Preferring.policy();
                PreferenceTrainer trainer = PreferenceTrainer.start(policy, config);
                SftTrainer sft = SftTrainer.start(policy, SftConfig.reft())) {
            List<SftExample> chosen = new ArrayList<>();
            for (PreferencePair pair : Preferring.all()) {
                chosen.add(new SftExample(
                        pair.prompt().id(), pair.prompt().input(), pair.chosen().text()));
            }
            double nll = sft.evaluate(chosen).metric("loss");
            StepReport report = trainer.evaluate(Preferring.all());
            assertEquals(nll, report.metric("nll_loss"), 1e-6);
            assertEquals(Math.log(2) + 0.3 * nll, report.metric("loss"), 1e-6);
        }
    }

    @Test
    void everyLossOfTheFamilyIsAmongTheKinds() {
        List<String> names =
                Preferring.kinds().stream().map(Preferring.Kind::name).toList();
        for (Class<?> family : List.of(PreferenceLoss.class, AnchoredPreference.class)) {
            for (Class<?> loss : family.getDeclaredClasses()) {
                if (loss.isRecord() && PreferenceLoss.class.isAssignableFrom(loss)) {
                    assertTrue(
                            names.stream().anyMatch(name -> name.startsWith(loss.getSimpleName() + "[")),
                            loss + " is not among " + names);
                }
            }
        }
    }

    @Test
    void rewardsOfMeansAreOfMeans() {
        PreferenceConfig config = PreferenceConfig.of(new PreferenceLoss.SimPo(2, 0.5), 1e-2);
        try (Policy policy = Preferring.policy();
                PreferenceTrainer trainer = PreferenceTrainer.start(policy, config)) {
            StepReport report = trainer.evaluate(Preferring.all().subList(0, 1));
            assertEquals(
                    2 * report.metric("logps/chosen") / report.metric("length/chosen"),
                    report.metric("rewards/chosen"),
                    1e-12);
        }
    }

    @Test
    void marginsMatterAsTheConfigurationSays() {
        try (Policy policy = Preferring.policy();
                RewardModelTrainer with =
                        RewardModelTrainer.start(policy, RewardModelConfig.trl().withLoss(1, 0));
                RewardModelTrainer without =
                        RewardModelTrainer.start(policy, RewardModelConfig.trl().withLoss(0, 0));
                RewardModelTrainer centred =
                        RewardModelTrainer.start(policy, RewardModelConfig.trl().withLoss(0, 1))) {
            double plain = without.evaluate(Preferring.all()).metric("loss");
            assertTrue(with.evaluate(Preferring.all()).metric("loss") > plain + 0.05);
            assertTrue(centred.evaluate(Preferring.all()).metric("loss") > plain);
        }
    }
}
