package dev.reft.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.tokenizer.HfTokenizer;
import dev.reft.text.Embedder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A sentence encoder on ONNX Runtime, for the cosine grader: a directory with {@code model.onnx}, {@code config.json} and {@code
 * tokenizer.json}, as sentence-transformers and optimum write it. Any number of threads may embed at once; closing waits for
 * them.
 */
public final class OnnxEmbedder implements Embedder, AutoCloseable {
    private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids");
    private static final List<String> OUTPUTS = List.of("last_hidden_state", "token_embeddings", "sentence_embedding");

    /** Tokens of a pass, padding included. */
    private static final int TOKENS = 8192;

    private final Path file;
    private final OrtSession session;
    private final Set<String> inputs;
    private final String output;
    private final boolean pooled;
    private final int dimensions;
    private final HfTokenizer tokenizer;
    private final EmbedderOptions options;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private OnnxEmbedder(GraphFiles files, OrtSession session, HfTokenizer tokenizer, EmbedderOptions options)
            throws OrtException {
        this.file = files.graph();
        this.session = session;
        this.tokenizer = tokenizer;
        this.options = options;
        this.inputs = checkedInputs(session.getInputInfo());
        Map<String, NodeInfo> outputs = session.getOutputInfo();
        this.output = OUTPUTS.stream()
                .filter(outputs::containsKey)
                .findFirst()
                .orElseThrow(
                        () -> wrong("output '" + OUTPUTS.get(0) + "'", "is missing; there are " + outputs.keySet()));
        long[] shape = tensor(output, Objects.requireNonNull(outputs.get(output)), OnnxJavaType.FLOAT)
                .getShape();
        this.pooled = shape.length == 2;
        if (shape.length != 2 && shape.length != 3) {
            throw wrong("output '" + output + "'", "has " + shape.length + " dimensions, not 2 or 3");
        }
        long width = shape[shape.length - 1];
        this.dimensions = width > 0
                ? Math.toIntExact(width)
                : files.size("hidden_size")
                        .orElseThrow(() -> wrong("output '" + output + "'", "has a width that nothing tells"));
    }

    /**
     * Opens an encoder as its files say.
     *
     * @param directory of the encoder, or {@code owner/name} of a hub's model that the cache holds
     * @return the embedder; close it
     * @throws CheckpointException if a file is missing or malformed, or the graph is not that of an encoder; the message
     *     names file and input or output
     */
    public static OnnxEmbedder open(Path directory) {
        return open(directory, EmbedderOptions.of(directory));
    }

    /**
     * Opens an encoder.
     *
     * @param directory of the encoder
     * @param options how vectors are made
     * @return the embedder; close it
     * @throws CheckpointException as {@link #open(Path)}
     * @throws IllegalArgumentException if the device is refused
     */
    public static OnnxEmbedder open(Path directory, EmbedderOptions options) {
        GraphFiles files = GraphFiles.of(directory.toString());
        Optional<String> refusal = Engine.refuses(options.device());
        if (refusal.isPresent()) {
            throw new IllegalArgumentException("onnx cannot open '" + directory + "': " + refusal.get());
        }
        HfTokenizer tokenizer = files.tokenizer(files.size("vocab_size").orElse(0))
                .orElseThrow(() -> new CheckpointException(
                        files.directory().resolve("tokenizer.json"), "tokenizer", "is not there"));
        OrtSession session = Engine.open(files.graph(), options.device(), options.threads());
        try {
            return Failures.in("reading " + files.graph(), () -> new OnnxEmbedder(files, session, tokenizer, options));
        } catch (RuntimeException | Error e) {
            Engine.close(session);
            tokenizer.close();
            throw e;
        }
    }

    private Set<String> checkedInputs(Map<String, NodeInfo> found) {
        for (String name : List.of("input_ids", "attention_mask")) {
            if (!found.containsKey(name)) {
                throw wrong("input '" + name + "'", "is missing; there are " + found.keySet());
            }
        }
        found.forEach((name, node) -> {
            if (!INPUTS.contains(name)) {
                throw wrong("input '" + name + "'", "is not known here");
            }
            tensor(name, node, OnnxJavaType.INT64);
        });
        return Set.copyOf(found.keySet());
    }

