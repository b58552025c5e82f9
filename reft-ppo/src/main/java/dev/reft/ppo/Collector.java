package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.grading.Prompt;
import dev.reft.model.Sampler;
import dev.reft.random.Seeds;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/** Samples completions of prompts, within a bound of how many are generated at a time. */
final class Collector {
    /** How completions are drawn. */
    record Draw(
            Sampling sampling,
            int samples,
            int maxTokens,
            List<String> stops,
            int concurrentSamples,
            Seeds.Stream stream,
            long seed) {
        static Draw of(PpoConfig config) {
            return new Draw(
                    config.sampling(),
                    config.samplesPerPrompt(),
                    config.maxTokens(),
                    config.stops(),
                    config.concurrentSamples(),
                    Seeds.Stream.ROLLOUT,
                    config.seed());
        }
    }

    /** What hears of a prompt's completions, in the order in which they end. */
    interface Listener {
        void ended(int prompt, Completion completion);
    }

    private final Sampler sampler;
    private final Tokenizer tokenizer;
    private final Draw draw;

    Collector(Sampler sampler, Tokenizer tokenizer, Draw draw) {
        this.sampler = sampler;
        this.tokenizer = tokenizer;
        this.draw = draw;
    }

    /** Token ids of the prompts, checked to leave room for an answer. */
    List<int[]> encode(List<Prompt> prompts) {
        Set<String> ids = new HashSet<>();
        List<int[]> encoded = new ArrayList<>();
        for (Prompt prompt : prompts) {
            if (!ids.add(prompt.id())) {
                throw new IllegalArgumentException(
                        "two prompts of the step have the id '" + prompt.id() + "'; they would get the same samples");
            }
            int[] tokens = Prompts.encode(tokenizer, prompt);
            int context = sampler.info().contextLength();
            if (tokens.length + draw.maxTokens() > context) {
                throw new IllegalArgumentException("prompt '" + prompt.id() + "' has " + tokens.length
                        + " tokens; with maxTokens " + draw.maxTokens() + " it exceeds the context of " + context);
            }
            encoded.add(tokens);
        }
        return encoded;
    }

    /** Samples the chosen prompts: [prompt][sample]; the others get empty arrays. */
    Completion[][] sample(
            long step,
            List<Prompt> prompts,
            List<int[]> encoded,
            List<Integer> chosen,
            Listener listener,
            ObjLongConsumer<String> progress,
            Runnable betweenTokens) {
        Map<String, Integer> index = new HashMap<>();
        Completion[][] all = new Completion[prompts.size()][0];
        for (int p : chosen) {
            index.put(prompts.get(p).id(), p);
            all[p] = new Completion[draw.samples()];
        }
        Consumer<Completion> take = completion -> {
            Integer p = index.get(completion.request());
            if (p == null
                    || completion.sample() < 0
                    || completion.sample() >= all[p].length
                    || all[p][completion.sample()] != null) {
                throw new IllegalStateException("the sampler handed over sample " + completion.sample()
                        + " of request '" + completion.request() + "', which was not wanted or came before");
            }
            all[p][completion.sample()] = completion;
            listener.ended(p, completion);
        };
        int next = 0;
        long done = 0;
        try (Generation generation = sampler.generation()) {
            while (next < chosen.size() || generation.unfinished() > 0) {
                while (next < chosen.size()
                        && (generation.unfinished() == 0
                                || generation.unfinished() + draw.samples() <= draw.concurrentSamples())) {
                    int p = chosen.get(next++);
                    generation.add(request(step, prompts.get(p), encoded.get(p)));
                }
                betweenTokens.run();
                List<Completion> ended = generation.advance();
                ended.forEach(take);
                done += ended.size();
                progress.accept("generate", done);
            }
        }
        for (int p : chosen) {
            if (Arrays.asList(all[p]).contains(null)) {
                throw new IllegalStateException("the sampler ended without all samples of prompt '"
                        + prompts.get(p).id() + "'");
            }
        }
        return all;
    }

    private GenerationRequest request(long step, Prompt prompt, int[] tokens) {
        long[] seeds = new long[draw.samples()];
        for (int s = 0; s < seeds.length; s++) {
            seeds[s] = Seeds.at(draw.seed(), draw.stream(), step, prompt.id(), s);
        }
        return new GenerationRequest(
                prompt.id(), tokens, seeds, draw.sampling(), draw.maxTokens(), draw.stops(), Constraint.NONE);
    }
}
