package dev.reft.testkit.tiny;

import dev.reft.model.Optimizer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The files of a tiny model: what {@code export} writes for others, and the state to go on from. Doubles, big-endian. */
final class TinyFiles {
    static final String MODEL = "tiny-model.bin";
    static final String STATE = "tiny-state.bin";
    private static final int VERSION = 1;
    /** Longer fields than any tiny model has are refused before memory is taken. */
    private static final int MOST = 1 << 26;

    private TinyFiles() {}

    static void export(TinyCore core, double[] weights, Path directory) {
        try {
            if (Files.isDirectory(directory)) {
                try (Stream<Path> inside = Files.list(directory)) {
                    if (inside.findAny().isPresent()) {
                        throw new IllegalArgumentException(directory + " is not empty");
                    }
                }
                Files.delete(directory);
            }
            Path aside = directory.resolveSibling(directory.getFileName() + ".tmp");
            Files.createDirectories(aside);
            write(aside.resolve(MODEL), out -> {
                writeModel(out, core.model);
                for (Layout.Tensor tensor : core.layout.tensors()) {
                    if (tensor.name().startsWith("actor.")) {
                        out.writeUTF(tensor.name());
                        writeNumbers(out, weights, tensor.start(), tensor.length());
                    }
                }
                out.writeUTF("");
            });
            Files.move(aside, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot export to " + directory, e);
        }
    }

    static TinyWeights read(Path directory) {
        Path file = directory.resolve(MODEL);
        try (DataInputStream in = open(file)) {
            TinyModel model = readModel(in, file);
            Map<String, double[]> tensors = new HashMap<>();
            for (String name = in.readUTF(); !name.isEmpty(); name = in.readUTF()) {
                tensors.put(name, readNumbers(in, file, name));
            }
            return new TinyWeights(String.valueOf(directory.getFileName()), model, tensors);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    static void saveState(TinyCore core, double[] weights, Descent descent, Path directory) {
        try {
            write(directory.resolve(STATE), out -> {
                writeModel(out, core.model);
                out.writeUTF(parts(core));
                writeOptimizer(out, descent.optimizer);
                for (long steps : descent.steps) {
                    out.writeLong(steps);
                }
                writeNumbers(out, weights, 0, weights.length);
                writeNumbers(out, descent.first, 0, weights.length);
                writeNumbers(out, descent.second, 0, weights.length);
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot save the state to " + directory, e);
        }
    }

    /** Reads all before it changes anything. */
    static void restoreState(TinyCore core, double[] weights, Descent descent, Path directory) {
        Path file = directory.resolve(STATE);
        try (DataInputStream in = open(file)) {
            same(file, "model", readModel(in, file).toString(), core.model.toString());
            same(file, "parts", in.readUTF(), parts(core));
            Optimizer optimizer = readOptimizer(in);
            long[] steps = new long[descent.steps.length];
            for (int i = 0; i < steps.length; i++) {
                steps[i] = in.readLong();
            }
            double[][] arrays = new double[3][];
            for (int i = 0; i < arrays.length; i++) {
                arrays[i] = readNumbers(in, file, "array " + i);
                same(file, "length of array " + i, arrays[i].length + "", weights.length + "");
            }
            descent.optimizer = optimizer;
            System.arraycopy(steps, 0, descent.steps, 0, steps.length);
            System.arraycopy(arrays[0], 0, weights, 0, weights.length);
            System.arraycopy(arrays[1], 0, descent.first, 0, weights.length);
            System.arraycopy(arrays[2], 0, descent.second, 0, weights.length);
            descent.discard();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static String parts(TinyCore core) {
        return core.layout.parts().toString();
    }

    private static void same(Path file, String field, String found, String wanted) {
        if (!found.equals(wanted)) {
            throw new IllegalArgumentException(file + ": " + field + " is " + found + ", this policy's is " + wanted);
        }
    }

    private static void writeOptimizer(DataOutputStream out, Optimizer optimizer) throws IOException {
        Optimizer.AdamW adam = optimizer instanceof Optimizer.AdamW a ? a : null;
        out.writeBoolean(adam != null);
        if (adam != null) {
            out.writeDouble(adam.beta1());
            out.writeDouble(adam.beta2());
            out.writeDouble(adam.epsilon());
            out.writeDouble(adam.decay());
        }
    }

    private static Optimizer readOptimizer(DataInputStream in) throws IOException {
        return in.readBoolean()
                ? new Optimizer.AdamW(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble())
                : new Optimizer.Sgd();
    }

    private static void writeModel(DataOutputStream out, TinyModel model) throws IOException {
        out.writeInt(VERSION);
        out.writeUTF(model.alphabet());
        out.writeInt(model.width());
        out.writeInt(model.heads());
        out.writeInt(model.hidden());
        out.writeInt(model.layers());
        out.writeInt(model.context());
        out.writeLong(model.seed());
    }

    private static TinyModel readModel(DataInputStream in, Path file) throws IOException {
        same(file, "version", in.readInt() + "", VERSION + "");
        return new TinyModel(
                in.readUTF(), in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readLong());
    }

    private static void writeNumbers(DataOutputStream out, double[] numbers, int from, int length) throws IOException {
        out.writeInt(length);
        for (int i = from; i < from + length; i++) {
            out.writeDouble(numbers[i]);
        }
    }

    private static double[] readNumbers(DataInputStream in, Path file, String field) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MOST) {
            throw new IllegalArgumentException(file + ": " + field + " has the length " + length);
        }
        double[] numbers = new double[length];
        for (int i = 0; i < length; i++) {
            numbers[i] = in.readDouble();
        }
        return numbers;
    }

    private static DataInputStream open(Path file) throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    /** Aside, to the disk, then renamed. */
    private static void write(Path file, Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(bytes))) {
            writing.to(out);
        }
        Path aside = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                aside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
