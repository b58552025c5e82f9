package dev.reft.checkpoint;

import dev.reft.io.AtomicFiles;
import dev.reft.model.Adapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A LoRA adapter in PEFT's files: {@code adapter_config.json} and {@code adapter_model.safetensors}. Ranks, alphas, their
 * patterns, rank-stabilised scaling and saved modules are read; other kinds of adapters and what changes the mathematics
 * otherwise (DoRA, biases, adapted embeddings, ...) are refused by name.
 */
public final class PeftAdapter implements AutoCloseable {
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final Set<TensorType> FLOATS =
            EnumSet.of(TensorType.F64, TensorType.F32, TensorType.F16, TensorType.BF16);

    private final Path directory;
    private final Adapter.Lora lora;
    private final String base;
    private final TensorFile file;
    private final Set<String> layers;
    private final PeftTargets targets;
    private final List<String> declared;
    private final Map<String, String> saved;

    private PeftAdapter(Path directory, TensorFile file) {
        this.directory = directory;
        this.file = file;
        JsonFields json = JsonFields.read(PeftConfig.in(directory));
        this.layers = Collections.unmodifiableSet(adapted());
        Adapter.Lora said = PeftConfig.read(json, layers);
        this.declared = said.saved();
        this.targets = PeftTargets.read(json);
        this.base = PeftConfig.base(json);
        this.saved = Collections.unmodifiableMap(savedModules());
        this.lora = resolved(said);
        layers.forEach(this::checkLayer);
        saved.forEach(this::checkSaved);
    }

    /**
     * Whether a directory holds an adapter and no model of its own.
     *
     * @param directory the directory
     * @return whether {@code adapter_config.json} is there and {@code config.json} is not
     */
    public static boolean isIn(Path directory) {
        return Files.isRegularFile(PeftConfig.in(directory)) && !Files.exists(directory.resolve("config.json"));
    }

