package dev.reft.examples.guide;

import dev.reft.math.Categorical;
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
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

// region own-provider
/**
 * A provider of one toy model: each time that a token came before in the row makes it two to four times as likely. Named in {@code META-INF/services/dev.reft.model.ModelProvider}, it is found by {@code Models.open}.
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
        return new RepeatModel(Integer.parseInt(spec.model().substring("repeat:".length())));
    }

    private static final class RepeatModel implements Scorer {
        private final int vocabulary;
        private final CallGuard guard;
        private boolean closed;

        RepeatModel(int vocabulary) {
            this.vocabulary = vocabulary;
            this.guard = new CallGuard("repeat:" + vocabulary);
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            try (CallGuard.Call call = guard.enter("score")) { // one call at a time, as of every model
                if (closed) {
                    throw new IllegalStateException("repeat:" + vocabulary + " is closed");
                }
                if (wanted.isEmpty() || !info().outputs().containsAll(wanted)) {
                    throw new IllegalArgumentException("gives " + info().outputs() + ", not " + wanted);
                }
                float[][] logProbs = new float[batch.size()][];
                float[][] entropies = new float[batch.size()][];
                for (int i = 0; i < batch.size(); i++) {
                    int n = batch.row(i).scored().length;
                    logProbs[i] = new float[n];
                    entropies[i] = new float[n];
                    score(i, batch.row(i), logProbs[i], entropies[i]);
                }
                Map<Output, float[][]> channels = new EnumMap<>(Output.class);
                channels.put(Output.LOG_PROB, logProbs);
                channels.put(Output.ENTROPY, entropies);
                channels.keySet().retainAll(wanted);
                return new TokenScores(batch, channels);
            }
        }

        private void score(int index, Row row, float[] logProbs, float[] entropies) {
            if (row.tokens().length > info().contextLength()) {
                throw new IllegalArgumentException("row " + index + " has " + row.tokens().length
                        + " tokens, the context holds " + info().contextLength());
            }
            double[] logits = new double[vocabulary]; // of the next token, after the tokens so far
            int scored = 0;
            for (int position = 0; position < row.tokens().length; position++) {
                int token = row.tokens()[position];
                if (token >= vocabulary) {
                    throw new IllegalArgumentException("row " + index + ", token " + position + " has the id " + token
                            + ", the vocabulary has " + vocabulary);
                }
                if (scored < logProbs.length && row.scored()[scored] == position) {
                    logProbs[scored] = (float) Categorical.logProbs(logits, row.temperature())[token];
                    entropies[scored++] = (float) Categorical.entropy(logits, row.temperature());
                }
                logits[token] += Math.log(2) * (1 + token / (double) vocabulary);
            }
        }

        @Override
        public ModelInfo info() {
            Set<Output> outputs = Set.of(Output.LOG_PROB, Output.ENTROPY);
            return new ModelInfo("repeat:" + vocabulary, vocabulary, 64, 1 << 20, outputs, 0);
        }

        @Override
        public Tokenizer tokenizer() {
            throw new IllegalStateException("repeat:" + vocabulary + " has no tokenizer");
        }

        @Override
        public void close() {
            try (CallGuard.Call call = guard.enter("close")) {
                closed = true; // nothing else is held
            }
        }
    }
}
// endregion
