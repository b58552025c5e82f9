package dev.reft.graders.judges;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Segment;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A model whose tokens are chars: it says what a function makes of its prompt, values a row by its length,
 * and finds a token likely that was there before. */
public final class FakeModel implements LanguageModel {
    private final Function<String, String> says;
    private final int context;
    private final Set<Output> outputs;
    private final List<GenerationRequest> asked = new ArrayList<>();

    public FakeModel(Function<String, String> says, int context, Set<Output> outputs) {
        this.says = says;
        this.context = context;
        this.outputs = outputs;
    }

    List<GenerationRequest> asked() {
        return asked;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("fake", 1 << 16, context, 1 << 16, outputs, 1e-6);
    }

    @Override
    public Tokenizer tokenizer() {
        return new Chars();
    }

    @Override
    public TokenScores score(TokenBatch batch, Set<Output> wanted) {
        float[][] values = new float[batch.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = new float[batch.row(i).scored().length + 1];
            values[i][values[i].length - 1] = batch.row(i).tokens().length;
        }
        float[][] logProbs = new float[batch.size()][];
        for (int i = 0; i < logProbs.length; i++) {
            logProbs[i] = new float[batch.row(i).scored().length];
            for (int t = 0; t < logProbs[i].length; t++) {
                logProbs[i][t] = logProb(batch.row(i).tokens(), batch.row(i).scored()[t]);
            }
        }
        return new TokenScores(batch, Map.of(Output.VALUE, values, Output.LOG_PROB, logProbs));
    }

    /** A token that was seen before is likelier. */
    private static float logProb(int[] tokens, int at) {
        float logProb = -2;
        for (int i = 0; i < at; i++) {
            logProb += tokens[i] == tokens[at] ? 1 : 0;
        }
        return Math.min(-0.1f, logProb);
    }

    @Override
    public Generation generation() {
        return new Generation() {
            private final Map<String, GenerationRequest> open = new LinkedHashMap<>();

            @Override
            public void add(GenerationRequest request) {
                asked.add(request);
                open.put(request.id(), request);
            }

            @Override
            public int unfinished() {
                return open.size();
            }

            @Override
            public List<Completion> advance() {
                List<Completion> done = new ArrayList<>();
                open.forEach((id, request) -> {
                    String text = says.apply(new Chars().decode(request.prompt()));
                    int[] tokens = new Chars().encode(text);
                    Segment segment = new Segment.Sampled(tokens, new float[0], new float[0]);
                    done.add(new Completion(id, 0, List.of(segment), text, Finish.END));
                });
                open.clear();
                return done;
            }

            @Override
            public void close() {
                open.clear();
            }
        };
    }

    @Override
    public void close() {}

    private static final class Chars implements Tokenizer {
        @Override
        public int[] encode(String text) {
            return text.chars().toArray();
        }

        @Override
        public int[] encodeControls(String text) {
            return encode(text);
        }

        @Override
        public String decode(int[] ids) {
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append((char) id);
            }
            return text.toString();
        }

        @Override
        public Set<Integer> endIds() {
            return Set.of(0);
        }

        @Override
        public int[] render(List<Message> chat, boolean openAnswer, Map<String, Object> variables) {
            StringBuilder text = new StringBuilder();
            chat.forEach(m -> text.append('<').append(m.role()).append('>').append(m.content()));
            return encode(openAnswer ? text + "<assistant>" : text.toString());
        }
    }
}
