package dev.reft.torch;

import dev.reft.generation.Endings;
import dev.reft.generation.GenerationRequest;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A request whose prompt was read, and which of its samples have begun. */
final class Prompted {
    private final GenerationRequest request;
    private int place;
    private int begun;
    private int live;
    private @Nullable Tensor logits;

    /**
     * A request that is about to be read.
     *
     * @param place in the cache of prompts
     */
    Prompted(GenerationRequest request, int place) {
        this.request = request;
        this.place = place;
    }

    GenerationRequest request() {
        return request;
    }

    int place() {
        return place;
    }

    void moveTo(int newPlace) {
        place = newPlace;
    }

    int length() {
        return request.prompt().length;
    }

    /** Samples that have not begun. */
    int waiting() {
        return request.seeds().length - begun;
    }

    /** Begins the next sample. */
    Sample begin(Endings endings) {
        live++;
        return new Sample(this, begun++, endings);
    }

    /** A sample ended. */
    void end() {
        live--;
    }

    /** Whether no sample needs the prompt any more. */
    boolean done() {
        return live == 0 && waiting() == 0;
    }

    /** The logits [1, vocabulary] after the prompt, which samples that wait will need; null before they are kept. */
    @Nullable
    Tensor logits() {
        return logits;
    }

    /** Keeps a copy of the logits. */
    void keepLogits(Tensor after) {
        logits = Scope.keep(after.clone());
    }

    void free() {
        if (logits != null) {
            logits.close();
            logits = null;
        }
    }
}
