package dev.reft.model;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model that generates. */
public interface Sampler extends Model {
    /**
     * Starts a generation that requests can be added to at any time.
     *
     * @return an empty generation; close it
     */
    Generation generation();

    /**
     * Answers requests: adds all of them, then advances until none is unfinished.
     *
     * @param requests the requests; their ids must differ
     * @return one completion a seed, ordered by request as given, then by sample
     * @throws IllegalArgumentException if two requests have the same id
     */
    default List<Completion> generate(List<GenerationRequest> requests) {
        Map<String, Integer> order = new HashMap<>();
        for (GenerationRequest request : requests) {
            if (order.put(request.id(), order.size()) != null) {
                throw new IllegalArgumentException("two requests have the id " + request.id());
            }
        }
        List<Completion> all = new ArrayList<>();
        try (Generation generation = generation()) {
            requests.forEach(generation::add);
            while (generation.unfinished() > 0) {
                all.addAll(generation.advance());
            }
        }
        all.sort(Comparator.comparingInt((Completion c) -> order.getOrDefault(c.request(), Integer.MAX_VALUE))
                .thenComparingInt(Completion::sample));
        return all;
    }
}