    /**
     * Opens an adapter.
     *
     * @param directory that holds its two files
     * @return the adapter, to be closed
     * @throws CheckpointException naming file and field, if it is malformed or not supported
     */
    public static PeftAdapter open(Path directory) {
        Path weights = directory.resolve(WEIGHTS);
        if (!Files.exists(weights) && Files.exists(directory.resolve("adapter_model.bin"))) {
            throw new CheckpointException(
                    directory, WEIGHTS, "is not there; adapter_model.bin is a pickle, which is not read: convert it");
        }
        TensorFile file = TensorFile.open(weights);
        try {
            return new PeftAdapter(directory, file);
        } catch (IllegalArgumentException e) {
            file.close();
            throw new CheckpointException(PeftConfig.in(directory), "configuration", e.getMessage() + "", e);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private Set<String> adapted() {
        Set<String> found = new TreeSet<>();
        for (TensorInfo tensor : file.tensors()) {
            String name = unwrapped(tensor.name());
            for (String end : List.of(PeftNames.A, PeftNames.B)) {
                if (name.endsWith(end)) {
                    found.add(name.substring(0, name.length() - end.length()));
                }
            }
        }
        return found;
    }

    private String unwrapped(String name) {
        if (!name.startsWith(PeftNames.WRAPPER)) {
            throw wrong(name, "does not begin with " + PeftNames.WRAPPER);
        }
        return name.substring(PeftNames.WRAPPER.length());
    }

    /** PEFT takes a module whose name ends so, be it within a word; the modules that it took are told by their whole names. */
    private Adapter.Lora resolved(Adapter.Lora said) {
        List<String> modules = saved.keySet().stream()
                .map(name -> name.substring(0, name.lastIndexOf('.')))
                .distinct()
                .toList();
        return saving(said, modules);
    }

    private static Adapter.Lora saving(Adapter.Lora lora, List<String> modules) {
        return new Adapter.Lora(
                lora.rank(), lora.alpha(), lora.targets(), lora.rankStabilised(), lora.ranks(), lora.alphas(), modules);
    }

    /** The tensors that are no adapters, by their names in the model. */
    private Map<String, String> savedModules() {
        Map<String, String> modules = new LinkedHashMap<>();
        for (TensorInfo tensor : file.tensors()) {
            String name = unwrapped(tensor.name());
            if (name.endsWith(PeftNames.A) || name.endsWith(PeftNames.B)) {
                continue;
            }
            String module = name.substring(0, Math.max(0, name.lastIndexOf('.')));
            if (name.contains(".lora_") || !PeftNames.saves(declared, module)) {
                throw wrong(tensor.name(), "is neither a layer's adapter nor one of modules_to_save " + declared);
            }
            modules.put(name, tensor.name());
        }
        return modules;
    }

    private void checkLayer(String layer) {
        List<Long> a = shape(layer + PeftNames.A);
        List<Long> b = shape(layer + PeftNames.B);
        int rank = lora.rankOf(layer);
        if (a.size() != 2 || b.size() != 2 || a.get(0) != rank || b.get(1) != rank) {
            throw wrong(
                    PeftNames.WRAPPER + layer + PeftNames.A,
                    "has the shape " + a + " and its partner " + b + " where the configuration says rank " + rank);
        }
        if (!lora.adapts(layer)) {
            throw wrong(PeftNames.WRAPPER + layer + PeftNames.A, "is of no layer that target_modules name");
        }
    }

    private void checkSaved(String name, String stored) {
        checkFloats(file.tensor(stored).orElseThrow());
        String module = name.substring(0, name.lastIndexOf('.'));
        if (layers.contains(module)) {
            throw wrong(stored, "is of a layer that is adapted too: PEFT does one or the other");
        }
    }

    private List<Long> shape(String name) {
        TensorInfo info =
                file.tensor(PeftNames.WRAPPER + name).orElseThrow(() -> wrong(PeftNames.WRAPPER + name, "is missing"));
        checkFloats(info);
        return info.shape();
    }

    private void checkFloats(TensorInfo info) {
        if (!FLOATS.contains(info.type())) {
            throw wrong(info.name(), "is of type " + info.type() + ", an adapter's numbers are of one of " + FLOATS);
        }
    }

    private CheckpointException wrong(String tensor, String problem) {
        return new CheckpointException(directory.resolve(WEIGHTS), "tensor '" + Strings.clip(tensor) + "'", problem);
    }

    /**
     * Refuses an adapter that does not fit a model, or would be computed otherwise than PEFT computes it: tensors of no layer
     * of the model or of other shapes, a layer that the configuration names and the file lacks, a saved module that lacks a
     * tensor, and an embedding or a head saved alone where the model has both as one.
     *
     * @param config of the model
     * @throws CheckpointException naming the first tensor that does not
     */
    public void checkAgainst(ModelConfig config) {
        DecoderNames names = Architecture.of(config.modelType()).names();
        Map<String, List<Long>> shapes = names.tensors(config);
        List<String> linears = names.linears(config);
        Set<String> known = new HashSet<>(linears);
        for (String layer : layers) {
            List<Long> matrix = known.contains(layer) ? shapes.get(layer + ".weight") : null;
            if (matrix == null) {
                throw wrong(
                        PeftNames.WRAPPER + layer + PeftNames.A,
                        "is of no linear layer of the " + config.modelType() + " that it is put on");
            }
            checkWidths(layer, matrix.get(names.transposed() ? 0 : 1), matrix.get(names.transposed() ? 1 : 0));
        }
        for (String layer : linears) {
            if (!layers.contains(layer) && targets.mean(layer) && !PeftNames.savesWithin(declared, layer)) {
                throw wrong(
                        PeftNames.WRAPPER + layer + PeftNames.A,
                        "is missing, though target_modules name this layer of the model: the file is not whole");
            }
        }
        checkSavedAgainst(config, names, shapes);
    }

    private void checkWidths(String layer, long in, long out) {
        long from = shape(layer + PeftNames.A).get(1);
        long to = shape(layer + PeftNames.B).get(0);
        if (from != in || to != out) {
            throw wrong(
                    PeftNames.WRAPPER + layer + PeftNames.A,
                    "leads from " + from + " to " + to + ", the layer from " + in + " to " + out);
        }
    }

    private void checkSavedAgainst(ModelConfig config, DecoderNames names, Map<String, List<Long>> shapes) {
        saved.forEach((name, stored) -> {
            String module = name.substring(0, name.lastIndexOf('.'));
            boolean embedding = module.equals(names.base() + names.embedding());
            if (config.tiedEmbeddings() && (embedding || module.equals(names.head()))) {
                throw wrong(
                        stored,
                        "is in modules_to_save of a model whose embedding is its head too: PEFT replaces one of them and"
                                + " leaves the other, which is not supported; merge it there, or untie the base");
            }
            List<Long> found = file.tensor(stored).orElseThrow().shape();
            if (!found.equals(shapes.get(name))) {
                throw wrong(
                        stored,
                        shapes.containsKey(name)
                                ? "has the shape " + found + " where the " + config.modelType() + " has "
                                        + shapes.get(name)
                                : "is no tensor of the " + config.modelType() + " that it is put on");
            }
        });
        for (String name : shapes.keySet()) {
            if (!saved.containsKey(name) && PeftNames.savesWithin(declared, name.substring(0, name.lastIndexOf('.')))) {
                throw wrong(
                        PeftNames.WRAPPER + name,
                        "is missing, though modules_to_save " + declared + " name its module");
            }
        }
    }

    /**
     * The directory that was opened.
     *
     * @return its path
     */
    public Path directory() {
        return directory;
    }

    /**
     * What a training has to say to go on with this adapter.
     *
     * @return ranks, alphas, targets and saved modules
     */
    public Adapter.Lora lora() {
        return lora;
    }

    /**
     * The base that the adapter names, if that is on this machine: an absolute path, or one from the adapter's directory
     * or from the working directory.
     *
     * @return the path, empty if there is no such file or directory
     */
    public Optional<Path> base() {
        if (base.isEmpty() || base.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        for (Path path : List.of(directory.resolve(base), Path.of(base))) {
            if (Files.exists(path)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    /**
     * The base as the adapter names it.
     *
     * @return a path or a name of the hub, empty if it names none
     */
    public String baseName() {
        return base;
    }

    /**
     * The adapted layers.
     *
     * @return their whole names, sorted
     */
    public Set<String> layers() {
        return layers;
    }

    /**
     * The matrix that goes from the layer's input to the rank.
     *
     * @param layer one of {@link #layers}
     * @return [rank, in], row-major
     */
    public float[] a(String layer) {
        return file.read(PeftNames.WRAPPER + layer + PeftNames.A);
    }

    /**
     * The matrix that goes from the rank to the layer's output.
     *
     * @param layer one of {@link #layers}
     * @return [out, rank], row-major
     */
    public float[] b(String layer) {
        return file.read(PeftNames.WRAPPER + layer + PeftNames.B);
    }

    /**
     * The tensors that take the place of the base's.
     *
     * @return their whole names in the model
     */
    public Set<String> saved() {
        return saved.keySet();
    }

    /**
     * A tensor that takes the place of the base's.
     *
     * @param name one of {@link #saved}
     * @return its elements, row-major
     */
    public float[] saved(String name) {
        String stored = saved.get(name);
        if (stored == null) {
            throw new IllegalArgumentException(directory + " saves no '" + name + "', only " + saved());
        }
        return file.read(stored);
    }

    /**
     * Writes an adapter that PEFT reads.
     *
     * @param directory an existing directory
     * @param lora what it is
     * @param base where its base is, for {@code base_model_name_or_path}
     * @param config of the base
     * @param tensors A and B of every layer, named as the layer with {@code .lora_A.weight} and {@code .lora_B.weight}, and
     *     the saved modules' under their names in the model
     * @throws IOException if writing fails
     */
    public static void write(
            Path directory, Adapter.Lora lora, String base, ModelConfig config, List<SafetensorsWriter.Tensor> tensors)
            throws IOException {
        DecoderNames names = Architecture.of(config.modelType()).names();
        List<SafetensorsWriter.Tensor> wrapped = tensors.stream()
                .map(tensor -> new SafetensorsWriter.Tensor(
                        new TensorInfo(
                                PeftNames.WRAPPER + tensor.info().name(),
                                tensor.info().type(),
                                tensor.info().shape()),
                        tensor.source()))
                .toList();
        SafetensorsWriter.writeFile(directory.resolve(WEIGHTS), wrapped, Map.of("format", "pt"));
        AtomicFiles.writeText(
                PeftConfig.in(directory),
                JsonText.write(PeftConfig.write(wholeNames(lora, names, config), base, names, config)));
    }

    /** PEFT would take "norm" for every module whose name ends so. */
    private static Adapter.Lora wholeNames(Adapter.Lora lora, DecoderNames names, ModelConfig config) {
        List<String> modules = names.tensors(config).keySet().stream()
                .map(tensor -> tensor.substring(0, tensor.lastIndexOf('.')))
                .distinct()
                .filter(lora::saves)
                .toList();
        return saving(lora, modules);
    }

    @Override
    public void close() {
        file.close();
    }
}
