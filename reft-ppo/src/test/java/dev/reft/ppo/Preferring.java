package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.math.AnchoredPreference;
import dev.reft.math.KtoLoss;
import dev.reft.math.PreferenceLoss;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Training;
import dev.reft.testkit.Checked;
import dev.reft.testkit.tiny.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A taste for answers with an a over answers with a b, on prompts of two letters: every trainer of this kind learns it. */
final class Preferring {
    static final TinyModel MODEL =
            TinyModel.of("abcdef>").withContext(10).withSizes(12, 2, 24, 1).withSeed(5);
    private static final String LETTERS = "cdef";
    private static final String[] CHOSEN = {"a", "ca", "adc", "eae"};
    private static final String[] REJECTED = {"b", "dbe", "bc", "fb"};

    private Preferring() {}

    static Policy policy() {
        return policy(Replicas.SINGLE);
    }

    static Policy policy(Replicas replicas) {
        Training plain = Training.full(1);
        return Checked.policy(MODEL.policy(
                new Training(plain.valueHead(), plain.adapter(), plain.optimizer(), plain.seed(), replicas)));
    }

    static List<PreferencePair> all() {
        List<PreferencePair> pairs = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Prompt prompt = Prompt.text("p" + i, "" + LETTERS.charAt(i % 4) + LETTERS.charAt(i / 4) + ">", "");
            pairs.add(new PreferencePair(
                    prompt,
                    Response.of(CHOSEN[(i + i / 4) % 4]),
                    Response.of(REJECTED[(3 * i + i / 4) % 4]),
                    0.5 * (i % 3),
                    Map.of()));
        }
        return pairs;
    }

    static List<PreferencePair> training() {
        return all().stream().filter(p -> all().indexOf(p) % 5 != 3).toList();
    }

    static List<PreferencePair> heldOut() {
        return all().stream().filter(p -> all().indexOf(p) % 5 == 3).toList();
    }

    /** Pairs that count differently. */
    static List<PreferencePair> weighted(List<PreferencePair> pairs) {
        List<PreferencePair> weighted = new ArrayList<>();
        for (PreferencePair pair : pairs) {
            weighted.add(pair.withWeight(1.0 / (1 + weighted.size() % 3)));
        }
        return weighted;
    }

    static List<LabelledResponse> labelled(List<PreferencePair> pairs) {
        List<LabelledResponse> examples = new ArrayList<>();
        for (PreferencePair pair : pairs) {
            examples.add(new LabelledResponse(pair.prompt(), pair.chosen(), true));
            examples.add(new LabelledResponse(pair.prompt(), pair.rejected(), false));
        }
        return examples;
    }

    /** What the trainers can do, so that one test speaks of all of them. */
    interface Handle extends AutoCloseable {
        StepReport step(List<PreferencePair> pairs);

        StepReport evaluate(List<PreferencePair> pairs);

        void save(Path root);

        long steps();

        @Override
        void close();
    }

    /** A trainer with a configuration; opened afresh, or from a checkpoint. */
    record Kind(String name, Opening opening) {
        Handle open(Policy policy, UnaryOperator<SftConfigBuilder> base, Path checkpoint) {
            return opening.open(policy, base, checkpoint);
        }

        Handle open(Policy policy) {
            return opening.open(policy, base -> base, null);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    interface Opening {
        Handle open(Policy policy, UnaryOperator<SftConfigBuilder> base, Path checkpoint);
    }

    static List<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        for (PreferenceLoss loss : List.of(
                new PreferenceLoss.Logistic(0.3, 0, false),
                new PreferenceLoss.Logistic(2, 0.1, true),
                new PreferenceLoss.Robust(0.3, 0.1),
                new PreferenceLoss.Hinge(0.3),
                new PreferenceLoss.Ipo(0.3, false),
                new PreferenceLoss.Ipo(0.3, true),
                new PreferenceLoss.SimPo(2, 0.5),
                new PreferenceLoss.Orpo(0.5),
                new AnchoredPreference.ApoZero(0.5),
                new AnchoredPreference.ApoDown(0.5),
                new AnchoredPreference.NcaPair(0.5),
                new AnchoredPreference.BcoPair(0.5, 0),
                new AnchoredPreference.SppoHard(0.3),
                new AnchoredPreference.ExoPair(0.3, 1e-3),
                new AnchoredPreference.DiscoPop(0.3, 0.5))) {
            kinds.add(preference(PreferenceConfig.of(loss, 1e-2)));
        }
        kinds.add(preference(PreferenceConfig.cpo()));
        kinds.add(preference(PreferenceConfig.dpo().withDesensitising(0.4).withLikelihood(0.2)));
        kinds.add(new Kind("kto", Preferring::kto));
        kinds.add(new Kind("reward model", Preferring::rewardModel));
        kinds.add(new Kind("reranker", Preferring::reranker));
        return kinds;
    }

    static Kind preference(PreferenceConfig config) {
        String name = config.loss() + ", " + config.desensitising() + ", " + config.likelihood();
        return new Kind(name, (policy, base, checkpoint) -> {
            PreferenceConfig own = config.with(b -> base.apply(b.rate(1e-2)));
            PreferenceTrainer trainer = checkpoint == null
                    ? PreferenceTrainer.start(policy, own)
                    : PreferenceTrainer.resume(policy, own, checkpoint);
            return new Handle() {
                @Override
                public StepReport step(List<PreferencePair> pairs) {
                    return trainer.step(pairs);
                }

                @Override
                public StepReport evaluate(List<PreferencePair> pairs) {
                    return trainer.evaluate(pairs);
                }

                @Override
                public void save(Path root) {
                    trainer.save(root, "host");
                }

                @Override
                public long steps() {
                    return trainer.steps();
                }

                @Override
                public void close() {
                    trainer.close();
                }
            };
        });
    }

    private static Handle kto(Policy policy, UnaryOperator<SftConfigBuilder> base, Path checkpoint) {
        KtoConfig config = KtoConfig.kto().withLoss(new KtoLoss(0.5, 1, 1)).with(b -> base.apply(b.rate(1e-2)));
        KtoTrainer trainer =
                checkpoint == null ? KtoTrainer.start(policy, config) : KtoTrainer.resume(policy, config, checkpoint);
        return new Handle() {
            @Override
            public StepReport step(List<PreferencePair> pairs) {
                return trainer.step(labelled(pairs));
            }

            @Override
            public StepReport evaluate(List<PreferencePair> pairs) {
                return trainer.evaluate(labelled(pairs));
            }

            @Override
            public void save(Path root) {
                trainer.save(root, "host");
            }

            @Override
            public long steps() {
                return trainer.steps();
            }

            @Override
            public void close() {
                trainer.close();
            }
        };
    }

    private static Handle rewardModel(Policy policy, UnaryOperator<SftConfigBuilder> base, Path checkpoint) {
        double rate =
                base.apply(SftConfig.reft().toBuilder().rate(1e-2)).build().rate();
        RewardModelConfig config = RewardModelConfig.trl().with(base).withRates(rate, rate);
        RewardModelTrainer trainer = checkpoint == null
                ? RewardModelTrainer.start(policy, config)
                : RewardModelTrainer.resume(policy, config, checkpoint);
        return new Handle() {
            @Override
            public StepReport step(List<PreferencePair> pairs) {
                return trainer.step(pairs);
            }

            @Override
            public StepReport evaluate(List<PreferencePair> pairs) {
                return trainer.evaluate(pairs);
            }

            @Override
            public void save(Path root) {
                trainer.save(root, "host");
            }

            @Override
            public long steps() {
                return trainer.steps();
            }

            @Override
            public void close() {
                trainer.close();
            }
        };
    }

    private static Handle reranker(Policy policy, UnaryOperator<SftConfigBuilder> base, Path checkpoint) {
        double rate =
                base.apply(SftConfig.reft().toBuilder().rate(1e-2)).build().rate();
        RerankerConfig config = RerankerConfig.reft().with(base).withRates(rate, rate);
        RerankerTrainer trainer = checkpoint == null
                ? RerankerTrainer.start(policy, config)
                : RerankerTrainer.resume(policy, config, checkpoint);
        return new Handle() {
            @Override
            public StepReport step(List<PreferencePair> pairs) {
                return trainer.step(labelled(pairs));
            }

            @Override
            public StepReport evaluate(List<PreferencePair> pairs) {
                return trainer.evaluate(labelled(pairs));
            }

            @Override
            public void save(Path root) {
                trainer.save(root, "host");
            }

            @Override
            public long steps() {
                return trainer.steps();
            }

            @Override
            public void close() {
                trainer.close();
            }
        };
    }
}
