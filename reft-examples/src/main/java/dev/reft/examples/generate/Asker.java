package dev.reft.examples.generate;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.Sampler;
import dev.reft.random.Seeds;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Asks a model in words.
 *
 * @param sampler any; stays the caller's to close
 * @param chat whether questions go through the model's chat template
 * @param sampling how answers are drawn
 * @param maxTokens most tokens of an answer
 * @param seed of the draws
 */
public record Asker(Sampler sampler, boolean chat, Sampling sampling, int maxTokens, long seed) {
    /**
     * Answers to questions.
     *
     * @param stage keeps the draws of one purpose from those of another
     * @param questions the questions
     * @param samples answers to each
     * @return [question][sample]; equal arguments give equal answers
     * @throws IllegalArgumentException naming the question that leaves no room for an answer
     */
    public List<List<String>> ask(String stage, List<String> questions, int samples) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int q = 0; q < questions.size(); q++) {
            int[] tokens = encode(questions.get(q));
            int context = sampler.info().contextLength();
            if (tokens.length == 0 || tokens.length + maxTokens > context) {
                throw new IllegalArgumentException("question " + q + " of stage '" + stage + "' has " + tokens.length
                        + " tokens; with maxTokens " + maxTokens + " the context is " + context);
            }
            long[] seeds = new long[samples];
            for (int s = 0; s < samples; s++) {
                seeds[s] = Seeds.at(seed, Seeds.Stream.ROLLOUT, q, stage, s);
            }
            requests.add(new GenerationRequest(
                    String.valueOf(q), tokens, seeds, sampling, maxTokens, List.of(), Constraint.NONE));
        }
        List<List<String>> answers = new ArrayList<>();
        questions.forEach(question -> answers.add(new ArrayList<>()));
        for (Completion completion : sampler.generate(requests)) {
            answers.get(Integer.parseInt(completion.request())).add(completion.text());
        }
        return answers;
    }

    private int[] encode(String question) {
        Tokenizer tokenizer = sampler.tokenizer();
        return chat
                ? tokenizer.render(List.of(Message.user(question)), true, Map.of())
                : tokenizer.encodePrompt(question);
    }
}
