package dev.reft.ppo.remote;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.ppo.remote.Exchange.Said;
import dev.reft.ppo.remote.Exchange.UnusableException;
import dev.reft.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Makes completions of what a server says, once all of it is consistent with what was asked. */
final class AnswerReader {
    private static final float[] UNKNOWN = {};

    private final Tokenizer tokenizer;
    private final int vocabulary;
    private final ReportedLogProbs reported;

    AnswerReader(Tokenizer tokenizer, int vocabulary, ReportedLogProbs reported) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
        this.reported = reported;
    }

    Completion read(GenerationRequest request, int sample, Said said) throws UnusableException {
        check(request, said);
        int stop = stopAt(request, said.tokens());
        int length = stop > 0 ? stop : said.tokens().length;
        int[] tokens = Arrays.copyOf(said.tokens(), length);
        Finish finish = stop > 0 ? Finish.STOP : finish(request, said);
        Segment.Sampled sampled = sampled(request.sampling(), tokens, Arrays.copyOf(said.logProbs(), length));
        return new Completion(request.id(), sample, List.of(sampled), text(request, tokens, finish), finish);
    }

    private void check(GenerationRequest request, Said said) throws UnusableException {
        int count = said.tokens().length;
        require(count > 0, "it has no tokens");
        require(
                count <= request.maxTokens(),
                "it has " + count + " tokens, more than the " + request.maxTokens() + " asked for");
        require(
                said.count() < 0 || said.count() == count,
                "it has " + count + " token ids, but counts " + said.count());
        require(
                said.logProbs().length == count,
                "it has " + said.logProbs().length + " log-probabilities of " + count + " tokens");
        require(
                said.prompt() == null || Arrays.equals(said.prompt(), request.prompt()),
                "the server's prompt has other token ids than the request's");
        Set<Integer> ends = tokenizer.endIds();
        for (int t = 0; t < count; t++) {
            int token = said.tokens()[t];
            require(
                    token >= 0 && token < vocabulary,
                    "token " + t + " is " + token + ", outside the vocabulary of " + vocabulary);
            require(
                    t == count - 1 || !ends.contains(token),
                    "it goes on after the end token " + token + " at " + t
                            + ": the server has another model or end token");
        }
    }

    private Finish finish(GenerationRequest request, Said said) throws UnusableException {
        int count = said.tokens().length;
        int last = said.tokens()[count - 1];
        if (tokenizer.endIds().contains(last)) {
            return Finish.END;
        } else if (said.ending().equals("length")) {
            require(
                    count == request.maxTokens(),
                    "it was cut off after " + count + " of " + request.maxTokens()
                            + " tokens: the server's context is shorter");
            return Finish.LENGTH;
        }
        throw new UnusableException("it ended by '" + said.ending() + "' with token " + last
                + ", which is no end token here, and without a stop text that was asked for");
    }

    /** Number of tokens up to and with the first whose text completes a stop text; 0 if there is none. */
    private int stopAt(GenerationRequest request, int[] tokens) {
        if (request.stops().isEmpty() || first(request.stops(), tokenizer.decode(tokens)) < 0) {
            return 0;
        }
        for (int length = 1; length < tokens.length; length++) {
            if (first(request.stops(), tokenizer.decode(Arrays.copyOf(tokens, length))) >= 0) {
                return length;
            }
        }
        return tokens.length;
    }

    private static int first(List<String> stops, String text) {
        return stops.stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }

    private String text(GenerationRequest request, int[] tokens, Finish finish) {
        String text = tokenizer.decode(finish == Finish.END ? Arrays.copyOf(tokens, tokens.length - 1) : tokens);
        return finish == Finish.STOP ? text.substring(0, first(request.stops(), text)) : text;
    }

    /** What is not known stays unknown: a filter changes what is drawn with, and greedy draws are not reported as such. */
    private Segment.Sampled sampled(Sampling sampling, int[] tokens, float[] said) {
        boolean plain = sampling.topK() == 0
                && sampling.topP() == 1
                && sampling.minP() == 0
                && sampling.repetitionPenalty() == 1
                && sampling.temperature() > 0;
        if (plain) {
            return new Segment.Sampled(tokens, said, said.clone());
        } else if (reported == ReportedLogProbs.RAW) {
            return new Segment.Sampled(tokens, said, UNKNOWN);
        }
        return new Segment.Sampled(tokens, UNKNOWN, sampling.temperature() == 0 ? UNKNOWN : said);
    }

    private static void require(boolean fine, String problem) throws UnusableException {
        if (!fine) {
            throw new UnusableException(problem);
        }
    }
}
