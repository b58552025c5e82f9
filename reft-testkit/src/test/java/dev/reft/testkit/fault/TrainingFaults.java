package dev.reft.testkit.fault;

import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** Faults on the way back from slopes to gradients. */
final class TrainingFaults {
    private TrainingFaults() {}

    private static Policy giving(Policy policy, BiFunction<TokenScores, Slopes, Slopes> change) {
        return new FaultyPolicy(policy) {
            @Override
            Slopes give(TokenScores scores, Slopes slopes) {
                return change.apply(scores, slopes);
            }
        };
    }

    private static Slopes without(Slopes slopes, Output output) {
        Map<Output, float[][]> rest = new EnumMap<>(Output.class);
        rest.putAll(slopes.channels());
        rest.remove(output);
        return new Slopes(rest);
    }

    private static Slopes scaled(Slopes slopes, float factor) {
        Map<Output, float[][]> scaled = new EnumMap<>(Output.class);
        slopes.channels().forEach((output, rows) -> {
            float[][] copy = new float[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                copy[i] = rows[i].clone();
                for (int t = 0; t < copy[i].length; t++) {
                    copy[i][t] *= factor;
                }
            }
            scaled.put(output, copy);
        });
        return new Slopes(scaled);
    }

    /** Another output in the place of one, forward and backward. */
    private static Policy instead(Policy policy, Output asked, Output made) {
        return new FaultyPolicy(policy) {
            @Override
            public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                if (!wanted.contains(asked)) {
                    return super.forward(batch, wanted);
                }
                Set<Output> other = new HashSet<>(wanted);
                other.remove(asked);
                other.add(made);
                ForwardPass pass = inner.forward(batch, other);
                return new Renamed(pass, asked, made);
            }
        };
    }

    private record Renamed(ForwardPass pass, Output asked, Output made) implements ForwardPass {
        @Override
        public TokenScores scores() {
            return new TokenScores(pass.scores().batch(), renamed(pass.scores().channels(), made, asked));
        }

        @Override
        public void backward(Slopes slopes) {
            pass.backward(new Slopes(renamed(slopes.channels(), asked, made)));
        }

        @Override
        public void close() {
            pass.close();
        }

        private static Map<Output, float[][]> renamed(Map<Output, float[][]> channels, Output from, Output to) {
            Map<Output, float[][]> other = new EnumMap<>(Output.class);
            channels.forEach((output, rows) -> other.put(output == from ? to : output, rows));
            return other;
        }
    }

    static List<Fault> all() {
        return List.of(
                Fault.of(
                        "averaged instead of summed gradients",
                        "microBatchesAddUp",
                        p -> giving(
                                p,
                                (scores, slopes) ->
                                        scaled(slopes, 1f / scores.batch().size()))),
                Fault.of(
                        "half the gradient",
                        "logProbSlopesAreFollowed",
                        p -> giving(p, (scores, slopes) -> scaled(slopes, 0.5f))),
                Fault.of(
                        "ascent instead of descent",
                        "valueSlopesAreFollowed",
                        p -> giving(p, (scores, slopes) -> scaled(slopes, -1f))),
                Fault.of(
                        "missing entropy slope",
                        "entropySlopesAreFollowed",
                        p -> giving(p, (scores, slopes) -> without(slopes, Output.ENTROPY))),
                Fault.of(
                        "entropy slope lost beside log-probs",
                        "slopesOfSeveralOutputsAddUp",
                        p -> giving(
                                p,
                                (scores, slopes) -> slopes.channels().containsKey(Output.LOG_PROB)
                                        ? without(slopes, Output.ENTROPY)
                                        : slopes)),
                Fault.of(
                        "detached values train the trunk",
                        "detachedValuesStopAtTheHead",
                        p -> instead(p, Output.DETACHED_VALUE, Output.VALUE)),
                Fault.of(
                        "values never train the trunk",
                        "detachedValuesStopAtTheHead",
                        p -> instead(p, Output.VALUE, Output.DETACHED_VALUE)),
                Fault.of("temperature missing in the gradient", "logProbSlopesAreFollowed", TrainingFaults::cold),
                Fault.of(
                        "NaN slopes set to zero",
                        "badSlopesAreRefused",
                        p -> giving(p, (scores, slopes) -> {
                            slopes.channels().values().forEach(rows -> {
                                for (float[] row : rows) {
                                    for (int t = 0; t < row.length; t++) {
                                        row[t] = Float.isFinite(row[t]) ? row[t] : 0;
                                    }
                                }
                            });
                            return slopes;
                        })),
                Fault.of("a second backward is ignored", "badSlopesAreRefused", p -> new FaultyPolicy(p) {
                    @Override
                    public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                        ForwardPass pass = super.forward(batch, wanted);
                        return new Deaf(pass);
                    }
                }),
                Fault.of("prompt tokens are trained too", "rowsThatScoreNothingTrainNothing", TrainingFaults::greedy));
    }

    private static final class Deaf implements ForwardPass {
        private final ForwardPass pass;
        private boolean done;

        Deaf(ForwardPass pass) {
            this.pass = pass;
        }

        @Override
        public TokenScores scores() {
            return pass.scores();
        }

        @Override
        public void backward(Slopes slopes) {
            if (!done) {
                pass.backward(slopes);
                done = true;
            }
        }

        @Override
        public void close() {
            pass.close();
        }
    }

    /** Scores at the row's temperature, gradients at 1. */
    private static Policy cold(Policy policy) {
        return new FaultyPolicy(policy) {
            @Override
            public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                TokenScores right = inner.score(batch, wanted);
                ForwardPass pass = inner.forward(
                        ScoringFaults.rows(batch, (row, first) -> new Row(row.tokens(), row.scored(), 1f)), wanted);
                return new Reporting(pass, right);
            }
        };
    }

    private record Reporting(ForwardPass pass, TokenScores scores) implements ForwardPass {
        @Override
        public void backward(Slopes slopes) {
            pass.backward(slopes);
        }

        @Override
        public void close() {
            pass.close();
        }
    }

    /** Every backward trains the second token of each row as well. */
    private static Policy greedy(Policy policy) {
        return new FaultyPolicy(policy) {
            @Override
            public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                ForwardPass pass = inner.forward(batch, wanted);
                return new ForwardPass() {
                    @Override
                    public TokenScores scores() {
                        return pass.scores();
                    }

                    @Override
                    public void backward(Slopes slopes) {
                        pass.backward(slopes);
                        trainSecond(batch);
                    }

                    @Override
                    public void close() {
                        pass.close();
                    }
                };
            }

            private void trainSecond(TokenBatch batch) {
                TokenBatch second = ScoringFaults.rows(
                        batch,
                        (row, first) ->
                                new Row(row.tokens(), row.tokens().length > 1 ? new int[] {1} : new int[0], 1f));
                float[][] slopes = new float[second.size()][];
                for (int i = 0; i < slopes.length; i++) {
                    slopes[i] = new float[second.row(i).scored().length];
                    Arrays.fill(slopes[i], 0.1f);
                }
                try (ForwardPass extra = inner.forward(second, Set.of(Output.LOG_PROB))) {
                    extra.backward(new Slopes(Map.of(Output.LOG_PROB, slopes)));
                }
            }
        };
    }
}
