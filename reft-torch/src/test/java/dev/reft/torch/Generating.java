package dev.reft.torch;

import dev.reft.checkpoint.Checkpoint;
import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Endings;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.CallGuard;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.text.Tokenizer;
import dev.reft.torch.Parameter.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/** A decoder that generates without a model around it. */
final class Generating implements AutoCloseable {
    private final Network network;
    private final dev.reft.model.ModelInfo info;
    private final CallGuard guard;
    private Collection<Integer> ends;
    private Optional<Tokenizer> tokenizer = Optional.empty();
    private Admission admission;
    private int closed;

    private Generating(Path model, Precision precision) {
        Engine.start(Optional.of(new Threads(1)), Optional.empty(), "cpu");
        try (Opening opening = Opening.of(Golden.spec(model, precision))) {
            network = new Network(opening.decoder(module -> false, Part.POLICY), null, null);
            info = opening.info(network);
        }
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ends = checkpoint.endIds();
        }
        guard = new CallGuard(info.id());
        admission = Admission.of(network.decoder());
    }

    static Generating open(Path model, Precision precision) {
        return new Generating(model, precision);
    }

    Generating admitting(Admission other) {
        admission = other;
        return this;
    }

    Generating ends(Collection<Integer> ids) {
        ends = ids;
        return this;
    }

    Generating tokenizer(Tokenizer other) {
        tokenizer = Optional.of(other);
        return this;
    }

    Network network() {
        return network;
    }

    dev.reft.model.ModelInfo info() {
        return info;
    }

    /** How many generations told that they closed. */
    int closed() {
        return closed;
    }

    Generation generation() {
        return new TorchGeneration(
                network.decoder(), info, new Endings(ends, tokenizer), admission, guard::enter, g -> closed++);
    }

    /** Generates all requests, in the order of request and sample. */
    List<Completion> generate(List<GenerationRequest> requests) {
        List<Completion> all = new ArrayList<>();
        try (Generation generation = generation()) {
            requests.forEach(generation::add);
            while (generation.unfinished() > 0) {
                all.addAll(generation.advance());
            }
        }
        List<String> order = requests.stream().map(GenerationRequest::id).toList();
        all.sort(Comparator.comparingInt((Completion c) -> order.indexOf(c.request()))
                .thenComparingInt(Completion::sample));
        return all;
    }

    /** What a forward pass says about a completion's tokens. */
    float[] scored(int[] prompt, int[] completion, float temperature) {
        int[] tokens = join(prompt, completion);
        int[] scored = new int[completion.length];
        for (int i = 0; i < scored.length; i++) {
            scored[i] = prompt.length + i;
        }
        TokenBatch batch = TokenBatch.of(List.of(new Row(tokens, scored, temperature)));
        return network.score(batch, Set.of(Output.LOG_PROB)).get(Output.LOG_PROB)[0];
    }

    /** Logits after each token of a row, from one forward pass. */
    float[][] logits(int[] row) {
        try (Grad off = Grad.off();
                Scope scope = new Scope()) {
            TokenBatch batch = TokenBatch.of(List.of(new Row(row, new int[0], 1f)));
            Decoder decoder = network.decoder();
            Packed packed = Packed.of(batch, Packed.layout(batch, decoder), decoder);
            float[] flat = Ops.toFloats(decoder.logits(Trunk.hidden(decoder, packed)));
            float[][] logits = new float[row.length][];
            for (int i = 0; i < row.length; i++) {
                logits[i] =
                        java.util.Arrays.copyOfRange(flat, i * info.vocabularySize(), (i + 1) * info.vocabularySize());
            }
            return logits;
        }
    }

    static int[] join(int[] first, int[] second) {
        int[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    static GenerationRequest request(String id, int[] prompt, int samples, Sampling sampling, int maxTokens) {
        long[] seeds =
                LongStream.range(0, samples).map(s -> 31 * s + id.hashCode()).toArray();
        return new GenerationRequest(id, prompt, seeds, sampling, maxTokens, List.of(), Constraint.NONE);
    }

    static Segment.Sampled sampled(Completion completion) {
        return (Segment.Sampled) completion.segments().get(0);
    }

    @Override
    public void close() {
        network.close();
    }
}
