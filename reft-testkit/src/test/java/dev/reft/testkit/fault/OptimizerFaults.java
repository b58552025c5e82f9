package dev.reft.testkit.fault;

import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.Training;
import dev.reft.testkit.contract.StateContract;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Faults in steps, in what is kept, and in who may call when. */
final class OptimizerFaults {
    private OptimizerFaults() {}

    private static Policy stepping(Policy policy, UnaryOperator<StepSize> size, UnaryOperator<StepResult> result) {
        return new FaultyPolicy(policy) {
            @Override
            public StepResult step(StepSize asked) {
                return result.apply(inner.step(size.apply(asked)));
            }
        };
    }

    private static Training with(Training t, Replicas replicas) {
        return new Training(t.valueHead(), t.adapter(), t.optimizer(), t.seed(), replicas);
    }

    private static Training with(Training t, Optimizer optimizer) {
        return new Training(t.valueHead(), t.adapter(), optimizer, t.seed(), t.replicas());
    }

    static List<Fault> all() {
        return List.of(
                Fault.of(
                        "clipping ignored",
                        "clippingScalesTheGradient",
                        p -> stepping(
                                p,
                                s -> new StepSize(s.policyRate(), s.valueRate(), Double.POSITIVE_INFINITY),
                                UnaryOperator.identity())),
                new Fault("the update is clipped, not the gradient", "clippingComesBeforeTheOptimizer", ClipAfter::new),
                Fault.of("norm reported after clipping", "clippingScalesTheGradient", OptimizerFaults::clippedNorm),
                Fault.of(
                        "one rate for all parts",
                        "ratesAreApart",
                        p -> stepping(
                                p,
                                s -> new StepSize(s.valueRate(), s.valueRate(), s.maxGradientNorm()),
                                UnaryOperator.identity())),
                Fault.of("gradients not zeroed by a step", "aStepZeroesTheGradients", Hoarding::new),
                Fault.of("momentum moves what was not reached", "partsThatNoBackwardReachedStay", Restless::new),
                Fault.of(
                        "a step with NaN called applied",
                        "aGradientThatIsNotFiniteChangesNothing",
                        p -> stepping(p, UnaryOperator.identity(), r -> new StepResult(true, r.gradientNorm()))),
                new Fault(
                        "replicas ignored",
                        "replicasAreSummedBeforeTheNorm",
                        (t, healthy) -> healthy.apply(with(t, Replicas.SINGLE))),
                new Fault(
                        "replicas averaged",
                        "replicasAreSummedBeforeTheNorm",
                        (t, healthy) -> healthy.apply(with(t, new Averaging(t.replicas())))),
                Fault.of("a step while a pass is open is skipped", "noStepWhileSomethingIsOpen", Lenient::new),
                new Fault(
                        "AdamW is plain descent",
                        "clippingComesBeforeTheOptimizer",
                        (t, healthy) -> healthy.apply(with(t, new Optimizer.Sgd()))),
                Fault.of("moments survive a restart", "restartingForgetsTheMoments", p -> new FaultyPolicy(p) {
                    @Override
                    public void restartOptimizer(Optimizer optimizer) {
                        if (optimizer instanceof Optimizer.Sgd) {
                            inner.restartOptimizer(optimizer);
                        }
                    }
                }),
                Fault.of("moments lost on restore", "aRestoredPolicyContinuesExactly", p -> new FaultyPolicy(p) {
                    @Override
                    public void restoreState(Path directory) {
                        inner.restoreState(directory);
                        inner.restartOptimizer(StateContract.ADAM);
                    }
                }),
                new Fault("the state forgets the optimiser", "theStateHoldsTheOptimizer", Forgetful::new),
                Fault.of("a frozen copy that aliases", "aFrozenCopyNeverChanges", p -> new FaultyPolicy(p) {
                    @Override
                    public LanguageModel frozenCopy() {
                        return new FaultyPolicy(inner) {
                            @Override
                            public void close() {
                                // An alias frees nothing.
                            }
                        };
                    }
                }),
                new Fault(
                        "a second call is admitted",
                        "everySecondCallIsRefused",
                        (t, healthy) -> new FaultyPolicy(healthy.apply(t)) {
                            private final Policy twin = healthy.apply(t);

                            @Override
                            public TokenScores score(TokenBatch batch, Set<Output> wanted) {
                                return twin.score(batch, wanted);
                            }
                        }),
                Fault.of("a second call waits its turn", "aSecondCallIsRefused", p -> new FaultyPolicy(p) {
                    @Override
                    public synchronized TokenScores score(TokenBatch batch, Set<Output> wanted) {
                        return inner.score(batch, wanted);
                    }
                }),
                Fault.of(
                        "close does not look who calls",
                        "aSecondCallIsRefusedWhileGenerating",
                        p -> new FaultyPolicy(p) {
                            @Override
                            public void close() {
                                try {
                                    inner.close();
                                } catch (IllegalStateException e) {
                                    // Swallowed: that is the fault.
                                }
                            }
                        }));
    }

