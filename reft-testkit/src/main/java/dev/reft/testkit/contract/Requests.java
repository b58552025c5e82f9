package dev.reft.testkit.contract;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.Row;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/** Requests to give a sampler, and what comes back. */
final class Requests {
    private Requests() {}

    static GenerationRequest plain(String id, int[] prompt, int maxTokens, long... seeds) {
        return new GenerationRequest(id, prompt, seeds, Sampling.at(1), maxTokens, List.of(), Constraint.NONE);
    }

    static GenerationRequest with(GenerationRequest request, Sampling sampling) {
        return new GenerationRequest(
                request.id(),
                request.prompt(),
                request.seeds(),
                sampling,
                request.maxTokens(),
                request.stops(),
                request.constraint());
    }

    static GenerationRequest with(GenerationRequest request, Constraint constraint) {
        return new GenerationRequest(
                request.id(),
                request.prompt(),
                request.seeds(),
                request.sampling(),
                request.maxTokens(),
                request.stops(),
                constraint);
    }

    static GenerationRequest with(GenerationRequest request, List<String> stops) {
        return new GenerationRequest(
                request.id(),
                request.prompt(),
                request.seeds(),
                request.sampling(),
                request.maxTokens(),
                stops,
                request.constraint());
    }

    /** Forbids tokens. */
    static Constraint without(Set<Integer> ids) {
        return (row, allowed) -> ids.forEach(allowed::clear);
    }

    /** Allows one token at each place; at the others all but {@code forbidden}. */
    static Constraint only(int promptLength, IntFunction<Integer> token, Set<Integer> forbidden) {
        return (row, allowed) -> {
            Integer wanted = token.apply(row.length - promptLength);
            if (wanted == null) {
                forbidden.forEach(allowed::clear);
            } else {
                BitSet one = new BitSet();
                one.set(wanted);
                allowed.and(one);
            }
        };
    }

    static List<Completion> finish(Generation generation) {
        List<Completion> all = new ArrayList<>();
        while (generation.unfinished() > 0) {
            all.addAll(generation.advance());
        }
        return all;
    }

    static Segment.Sampled sampled(Completion completion) {
        if (completion.segments().size() == 1 && completion.segments().get(0) instanceof Segment.Sampled sampled) {
            return sampled;
        }
        throw new AssertionError("a completion without tools is one sampled segment, not " + completion.segments());
    }

    /** The row that scores a completion. */
    static Row row(GenerationRequest request, Completion completion) {
        Row whole = Row.of(request.prompt(), completion.tokens());
        return new Row(whole.tokens(), whole.scored(), request.sampling().scoringTemperature());
    }
}
