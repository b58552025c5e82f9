package dev.reft.torch;

import dev.reft.generation.Endings;
import dev.reft.generation.GenerationRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Which samples are generated now, at which places of the caches, and which requests wait.
 *
 * <p>The row at index i has place i among the rows' cache, and prompts likewise: whoever leaves is replaced by the last, so
 * the places in use are always the first ones and a step computes next to nothing in vain.
 */
final class Roster implements AutoCloseable {
    private final CachedDecoder cached;
    private final Admission admission;
    private final Endings endings;
    private final int tokensPerPass;
    private final Deque<GenerationRequest> queue = new ArrayDeque<>();
    private final List<Prompted> prompts = new ArrayList<>();
    private final List<Sample> rows = new ArrayList<>();
    /** The one prompt that was read and has samples waiting, if any. */
    private @Nullable Prompted partial;

    Roster(CachedDecoder cached, Admission admission, Endings endings, int tokensPerPass) {
        this.cached = cached;
        this.admission = admission;
        this.endings = endings;
        this.tokensPerPass = tokensPerPass;
    }

    void add(GenerationRequest request) {
        queue.add(request);
    }

    /** The rows that are generated now; a view. */
    List<Sample> rows() {
        return rows;
    }

    /** Reads the last token of each row: logits [rows, vocabulary]. */
    Tensor step() {
        int count = rows.size();
        int padded = Admission.roundPlaces(count);
        int[] ids = new int[padded];
        int[] positions = new int[padded];
        int[] promptOf = new int[count];
        int[] promptLengths = new int[count];
        int[] ownLengths = new int[count];
        int[] perPrompt = new int[prompts.size()];
        for (int i = 0; i < count; i++) {
            Sample row = rows.get(i);
            ids[i] = row.lastToken();
            positions[i] = row.length() - 1;
            promptOf[i] = row.prompt().place();
            promptLengths[i] = row.prompt().length();
            ownLengths[i] = row.count() - 1;
            perPrompt[promptOf[i]]++;
        }
        makeRoom(padded);
        CachedAttention.Layout layout = new CachedAttention.Layout(
                padded,
                Admission.roundPlaces(prompts.size()),
                Arrays.stream(perPrompt).max().orElse(1),
                promptOf,
                promptLengths,
                ownLengths);
        Tensor logits = cached.step(ids, positions, layout);
        return padded == count ? logits : logits.narrow(0, 0, count);
    }

    /** Room for the rows' next tokens; given back when half of it would do. */
    private void makeRoom(int places) {
        int longest = rows.stream().mapToInt(Sample::count).max().orElse(0);
        resize(cached.own(), places, longest, rows.size());
    }

    private static void resize(KeyValueCache cache, int places, int longest, int used) {
        int length = Admission.roundLength(longest);
        boolean tooSmall = cache.places() < places || cache.length() < length;
        boolean tooLong = cache.length() >= 2 * length;
        if (tooSmall || tooLong) {
            cache.resize(Math.max(cache.places(), places), tooLong ? length : Math.max(cache.length(), length), used);
        }
    }

    /**
     * Begins samples that wait, as many as there is room for.
     *
     * @return logits [samples begun, vocabulary] after their prompts, in the order in which they now stand at the end of
     *     the rows; null if none began
     */
    @Nullable
    Tensor admit() {
        List<Prompted> begun = new ArrayList<>();
        int before = rows.size();
        Prompted waiting = partial;
        if (waiting != null) {
            begin(waiting);
        }
        List<Prompted> fresh = new ArrayList<>();
        while (partial == null && !queue.isEmpty() && fits(queue.element())) {
            Prompted prompted = new Prompted(queue.remove(), prompts.size());
            prompts.add(prompted);
            fresh.add(prompted);
            begin(prompted);
        }
        if (rows.size() == before) {
            return null;
        }
        return firstLogits(fresh, rows.subList(before, rows.size()));
    }

