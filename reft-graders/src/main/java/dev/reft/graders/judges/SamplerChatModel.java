package dev.reft.graders.judges;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.grading.Deadline;
import dev.reft.model.Models;
import dev.reft.model.Sampler;
import dev.reft.random.Seeds;
import dev.reft.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * A judge in this process: any {@link Sampler} whose tokenizer has a chat template. Questions of several threads are answered
 * together. Equal questions get equal answers: without a seed in the request it is made of the question's tokens.
 */
public final class SamplerChatModel implements ChatModel {
    private final Sampler sampler;
    private final int maxTokens;
    private final Map<String, Object> variables;

    private SamplerChatModel(Sampler sampler, int maxTokens, Map<String, Object> variables) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens " + maxTokens + " must be positive");
        }
        this.sampler = sampler;
        this.maxTokens = maxTokens;
        this.variables = Map.copyOf(variables);
    }

    /**
     * A judge of a sampler that nothing else uses; it is put behind {@link Models#shared(Sampler)}.
     *
     * @param sampler the model; the caller closes it after the last grading
     * @param maxTokens most tokens of an answer where a request does not say, &gt;= 1
     * @return the judge
     */
    public static SamplerChatModel of(Sampler sampler, int maxTokens) {
        return new SamplerChatModel(Models.shared(sampler), maxTokens, Map.of());
    }

    /**
     * A judge of a sampler that many threads may use as it is, such as one from {@link Models#shared(Sampler)}.
     *
     * @param sampler a thread-safe front; the caller closes it
     * @param maxTokens most tokens of an answer where a request does not say, &gt;= 1
     * @param variables for the chat template, such as {@code enable_thinking}
     * @return the judge
     */
    public static SamplerChatModel ofShared(Sampler sampler, int maxTokens, Map<String, Object> variables) {
        return new SamplerChatModel(sampler, maxTokens, variables);
    }

    @Override
    public ChatReply answer(ChatRequest request) throws JudgeException, TimeoutException {
        int[] prompt = tokens(request);
        ChatRequest.Options options = request.options();
        int most = most(options);
        int room = sampler.info().contextLength() - prompt.length;
        if (room < 1) {
            throw LongCompletion.tooLong("the question has " + prompt.length + " tokens; the judge's context holds "
                    + sampler.info().contextLength());
        }
        long seed = options.seed() == null ? seed(prompt) : options.seed();
        GenerationRequest generation = new GenerationRequest(
                "judge",
                prompt,
                new long[] {seed},
                sampling(options),
                Math.min(most, room),
                List.of(),
                Constraint.NONE);
        Completion completion = generate(generation);
        TokenUsage usage = new TokenUsage(prompt.length, completion.tokens().length, 0);
        return new ChatReply(completion.text(), sampler.info().id(), usage);
    }

    /**
     * Whether the question leaves room in the context for the longest answer asked for, or for half the context if that is less: a verdict
     * that is cut off cannot be read, and the sample would be dropped for its length.
     */
    @Override
    public boolean fits(ChatRequest request) {
        int context = sampler.info().contextLength();
        return tokens(request).length <= context - Math.min(most(request.options()), Math.max(1, context / 2));
    }

    private int[] tokens(ChatRequest request) {
        return sampler.tokenizer().render(messages(request), true, variables);
    }

    private int most(ChatRequest.Options options) {
        return options.maxTokens() == null ? maxTokens : options.maxTokens();
    }

    /** Templates know system, not OpenAI's developer. */
    private static List<Message> messages(ChatRequest request) {
        List<Message> messages = new ArrayList<>();
        for (Message message : request.messagesWithShape()) {
            String role = message.role().equals("developer") ? "system" : message.role();
            messages.add(new Message(role, message.content(), message.fields()));
        }
        return messages;
    }

    private Completion generate(GenerationRequest request) throws TimeoutException {
        List<Completion> done = new ArrayList<>();
        try (Generation generation = sampler.generation()) {
            generation.add(request);
            while (generation.unfinished() > 0) {
                Deadline.current().check();
                done.addAll(generation.advance());
            }
        }
        return done.get(0);
    }

    private static Sampling sampling(ChatRequest.Options options) {
        double temperature = options.temperature() == null ? 0 : options.temperature();
        double topP = options.topP() == null || options.topP() <= 0 ? 1 : options.topP();
        return new Sampling((float) temperature, 0, (float) topP, 0f, 1f);
    }

    private static long seed(int[] prompt) {
        long seed = 0;
        for (int token : prompt) {
            seed = seed * 31 + token;
        }
        return Seeds.at(seed, Seeds.Stream.EVALUATION, 0, "judge", 0);
    }
}
