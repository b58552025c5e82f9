package dev.reft.examples.generate;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.model.ModelInfo;
import dev.reft.model.Sampler;
import dev.reft.testkit.tiny.CharacterTokenizer;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Answers by a function of question and seed. */
final class ScriptedSampler implements Sampler {
    /** What it says. */
    interface Script {
        String answer(String question, long seed);
    }

    private final Script script;
    private final CharacterTokenizer tokenizer;

    ScriptedSampler(Script script) {
        this.script = script;
        StringBuilder ascii = new StringBuilder("\n");
        for (char c = ' '; c <= '~'; c++) {
            ascii.append(c);
        }
        tokenizer = new CharacterTokenizer(ascii.toString());
    }

    @Override
    public Generation generation() {
        List<GenerationRequest> open = new ArrayList<>();
        return new Generation() {
            @Override
            public void add(GenerationRequest request) {
                open.add(request);
            }

            @Override
            public int unfinished() {
                return open.size();
            }

            @Override
            public List<Completion> advance() {
                GenerationRequest request = open.remove(open.size() - 1);
                List<Completion> completions = new ArrayList<>();
                for (int s = 0; s < request.seeds().length; s++) {
                    String text = script.answer(tokenizer.decode(request.prompt()), request.seeds()[s]);
                    completions.add(new Completion(request.id(), s, List.of(), text, Finish.END));
                }
                return completions;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("script", 100, 2000, 2000, Set.of(), 0);
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public void close() {}
}
