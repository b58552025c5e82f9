package dev.reft.checkpoint;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes safetensors files, each aside, forced to the disk and renamed. Tensors are handed over one at a time as the
 * bytes of buffers, so native memory is written without a copy on the heap. Within a file they are ordered by falling
 * element size and then by name, so that each is aligned to its elements.
 */
public final class SafetensorsWriter {
    /** The size of a file above which a model is cut into several, in bytes. */
    public static final long DEFAULT_FILE_BYTES = 5_000_000_000L;

    private static final Map<String, String> METADATA = Map.of("format", "pt");
    private static final Pattern SHARD = Pattern.compile("model-\\d{5,}-of-\\d{5,}\\.safetensors");
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private SafetensorsWriter() {}

    /** Takes the bytes of one tensor. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes all that remains in a buffer, as the next bytes of the tensor.
         *
         * @param bytes numbers in little-endian order
         * @throws IOException if writing fails
         */
        void write(ByteBuffer bytes) throws IOException;
    }

    /** Gives the bytes of one tensor when its turn comes. */
    @FunctionalInterface
    public interface Source {
        /**
         * Writes all bytes of the tensor, in one or more pieces.
         *
         * @param sink where to
         * @throws IOException if writing fails
         */
        void writeTo(Sink sink) throws IOException;
    }

    /**
     * A tensor to be written.
     *
     * @param info its name, type (F32, F16 or BF16) and shape
     * @param source its bytes, row-major
     */
    public record Tensor(TensorInfo info, Source source) {
        /**
         * Checks the type.
         *
         * @throws IllegalArgumentException if the type is not F32, F16 or BF16, or the name is reserved
         */
        public Tensor {
            if (!info.type().isRaw()) {
                throw new IllegalArgumentException(
                        "tensor '" + info.name() + "': " + info.type() + " is not written, only F32, F16 and BF16");
            }
            if (info.name().equals("__metadata__")) {
                throw new IllegalArgumentException("a tensor cannot be named __metadata__");
            }
        }
    }

    /**
     * Writes a model's weights into a directory: {@code model.safetensors}, or, above the given size, several files with
     * their index. The index, or the single file, is put in place last, and weights that were there before in other files
     * are deleted after it; so a process killed on the way leaves the older weights readable, unless both are cut into the
     * same number of files.
     *
     * @param directory an existing directory
     * @param tensors what to write
     * @param maxFileBytes the most bytes of tensors a file; a larger tensor has a file of its own
     * @throws IOException if writing fails
     * @throws IllegalArgumentException if two tensors have one name, or a source gives more or fewer bytes than its shape
     *     says
     */
    public static void write(Path directory, List<Tensor> tensors, long maxFileBytes) throws IOException {
        List<List<Tensor>> shards = shards(tensors, maxFileBytes);
        Set<String> written = new HashSet<>();
        if (shards.size() <= 1) {
            writeFile(directory.resolve(SINGLE), tensors, METADATA);
            written.add(SINGLE);
        } else {
            Map<String, String> places = new TreeMap<>();
            for (int i = 0; i < shards.size(); i++) {
                String name = String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
                writeFile(directory.resolve(name), shards.get(i), METADATA);
                shards.get(i).forEach(tensor -> places.put(tensor.info().name(), name));
                written.add(name);
            }
            AtomicFiles.writeText(directory.resolve(INDEX), index(tensors, places));
            written.add(INDEX);
        }
        deleteOthers(directory, written);
    }

    /**
     * Writes one safetensors file in place of the target, which may exist.
     *
     * @param file the file
     * @param tensors what to write
     * @param metadata free text by key; Python's readers of models want {@code format} to be {@code pt}
     * @throws IOException if writing fails; the target then stays as it was
     * @throws IllegalArgumentException as {@link #write}
     */
    public static void writeFile(Path file, List<Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Tensor> sorted = new ArrayList<>(tensors);
        sorted.sort(
                Comparator.comparing((Tensor tensor) -> -tensor.info().type().blockBytes())
                        .thenComparing(tensor -> tensor.info().name()));
        byte[] header = header(sorted, metadata);
        AtomicFiles.writeFile(file, channel -> {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            AtomicFiles.writeFully(channel, length.putLong(header.length).flip());
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            for (Tensor tensor : sorted) {
                writeTensor(channel, tensor);
            }
        });
    }

    private static void writeTensor(FileChannel channel, Tensor tensor) throws IOException {
        long start = channel.position();
        long end = start + tensor.info().bytes();
        tensor.source().writeTo(bytes -> {
            if (bytes.remaining() > end - channel.position()) {
                throw new IllegalArgumentException("tensor '" + tensor.info().name() + "' gives more than its "
                        + tensor.info().bytes() + " bytes");
            }
            AtomicFiles.writeFully(channel, bytes);
        });
        if (channel.position() != end) {
            throw new IllegalArgumentException("tensor '" + tensor.info().name() + "' gives "
                    + (channel.position() - start) + " bytes where its shape "
                    + tensor.info().shape() + " takes " + tensor.info().bytes());
        }
    }

    private static byte[] header(List<Tensor> tensors, Map<String, String> metadata) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            fields.put("__metadata__", new TreeMap<>(metadata));
        }
        long offset = 0;
        for (Tensor tensor : tensors) {
            TensorInfo info = tensor.info();
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", info.type().name());
            entry.put("shape", info.shape());
            entry.put("data_offsets", List.of(offset, offset + info.bytes()));
            offset += info.bytes();
            if (fields.put(info.name(), entry) != null) {
                throw new IllegalArgumentException("two tensors are named '" + info.name() + "'");
            }
        }
        String json = JsonText.writeCompact(fields);
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        byte[] header = (json + " ".repeat((8 - bytes % 8) % 8)).getBytes(StandardCharsets.UTF_8);
        if (header.length > SafetensorsHeader.MAX_HEADER) {
            throw new IllegalArgumentException("the header of " + tensors.size() + " tensors would have "
                    + header.length + " bytes, more than the format allows");
        }
        return header;
    }

    private static List<List<Tensor>> shards(List<Tensor> tensors, long maxFileBytes) {
        if (maxFileBytes < 1) {
            throw new IllegalArgumentException("the size of a file must be positive, not " + maxFileBytes);
        }
        List<List<Tensor>> shards = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long filled = 0;
        for (Tensor tensor : tensors) {
            if (!names.add(tensor.info().name())) {
                throw new IllegalArgumentException(
                        "two tensors are named '" + tensor.info().name() + "'");
            }
            long bytes = tensor.info().bytes();
            if (shards.isEmpty() || bytes > maxFileBytes - filled) {
                shards.add(new ArrayList<>());
                filled = 0;
            }
            shards.get(shards.size() - 1).add(tensor);
            filled += bytes;
        }
        return shards;
    }

    private static String index(List<Tensor> tensors, Map<String, String> places) {
        long bytes = tensors.stream().mapToLong(tensor -> tensor.info().bytes()).sum();
        long parameters =
                tensors.stream().mapToLong(tensor -> tensor.info().elements()).sum();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("metadata", new TreeMap<>(Map.of("total_size", bytes, "total_parameters", parameters)));
        fields.put("weight_map", places);
        return JsonText.write(fields);
    }

    /** The index goes before the files that it names, so that no reader finds it without them. */
    private static void deleteOthers(Path directory, Set<String> written) throws IOException {
        for (String name : List.of(SINGLE, INDEX)) {
            if (!written.contains(name)) {
                Files.deleteIfExists(directory.resolve(name));
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (SHARD.matcher(name).matches() && !written.contains(name)) {
                    Files.delete(file);
                }
            }
        } catch (UncheckedIOException e) {
            throw new IOException("cannot list " + directory, e);
        }
    }
}