    private static Policy clippedNorm(Policy policy) {
        return new FaultyPolicy(policy) {
            @Override
            public StepResult step(StepSize size) {
                StepResult result = inner.step(size);
                return new StepResult(result.applied(), Math.min(result.gradientNorm(), size.maxGradientNorm()));
            }
        };
    }

    /** A twin with plain descent learns the norm that the update is then scaled by. */
    private static final class ClipAfter extends FaultyPolicy {
        private final Policy twin;

        ClipAfter(Training training, Function<Training, Policy> healthy) {
            super(healthy.apply(training));
            twin = healthy.apply(with(with(training, new Optimizer.Sgd()), Replicas.SINGLE));
        }

        @Override
        Slopes give(TokenScores scores, Slopes slopes) {
            slopes.checkAgainst(scores);
            try (ForwardPass pass =
                    twin.forward(scores.batch(), scores.channels().keySet())) {
                pass.backward(slopes);
            }
            return slopes;
        }

        @Override
        public StepResult step(StepSize size) {
            double norm = twin.step(new StepSize(0, 0, 1)).gradientNorm();
            double factor = norm > 0 ? Math.min(1, size.maxGradientNorm() / norm) : 1;
            return inner.step(
                    new StepSize(size.policyRate() * factor, size.valueRate() * factor, Double.POSITIVE_INFINITY));
        }
    }

    private static final class Hoarding extends FaultyPolicy {
        private TokenScores scores;
        private Slopes slopes;

        Hoarding(Policy inner) {
            super(inner);
        }

        @Override
        Slopes give(TokenScores of, Slopes given) {
            scores = of;
            slopes = given;
            return given;
        }

        @Override
        public StepResult step(StepSize size) {
            StepResult result = inner.step(size);
            if (scores != null) {
                try (ForwardPass pass =
                        inner.forward(scores.batch(), scores.channels().keySet())) {
                    pass.backward(slopes);
                }
            }
            return result;
        }
    }

    /** Detached values come with slopes of zero for the words, which wake the trunk's momentum. */
    private static final class Restless extends FaultyPolicy {
        Restless(Policy inner) {
            super(inner);
        }

        @Override
        public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
            Set<Output> more = new HashSet<>(wanted);
            more.add(Output.LOG_PROB);
            return super.forward(batch, more);
        }

        @Override
        Slopes give(TokenScores scores, Slopes slopes) {
            if (slopes.channels().containsKey(Output.LOG_PROB)) {
                return slopes;
            }
            float[][] zeros = new float[scores.batch().size()][];
            for (int i = 0; i < zeros.length; i++) {
                zeros[i] = new float[scores.batch().row(i).scored().length];
            }
            Map<Output, float[][]> all = new EnumMap<>(Output.class);
            all.putAll(slopes.channels());
            all.put(Output.LOG_PROB, zeros);
            return new Slopes(all);
        }
    }

    private record Averaging(Replicas inner) implements Replicas {
        @Override
        public int rank() {
            return inner.rank();
        }

        @Override
        public int size() {
            return inner.size();
        }

        @Override
        public List<byte[]> gather(byte[] mine) {
            return inner.gather(mine);
        }

        @Override
        public void sum(FloatBuffer gradients) {
            inner.sum(gradients);
            for (int i = gradients.position(); i < gradients.limit(); i++) {
                gradients.put(i, gradients.get(i) / size());
            }
        }
    }

    private static final class Lenient extends FaultyPolicy {
        Lenient(Policy inner) {
            super(inner);
        }

        @Override
        public StepResult step(StepSize size) {
            try {
                return inner.step(size);
            } catch (IllegalStateException e) {
                return new StepResult(false, Double.NaN);
            }
        }
    }

    private static final class Forgetful extends FaultyPolicy {
        private Optimizer optimizer;

        Forgetful(Training training, Function<Training, Policy> healthy) {
            super(healthy.apply(training));
            optimizer = training.optimizer();
        }

        @Override
        public void restartOptimizer(Optimizer next) {
            optimizer = next;
            inner.restartOptimizer(next);
        }

        @Override
        public void restoreState(Path directory) {
            inner.restoreState(directory);
            inner.restartOptimizer(optimizer);
        }
    }
}
