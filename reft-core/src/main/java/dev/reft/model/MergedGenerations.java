package dev.reft.model;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Generations of many threads on one generation of the model. A token that anybody asks for is made for the rows of all;
 * the others find it ready. Samples do not change by that: a token's draw depends on its seed and place only.
 */
final class MergedGenerations {
    private final Sampler sampler;
    private final Turns turns;
    /** The samples that the model works on, by the request id it knows: abandoned ones too, until they end. */
    private final Map<String, Front> owners = new HashMap<>();

    /** How many samples of each of these requests the model still works on. */
    private final Map<String, Integer> working = new HashMap<>();

    private @Nullable Generation generation;
    private long requests;

    MergedGenerations(Sampler sampler, Turns turns) {
        this.sampler = sampler;
        this.turns = turns;
    }

    Generation open() {
        return turns.take(Front::new);
    }

    private Generation underlying() {
        if (generation == null) {
            generation = sampler.generation();
        }
        return generation;
    }

    /** One token for every row of everybody. If the model fails, all that were under way fail. */
    private void tick() {
        List<Completion> ended;
        try {
            ended = underlying().advance();
        } catch (RuntimeException e) {
            owners.values().forEach(front -> front.fail(e));
            forgetAll();
            throw e;
        }
        Set<Front> fronts = new HashSet<>(owners.values());
        fronts.forEach(front -> front.ticks.add(new ArrayList<>()));
        for (Completion completion : ended) {
            Front front = owners.get(completion.request());
            if (front != null) {
                front.receive(completion);
            }
            if (working.merge(completion.request(), -1, Integer::sum) == 0) {
                working.remove(completion.request());
                owners.remove(completion.request());
            }
        }
    }

    /** The model's generation stays open only while an open front has samples under way: it blocks training. */
    private void closeIfIdle() {
        boolean busy = owners.values().stream().anyMatch(front -> !front.closed);
        if (!busy) {
            forgetAll();
        }
    }

    private void forgetAll() {
        owners.clear();
        working.clear();
        if (generation != null) {
            Generation old = generation;
            generation = null;
            old.close();
        }
    }

    /** One caller's view; used by one thread at a time. */
    private final class Front implements Generation {
        /** How many samples of each request were not handed over, by the caller's id. */
        private final Map<String, Integer> left = new HashMap<>();
        /** What ended at each token that was made and not yet asked for. */
        private final Deque<List<Completion>> ticks = new ArrayDeque<>();

        private int unfinished;
        private boolean closed;
        private @Nullable RuntimeException failure;

        @Override
        public void add(GenerationRequest request) {
            turns.take(() -> {
                checkOpen();
                if (left.containsKey(request.id())) {
                    throw new IllegalArgumentException("request " + request.id() + " is unfinished; ids must differ");
                }
                String name = requests++ + "/" + request.id();
                Constraint constraint =
                        request.constraint() == Constraint.NONE ? Constraint.NONE : isolated(request.constraint());
                underlying()
                        .add(new GenerationRequest(
                                name,
                                request.prompt(),
                                request.seeds(),
                                request.sampling(),
                                request.maxTokens(),
                                request.stops(),
                                constraint));
                owners.put(name, this);
                working.put(name, request.seeds().length);
                left.put(request.id(), request.seeds().length);
                unfinished += request.seeds().length;
                return request;
            });
        }

        /** A constraint that fails is its owner's failure, not that of everybody's generation. */
        private Constraint isolated(Constraint constraint) {
            return (row, allowed) -> {
                BitSet all = (BitSet) allowed.clone();
                try {
                    constraint.restrict(row, allowed);
                    if (allowed.isEmpty()) {
                        throw new IllegalArgumentException(
                                "the constraint allows no token after a row of " + row.length);
                    }
                } catch (RuntimeException e) {
                    failure = e;
                    allowed.or(all);
                }
            };
        }

        private void fail(RuntimeException e) {
            failure = e;
        }

        private void receive(Completion completion) {
            String id = completion.request().substring(completion.request().indexOf('/') + 1);
            List<Completion> last = ticks.peekLast();
            if (last != null) {
                last.add(new Completion(
                        id, completion.sample(), completion.segments(), completion.text(), completion.finish()));
            }
        }

        @Override
        public int unfinished() {
            return unfinished;
        }

        @Override
        public List<Completion> advance() {
            return turns.take(() -> {
                checkOpen();
                if (unfinished == 0) {
                    throw new IllegalStateException("nothing is unfinished");
                }
                if (ticks.isEmpty()) {
                    tick();
                    checkOpen();
                }
                List<Completion> ended = ticks.remove();
                unfinished -= ended.size();
                for (Completion completion : ended) {
                    if (left.merge(completion.request(), -1, Integer::sum) == 0) {
                        left.remove(completion.request());
                    }
                }
                closeIfIdle();
                return ended;
            });
        }

        private void checkOpen() {
            if (closed) {
                throw new IllegalStateException("the generation is closed");
            }
            if (failure != null) {
                throw new IllegalStateException("the generation failed: " + failure.getMessage(), failure);
            }
        }

        @Override
        public void close() {
            turns.cleanUp(() -> {
                closed = true;
                closeIfIdle();
            });
        }
    }
}
