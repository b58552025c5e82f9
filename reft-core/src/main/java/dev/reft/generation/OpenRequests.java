package dev.reft.generation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The requests of a generation whose samples are not all handed over: what may be added, and in which order completions leave;
 * for those who write providers. Not safe for several threads.
 */
public final class OpenRequests {
    private final String model;
    private final int vocabulary;
    private final int context;
    private final Endings endings;
    private final Map<String, Open> open = new HashMap<>();
    private long added;

    /** When a request was added, and how many of its samples are to come. */
    private record Open(long order, int left) {}

    /**
     * No requests yet.
     *
     * @param model its name, for messages
     * @param vocabulary number of its tokens
     * @param context the most tokens of a row
     * @param endings of the model
     */
    public OpenRequests(String model, int vocabulary, int context, Endings endings) {
        this.model = model;
        this.vocabulary = vocabulary;
        this.context = context;
        this.endings = endings;
    }

    /**
     * Adds a request.
     *
     * @param request the request
     * @throws IllegalArgumentException if its id is that of an unfinished one, a token of its prompt is not in the vocabulary,
     *     prompt and completion do not fit into the context, or it has stop texts and the model no tokenizer
     */
    public void add(GenerationRequest request) {
        String name = "request " + request.id();
        int[] prompt = request.prompt();
        if (open.containsKey(request.id())) {
            throw new IllegalArgumentException(name + " is unfinished; ids must differ");
        }
        for (int t = 0; t < prompt.length; t++) {
            if (prompt[t] >= vocabulary) {
                throw new IllegalArgumentException(name + ": prompt token " + t + " has the id " + prompt[t]
                        + ", the vocabulary has " + vocabulary);
            }
        }
        if ((long) prompt.length + request.maxTokens() > context) {
            throw new IllegalArgumentException(name + ": " + prompt.length + " prompt tokens and maxTokens "
                    + request.maxTokens() + " do not fit into the context of " + context);
        }
        if (!request.stops().isEmpty() && !endings.readsText()) {
            throw new IllegalArgumentException(name + " has stop texts " + request.stops() + ", but model " + model
                    + " was opened without a tokenizer");
        }
        open.put(request.id(), new Open(added++, request.seeds().length));
    }

    /**
     * Samples that are not handed over.
     *
     * @return their number
     */
    public int unfinished() {
        return open.values().stream().mapToInt(Open::left).sum();
    }

    /**
     * Counts samples as handed over.
     *
     * @param ended completions of requests that were added
     * @return the same in the order of the requests and, within one, of its samples
     * @throws IllegalArgumentException if a request is not open
     */
    public List<Completion> handOver(List<Completion> ended) {
        ended.forEach(one -> order(one.request())); // of a single one the sort asks nothing
        List<Completion> sorted = new ArrayList<>(ended);
        sorted.sort(Comparator.comparingLong((Completion one) -> order(one.request()))
                .thenComparingInt(Completion::sample));
        for (Completion one : sorted) {
            open.computeIfPresent(
                    one.request(), (id, entry) -> entry.left() == 1 ? null : new Open(entry.order(), entry.left() - 1));
        }
        return List.copyOf(sorted);
    }

    private long order(String request) {
        Open entry = open.get(request);
        if (entry == null) {
            throw new IllegalArgumentException("request " + request + " is not open");
        }
        return entry.order();
    }

    /** Forgets all of them: the generation is closed. */
    public void clear() {
        open.clear();
    }
}
