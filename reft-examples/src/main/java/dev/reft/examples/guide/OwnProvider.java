package dev.reft.examples.guide;

import dev.reft.model.CallGuard;
import dev.reft.model.Model;
import dev.reft.model.ModelInfo;
import dev.reft.model.ModelProvider;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.ProviderOption;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Tokenizer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

// region own-provider
/**
 * A provider of one toy model: a token is twice as likely for each time that it came before in the row. Named in {@code META-INF/services/dev.reft.model.ModelProvider}, it is found by {@code Models.open}.
 */
public final class OwnProvider implements ModelProvider {
    @Override
    public String name() {
        return "repeat";
    }

    @Override
    public Optional<String> refuses(ModelSpec spec) {
        if (!spec.model().startsWith("repeat:")) {
            return Optional.of("opens models named repeat:VOCABULARY only");
        }
        for (ProviderOption option : spec.options()) {
            return Optional.of("does not know the option " + option);
        }
        return Optional.empty();
    }

    @Override
    public Model open(ModelSpec spec) {
        return new RepeatModel(
                Integer.parseInt(spec.model().substring("repeat:".length())), new CallGuard(spec.model()));
    }

    private record RepeatModel(int vocabulary, CallGuard guard) implements Scorer {
        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            try (CallGuard.Call call = guard.enter("score")) { // one call at a time, as of every model
                if (!info().outputs().containsAll(wanted)) {
                    throw new IllegalArgumentException("gives " + info().outputs() + ", not " + wanted);
                }
                float[][] logProbs = new float[batch.size()][];
                for (int i = 0; i < logProbs.length; i++) {
                    logProbs[i] = logProbs(i, batch.row(i));
                }
                return new TokenScores(batch, Map.of(Output.LOG_PROB, logProbs));
            }
        }

        private float[] logProbs(int index, Row row) {
            double[] logits = new double[vocabulary]; // of the next token, after the tokens so far
            float[] result = new float[row.scored().length];
            int scored = 0;
            for (int position = 0; position < row.tokens().length; position++) {
                int token = row.tokens()[position];
                if (token >= vocabulary) {
                    throw new IllegalArgumentException("row " + index + ", token " + position + " has the id " + token
                            + ", the vocabulary has " + vocabulary);
                }
                if (scored < result.length && row.scored()[scored] == position) {
                    double sum = Arrays.stream(logits)
                            .map(logit -> Math.exp(logit / row.temperature()))
                            .sum();
                    result[scored++] = (float) (logits[token] / row.temperature() - Math.log(sum));
                }
                logits[token] += Math.log(2);
            }
            return result;
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo("repeat:" + vocabulary, vocabulary, 4096, 1 << 20, Set.of(Output.LOG_PROB), 0);
        }

        @Override
        public Tokenizer tokenizer() {
            throw new IllegalStateException("repeat:" + vocabulary + " has no tokenizer");
        }

        @Override
        public void close() {
            guard.enter("close").close(); // nothing is held, but a running call is respected
        }
    }
}
// endregion
