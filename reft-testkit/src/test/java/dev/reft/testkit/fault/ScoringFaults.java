package dev.reft.testkit.fault;

import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Faults in what is reported of rows. */
final class ScoringFaults {
    private ScoringFaults() {}

    /** Changes each row of an output; the index is that in the batch. */
    private interface Change {
        float[] row(TokenScores scores, int i, float[] numbers);
    }

    private static Policy changed(Policy policy, Set<Output> outputs, Change change) {
        return new FaultyPolicy(policy) {
            @Override
            TokenScores report(TokenScores scores) {
                Map<Output, float[][]> channels = new EnumMap<>(Output.class);
                scores.channels().forEach((output, rows) -> {
                    float[][] reported = new float[rows.length][];
                    for (int i = 0; i < rows.length; i++) {
                        reported[i] = outputs.contains(output) ? change.row(scores, i, rows[i].clone()) : rows[i];
                    }
                    channels.put(output, reported);
                });
                return new TokenScores(scores.batch(), channels);
            }
        };
    }

    private static final Set<Output> VALUES = Set.of(Output.VALUE, Output.DETACHED_VALUE);

    static TokenBatch rows(TokenBatch batch, BinaryOperator<Row> change) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            rows.add(change.apply(batch.row(i), batch.row(0)));
        }
        return TokenBatch.of(rows);
    }

    static List<Fault> all() {
        return List.of(
                Fault.of("log-probs shifted by a token", "laterTokensChangeNothingEarlier", ScoringFaults::shifted),
                Fault.of(
                        "log-probs not normalised",
                        "logProbsOverTheVocabularyAddUpToOne",
                        p -> changed(p, Set.of(Output.LOG_PROB), (s, i, row) -> map(row, x -> 0.9f * x))),
                Fault.of(
                        "a value that peeks",
                        "laterTokensChangeNothingEarlier",
                        p -> changed(p, VALUES, (s, i, row) -> {
                            System.arraycopy(row, 1, row, 0, row.length - 1);
                            return row;
                        })),
                Fault.of(
                        "the last value is the one before",
                        "theLastValueIsAfterTheLastToken",
                        p -> changed(p, VALUES, (s, i, row) -> {
                            row[row.length - 1] = row.length > 1 ? row[row.length - 2] : 0;
                            return row;
                        })),
                Fault.of(
                        "pads that leak",
                        "companyChangesNothing",
                        p -> changed(p, Set.of(Output.LOG_PROB), (s, i, row) -> map(row, x -> x + 1e-5f * pads(s, i)))),
                Fault.of(
                        "a row that sees its neighbour",
                        "rowsWithACommonPrefixKeepApart",
                        p -> changed(
                                p,
                                Set.of(Output.ENTROPY),
                                (s, i, row) -> map(
                                        row,
                                        x -> x
                                                + 1e-4f
                                                        * s.batch()
                                                                .row(0)
                                                                .tokens()[
                                                                4
                                                                        % s.batch()
                                                                                .row(0)
                                                                                .tokens()
                                                                                .length]))),
                Fault.of(
                        "order of rows confused",
                        "companyChangesNothing",
                        p -> changed(p, VALUES, (s, i, row) -> map(row, x -> x + 1e-5f * i))),
                Fault.of("temperature ignored", "temperatureDividesTheLogits", p -> new FaultyPolicy(p) {
                    @Override
                    TokenBatch ask(TokenBatch batch) {
                        return rows(batch, (row, first) -> new Row(row.tokens(), row.scored(), 1f));
                    }
                }),
                Fault.of("the first row's temperature for all", "companyChangesNothing", p -> new FaultyPolicy(p) {
                    @Override
                    TokenBatch ask(TokenBatch batch) {
                        return rows(batch, (row, first) -> new Row(row.tokens(), row.scored(), first.temperature()));
                    }
                }),
                Fault.of(
                        "entropy in bits",
                        "logProbsOverTheVocabularyAddUpToOne",
                        p -> changed(p, Set.of(Output.ENTROPY), (s, i, row) -> map(row, x -> x / (float) Math.log(2)))),
                Fault.of("more outputs than wanted", "givesExactlyTheOutputsWanted", p -> new FaultyPolicy(p) {
                    @Override
                    public TokenScores score(TokenBatch batch, Set<Output> wanted) {
                        return inner.score(batch, wanted.isEmpty() ? wanted : info().outputs());
                    }
                }),
                Fault.of("tokens outside the vocabulary clamped", "badInputIsNamed", ScoringFaults::clamped));
    }

    private static Policy shifted(Policy policy) {
        return changed(policy, Set.of(Output.LOG_PROB), (scores, i, row) -> {
            float[] rotated = row.clone();
            for (int t = 0; t < row.length; t++) {
                rotated[t] = row[(t + 1) % row.length];
            }
            return rotated;
        });
    }

    private static Policy clamped(Policy policy) {
        return new FaultyPolicy(policy) {
            @Override
            TokenBatch ask(TokenBatch batch) {
                return rows(batch, (row, first) -> {
                    int[] tokens = row.tokens().clone();
                    for (int t = 0; t < tokens.length; t++) {
                        tokens[t] = Math.min(tokens[t], info().vocabularySize() - 1);
                    }
                    return new Row(tokens, row.scored(), row.temperature());
                });
            }
        };
    }

    private interface FloatMap {
        float apply(float x);
    }

    private static float[] map(float[] row, FloatMap map) {
        for (int t = 0; t < row.length; t++) {
            row[t] = map.apply(row[t]);
        }
        return row;
    }

    private static int pads(TokenScores scores, int i) {
        int longest = 0;
        for (int j = 0; j < scores.batch().size(); j++) {
            longest = Math.max(longest, scores.batch().row(j).tokens().length);
        }
        return longest - scores.batch().row(i).tokens().length;
    }
}