    private TensorInfo tensor(String name, NodeInfo node, OnnxJavaType type) {
        if (!(node.getInfo() instanceof TensorInfo tensor) || tensor.type != type) {
            throw wrong("'" + name + "'", "must be a tensor of " + type + ", not " + node.getInfo());
        }
        return tensor;
    }

    private CheckpointException wrong(String field, String problem) {
        return new CheckpointException(file, field, problem);
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    /**
     * Embeds texts.
     *
     * @param texts any texts
     * @return one vector a text; zeros for a text without tokens
     * @throws IllegalStateException if the embedder is closed
     */
    @Override
    public List<float[]> embed(List<String> texts) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the embedder of " + file + " is closed");
            }
            List<int[]> rows = texts.stream()
                    .map(text -> tokenizer.encodeFramed(text, options.maxTokens()))
                    .toList();
            return Failures.in("embedding by " + file, () -> embedded(rows));
        } finally {
            lock.readLock().unlock();
        }
    }

    private List<float[]> embedded(List<int[]> rows) throws OrtException {
        float[][] vectors = new float[rows.size()][dimensions];
        List<Integer> lot = new ArrayList<>();
        int longest = 0;
        for (int i = 0; i < rows.size(); i++) {
            int length = rows.get(i).length;
            if (length == 0) {
                continue;
            }
            if (!lot.isEmpty() && (lot.size() + 1) * Math.max(longest, length) > TOKENS) {
                run(rows, lot, longest, vectors);
                lot.clear();
                longest = 0;
            }
            lot.add(i);
            longest = Math.max(longest, length);
        }
        if (!lot.isEmpty()) {
            run(rows, lot, longest, vectors);
        }
        return List.of(vectors);
    }

    private void run(List<int[]> rows, List<Integer> lot, int longest, float[][] vectors) throws OrtException {
        long[] ids = new long[lot.size() * longest];
        long[] mask = new long[ids.length];
        for (int r = 0; r < lot.size(); r++) {
            int[] row = rows.get(lot.get(r));
            for (int t = 0; t < row.length; t++) {
                ids[r * longest + t] = row[t];
                mask[r * longest + t] = 1;
            }
        }
        try (Scope scope = new Scope()) {
            Map<String, OnnxTensor> given = new HashMap<>();
            given.put("input_ids", scope.longs(ids, lot.size(), longest));
            given.put("attention_mask", scope.longs(mask, lot.size(), longest));
            if (inputs.contains("token_type_ids")) {
                given.put("token_type_ids", scope.longs(new long[ids.length], lot.size(), longest));
            }
            OrtSession.Result result = scope.own(session.run(given, Set.of(output)));
            FloatBuffer numbers = ((OnnxTensor) result.get(0)).getFloatBuffer();
            for (int r = 0; r < lot.size(); r++) {
                int at = lot.get(r);
                vectors[at] = vector(numbers, r * (pooled ? 1 : longest), rows.get(at).length);
            }
        }
    }

    /** The vector of a text whose tokens' vectors begin at {@code first}. */
    private float[] vector(FloatBuffer numbers, int first, int tokens) {
        int count = pooled || options.pooling() == Pooling.FIRST ? 1 : tokens;
        double[] sum = new double[dimensions];
        for (int t = 0; t < count; t++) {
            for (int d = 0; d < dimensions; d++) {
                sum[d] += numbers.get((first + t) * dimensions + d);
            }
        }
        double length = Math.sqrt(Arrays.stream(sum).map(x -> x * x).sum());
        double divisor = options.normalised() ? Math.max(length, 1e-12) : count;
        float[] vector = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            vector[d] = (float) (sum[d] / divisor);
            if (!Float.isFinite(vector[d])) {
                throw new ArithmeticException(file + ": the encoder gave " + vector[d]);
            }
        }
        return vector;
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                Engine.close(session);
                tokenizer.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
