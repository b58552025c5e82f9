package dev.reft.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A Hugging Face directory with {@code model.safetensors}, or with its shards and their index. */
final class HfCheckpoint extends Checkpoint {
    private final Path directory;
    private final ModelConfig config;
    private final GenerationConfig generation;
    private final List<TensorFile> files;
    private final Map<String, StoredTensor> tensors;

    private HfCheckpoint(
            Path directory,
            ModelConfig config,
            GenerationConfig generation,
            List<TensorFile> files,
            Map<String, StoredTensor> tensors) {
        this.directory = directory;
        this.config = config;
        this.generation = generation;
        this.files = files;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    static HfCheckpoint openAt(Path directory) {
        ModelConfig config = ModelConfig.read(directory);
        GenerationConfig generation = GenerationConfig.read(directory);
        List<TensorFile> files = new ArrayList<>();
        try {
            Map<String, StoredTensor> tensors = openWeights(directory, files);
            return new HfCheckpoint(directory, config, generation, files, tensors);
        } catch (RuntimeException | Error e) {
            files.forEach(TensorFile::close);
            throw e;
        }
    }

    /** Opens the single file where there is one, as transformers does, and otherwise all shards. */
    private static Map<String, StoredTensor> openWeights(Path directory, List<TensorFile> files) {
        Path single = directory.resolve("model.safetensors");
        Path index = directory.resolve("model.safetensors.index.json");
        if (Files.exists(single)) {
            files.add(TensorFile.open(single));
            return files.get(0).stored();
        }
        if (Files.exists(index)) {
            return openShards(directory, ShardIndex.read(directory, index), files);
        }
        boolean pickled = Files.exists(directory.resolve("pytorch_model.bin"))
                || Files.exists(directory.resolve("pytorch_model.bin.index.json"));
        throw new CheckpointException(
                directory,
                "model.safetensors",
                pickled
                        ? "is not there; pytorch_model.bin is a pickle, which is not read: convert it"
                        : "is not there, nor is model.safetensors.index.json");
    }

    private static Map<String, StoredTensor> openShards(Path directory, ShardIndex index, List<TensorFile> files) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Set<String>> shard : index.shards().entrySet()) {
            TensorFile file = TensorFile.open(directory.resolve(shard.getKey()));
            files.add(file);
            for (String name : shard.getValue()) {
                StoredTensor tensor = file.stored().get(name);
                if (tensor == null) {
                    throw index.wrong(name, "says " + shard.getKey() + ", which does not hold this tensor");
                }
                tensors.put(name, tensor);
            }
            for (String name : file.stored().keySet()) {
                if (!shard.getValue().contains(name)) {
                    throw new CheckpointException(
                            file.path(),
                            "tensor '" + Strings.clip(name) + "'",
                            "is here, but the index " + index.placeOf(name));
                }
            }
        }
        return tensors;
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public GenerationConfig generation() {
        return generation;
    }

    @Override
    public Path path() {
        return directory;
    }

    @Override
    public Optional<GgufMetadata> ggufMetadata() {
        return Optional.empty();
    }

    @Override
    Map<String, StoredTensor> stored() {
        return tensors;
    }

    @Override
    public void close() {
        files.forEach(TensorFile::close);
    }
}
