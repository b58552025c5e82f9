package dev.reft.onnx;

import ai.onnxruntime.OrtException;
import dev.reft.generation.OpenSample;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Samples that grow together, and the cache of their tokens: sample i is row i of it. The last token of each is not in it. */
final class Rows implements AutoCloseable {
    private final GeneratingModel model;
    private List<OpenSample> samples = new ArrayList<>();
    private @Nullable Cache cache;

    Rows(GeneratingModel model) {
        this.model = model;
    }

    List<OpenSample> samples() {
        return samples;
    }

    /** Reads the last token of each sample: logits [samples, vocabulary], valid until the next pass. */
    FloatBuffer step() throws OrtException {
        Cache past = Objects.requireNonNull(cache);
        int slots = past.slots() + 1;
        long[] ids = new long[samples.size()];
        long[] positions = new long[samples.size()];
        long[] mask = new long[samples.size() * slots];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = samples.get(i).lastToken();
            positions[i] = past.length(i);
            Arrays.fill(mask, i * slots + past.starts()[i], (i + 1) * slots, 1);
        }
        Passes.Tokens tokens = new Passes.Tokens(ids.length, 1, ids, positions, mask);
        Passes.Result result = model.passes().run(tokens, past, new Passes.Wanted(true, false, true));
        replace(samples, result.cache());
        return result.logits();
    }

    /** A lot of prompts that were read. */
    @FunctionalInterface
    interface Reader {
        /**
         * Takes the first tokens of samples.
         *
         * @param logits of all prompts' last tokens
         * @param row of each sample, its prompt's place among the logits
         */
        void read(FloatBuffer logits, List<OpenSample> samples, long[] row);
    }

    /**
     * Reads the prompts of samples and takes these in. Prompts of one length are read together and none is padded, so that
     * a prompt's numbers do not depend on the others; samples of a prompt share its reading.
     *
     * @param fresh samples of which nothing is drawn
     * @param reader called for each lot before the next is read
     */
    void begin(List<OpenSample> fresh, Reader reader) throws OrtException {
        TreeMap<Integer, Map<String, List<OpenSample>>> lengths = new TreeMap<>();
        for (OpenSample sample : fresh) {
            lengths.computeIfAbsent(sample.request().prompt().length, n -> new LinkedHashMap<>())
                    .computeIfAbsent(sample.request().id(), id -> new ArrayList<>())
                    .add(sample);
        }
        for (Map.Entry<Integer, Map<String, List<OpenSample>>> entry : lengths.entrySet()) {
            int most = Math.max(1, model.info().tokensPerPass() / entry.getKey());
            List<List<OpenSample>> groups = new ArrayList<>(entry.getValue().values());
            for (int from = 0; from < groups.size(); from += most) {
                begin(groups.subList(from, Math.min(groups.size(), from + most)), entry.getKey(), reader);
            }
        }
    }

    /** Reads the prompts of groups, which have one length; the samples of a group have one prompt. */
    private void begin(List<List<OpenSample>> groups, int length, Reader reader) throws OrtException {
        List<int[]> prompts =
                groups.stream().map(group -> group.get(0).request().prompt()).toList();
        boolean pieces = length > model.info().tokensPerPass();
        Passes.Result result = pieces ? readInPieces(prompts.get(0)) : read(prompts, length);
        try (Cache read = Objects.requireNonNull(result.cache())) {
            List<OpenSample> begun = new ArrayList<>();
            List<Integer> rows = new ArrayList<>();
            for (int p = 0; p < groups.size(); p++) {
                begun.addAll(groups.get(p));
                rows.addAll(Collections.nCopies(groups.get(p).size(), p));
            }
            long last = result.logits().limit() / model.info().vocabularySize() / prompts.size();
            reader.read(
                    result.logits(),
                    begun,
                    rows.stream().mapToLong(p -> p * last + last - 1).toArray());
            try (Cache taken = model.rearrangement()
                    .take(read, rows.stream().mapToInt(Integer::intValue).toArray())) {
                join(begun, taken);
            }
        }
    }

    private Passes.Result read(List<int[]> prompts, int length) throws OrtException {
        long[] ids = new long[prompts.size() * length];
        long[] positions = new long[ids.length];
        long[] mask = new long[ids.length];
        Arrays.fill(mask, 1);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = prompts.get(i / length)[i % length];
            positions[i] = i % length;
        }
        Passes.Tokens tokens = new Passes.Tokens(prompts.size(), length, ids, positions, mask);
        return model.passes().run(tokens, null, new Passes.Wanted(true, false, true));
    }

    private Passes.Result readInPieces(int[] prompt) throws OrtException {
        int step = model.info().tokensPerPass();
        @Nullable Cache past = null;
        int from = 0;
        while (true) {
            int to = Math.min(prompt.length, from + step);
            try (Cache before = past) {
                Passes.Wanted wanted = new Passes.Wanted(to == prompt.length, false, true);
                Passes.Result result = model.passes().run(Scoring.piece(prompt, from, to), before, wanted);
                if (to == prompt.length) {
                    return result;
                }
                past = result.cache();
            }
            from = to;
        }
    }

    private void join(List<OpenSample> begun, Cache taken) throws OrtException {
        List<OpenSample> all = new ArrayList<>(samples);
        all.addAll(begun);
        Cache own = cache;
        replace(
                all,
                own == null
                        ? model.rearrangement().take(taken, range(taken.rows()))
                        : model.rearrangement().join(own, taken));
    }

    private static int[] range(int count) {
        int[] range = new int[count];
        Arrays.setAll(range, i -> i);
        return range;
    }

    /** Keeps the samples at these places only. */
    void keep(int[] places) throws OrtException {
        if (places.length == samples.size()) {
            return;
        }
        List<OpenSample> kept = Arrays.stream(places).mapToObj(samples::get).toList();
        Cache all = Objects.requireNonNull(cache);
        replace(kept, kept.isEmpty() ? null : model.rearrangement().take(all, places));
    }

    private void replace(List<OpenSample> others, @Nullable Cache other) {
        samples = others;
        if (cache != null) {
            cache.close();
        }
        cache = other;
    }

    @Override
    public void close() {
        replace(List.of(), null);
    }
}
