package dev.reft.torch;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Endings;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.LogitFilter;
import dev.reft.generation.LogitFilters;
import dev.reft.generation.OpenSample;
import dev.reft.generation.Sampling;
import java.util.Optional;

/** A sample that is being generated, with the prompt that it goes on from. */
final class Sample {
    private final GenerationRequest request;
    private final Prompted prompt;
    private final boolean filtered;
    private final OpenSample grown;

    Sample(Prompted prompt, int index, Endings endings) {
        this.request = prompt.request();
        this.prompt = prompt;
        this.filtered = request.constraint() != Constraint.NONE
                || LogitFilters.of(request.sampling()).stream().anyMatch(f -> !(f instanceof LogitFilter.Temperature));
        this.grown = new OpenSample(request, index, endings);
    }

    Prompted prompt() {
        return prompt;
    }

    GenerationRequest request() {
        return request;
    }

    Sampling sampling() {
        return request.sampling();
    }

    boolean greedy() {
        return sampling().temperature() == 0;
    }

    /** Whether the draw is not simply from the model's distribution, or its likeliest token. */
    boolean filtered() {
        return filtered;
    }

    /** Tokens of the completion so far. */
    int count() {
        return length() - request.prompt().length;
    }

    /** Tokens of prompt and completion so far. */
    int length() {
        return grown.length();
    }

    int lastToken() {
        return grown.lastToken();
    }

    /** Prompt and completion so far, a copy. */
    int[] row() {
        return grown.row();
    }

    /** The number that draws the next token. */
    double uniform() {
        return grown.uniform();
    }

    /** Takes the next token; a completion if it was the last. */
    Optional<Completion> accept(int token, float logProb, float drawLogProb) {
        return grown.accept(token, logProb, drawLogProb);
    }
}
