package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The index of a model in several safetensors files: which tensor is in which file. */
final class ShardIndex {
    private static final long MAX_BYTES = 64L << 20;
    private static final int MAX_SHARDS = 4096;

    private final Path index;
    private final Map<String, String> places = new LinkedHashMap<>();
    private final Map<String, Set<String>> shards = new TreeMap<>();

    private ShardIndex(Path index) {
        this.index = index;
    }

    /** Reads the index and checks that all of its files are there. */
    static ShardIndex read(Path directory, Path file) {
        ShardIndex index = new ShardIndex(file);
        JsonFields json = new JsonFields(file, "", JsonText.readObject(file, MAX_BYTES));
        Map<String, @Nullable Object> map = json.object("weight_map")
                .orElseThrow(() -> json.wrong("weight_map", "is missing"))
                .asMap();
        for (Map.Entry<String, @Nullable Object> entry : map.entrySet()) {
            if (!(entry.getValue() instanceof String shard)) {
                throw index.wrong(entry.getKey(), "must be the name of a file");
            }
            if (!index.shards.containsKey(shard)) {
                HfDirectory.named(directory, file, index.field(entry.getKey()), shard);
                if (index.shards.size() == MAX_SHARDS) {
                    throw index.wrong(entry.getKey(), "is in more than " + MAX_SHARDS + " files");
                }
            }
            index.shards.computeIfAbsent(shard, s -> new LinkedHashSet<>()).add(entry.getKey());
            index.places.put(entry.getKey(), shard);
        }
        return index;
    }

    /** The files by name, each with the tensors that it should hold. */
    Map<String, Set<String>> shards() {
        return shards;
    }

    String placeOf(String tensor) {
        @Nullable String place = places.get(tensor);
        return place == null ? "does not know it" : "says " + place;
    }

    CheckpointException wrong(String tensor, String problem) {
        return new CheckpointException(index, field(tensor), problem);
    }

    private String field(String tensor) {
        return "weight_map." + Strings.clip(tensor);
    }
}