    private boolean fits(GenerationRequest request) {
        return rows.isEmpty() || fits(request, prompts.size() + 1);
    }

    private boolean fits(GenerationRequest request, int promptPlaces) {
        int longestPrompt = request.prompt().length;
        int longestRow = request.maxTokens();
        for (Sample row : rows) {
            longestPrompt = Math.max(longestPrompt, row.prompt().length());
            longestRow = Math.max(longestRow, row.request().maxTokens());
        }
        return admission.fits(promptPlaces, longestPrompt, rows.size() + 1, longestRow);
    }

    /** Begins as many of a prompt's samples as fit. */
    private void begin(Prompted prompted) {
        while (prompted.waiting() > 0 && (rows.isEmpty() || fits(prompted.request(), prompts.size()))) {
            rows.add(prompted.begin(endings));
        }
        partial = prompted.waiting() > 0 ? prompted : null;
    }

    private Tensor firstLogits(List<Prompted> fresh, List<Sample> begun) {
        if (!fresh.isEmpty()) {
            int longest = prompts.stream().mapToInt(Prompted::length).max().orElse(0);
            resize(cached.prompts(), Admission.roundPlaces(prompts.size()), longest, prompts.size() - fresh.size());
        }
        Tensor read = fresh.isEmpty() ? null : read(fresh);
        Tensor[] each = new Tensor[begun.size()];
        for (int i = 0; i < each.length; i++) {
            Prompted prompt = begun.get(i).prompt();
            int at = fresh.indexOf(prompt);
            each[i] = at < 0
                    ? Objects.requireNonNull(prompt.logits())
                    : Objects.requireNonNull(read).narrow(0, at, 1);
        }
        Tensor logits = Ops.cat(0, each);
        Prompted waiting = partial;
        if (waiting != null && read != null && fresh.contains(waiting)) {
            waiting.keepLogits(read.narrow(0, fresh.indexOf(waiting), 1));
        }
        return logits;
    }

    /** Reads prompts in passes of limited size: logits [prompts, vocabulary]. */
    private Tensor read(List<Prompted> fresh) {
        List<Tensor> passes = new ArrayList<>();
        int from = 0;
        int tokens = 0;
        for (int i = 0; i <= fresh.size(); i++) {
            int more = i < fresh.size() ? fresh.get(i).length() : 0;
            if (i == fresh.size() || (i > from && tokens + more > tokensPerPass)) {
                List<Prompted> some = fresh.subList(from, i);
                passes.add(cached.prefill(
                        some.stream().map(p -> p.request().prompt()).toList(),
                        some.stream().mapToInt(Prompted::place).toArray()));
                from = i;
                tokens = 0;
            }
            tokens += more;
        }
        return Ops.cat(0, passes.toArray(new Tensor[0]));
    }

    /** Takes samples that ended off. */
    void remove(Collection<Sample> ended) {
        if (ended.isEmpty()) {
            return;
        }
        Set<Sample> gone = new HashSet<>(ended);
        for (int i = rows.size() - 1; i >= 0; i--) {
            if (gone.contains(rows.get(i))) {
                int last = rows.size() - 1;
                Sample moved = rows.remove(last);
                if (i < last) {
                    // The token drawn last is not in the cache yet.
                    cached.own().move(last, i, moved.count() - 1);
                    rows.set(i, moved);
                }
            }
        }
        ended.forEach(sample -> sample.prompt().end());
        for (int i = prompts.size() - 1; i >= 0; i--) {
            if (prompts.get(i).done()) {
                leave(i);
            }
        }
    }

    private void leave(int place) {
        prompts.get(place).free();
        int last = prompts.size() - 1;
        Prompted moved = prompts.remove(last);
        if (place < last) {
            cached.prompts().move(last, place, moved.length());
            moved.moveTo(place);
            prompts.set(place, moved);
        }
    }

    @Override
    public void close() {
        prompts.forEach(Prompted::free);
        prompts.clear();
        rows.clear();
        queue.clear();
    }
}
