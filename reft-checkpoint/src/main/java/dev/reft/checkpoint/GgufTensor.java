package dev.reft.checkpoint;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A tensor on its way into a GGUF file.
 *
 * @param info under its GGUF name, in the shape and type that it is written in
 * @param source the tensor under its Hugging Face name
 * @param from which row of the source is row i, for matrices whose rows move
 * @param turned whether rows and columns are exchanged
 */
record GgufTensor(
        TensorInfo info,
        SafetensorsWriter.Tensor source,
        @Nullable LongUnaryOperator from,
        boolean turned) {
    private static final int BLOCK = 32;

    /** All tensors of a model, in the order given. */
    static List<GgufTensor> of(ModelConfig config, List<SafetensorsWriter.Tensor> tensors, GgufWriter.Format format) {
        GgufKind kind = GgufFields.kind(config);
        DecoderNames names = Architecture.of(config.modelType()).names();
        Map<String, List<Long>> shapes = new LinkedHashMap<>(names.tensors(config));
        Map<String, String> stored = new GgufNames(kind).stored(config.layers());
        boolean repeated = config.tiedEmbeddings() && kind.needsHead();
        List<GgufTensor> converted = new ArrayList<>();
        for (SafetensorsWriter.Tensor tensor : tensors) {
            String name = names.whole(tensor.info().name());
            List<Long> shape = shapes.remove(name);
            String gguf = stored.get(name);
            if (gguf == null || !tensor.info().shape().equals(shape)) {
                throw new IllegalArgumentException("tensor '" + name + "' of shape "
                        + tensor.info().shape() + " is not one of this " + config.modelType() + "'s, which has "
                        + shape);
            }
            converted.add(of(config, kind, gguf, tensor, format));
            if (repeated && name.equals(names.base() + names.embedding() + ".weight")) {
                converted.add(of(config, kind, "output.weight", tensor, format));
            }
        }
        if (!shapes.isEmpty()) {
            throw new IllegalArgumentException("tensors are missing: " + shapes.keySet());
        }
        float[] factors = GgufFields.ropeFactors(config);
        if (factors.length > 0) {
            converted.add(vector("rope_freqs.weight", factors));
        }
        return converted;
    }

    private static GgufTensor vector(String name, float[] values) {
        TensorInfo info = new TensorInfo(name, TensorType.F32, List.of((long) values.length));
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new GgufTensor(
                info, new SafetensorsWriter.Tensor(info, sink -> sink.write(bytes.duplicate())), null, false);
    }

    private static GgufTensor of(
            ModelConfig config, GgufKind kind, String name, SafetensorsWriter.Tensor tensor, GgufWriter.Format format) {
        List<Long> shape = tensor.info().shape();
        boolean turned = shape.size() == 2
                && name.startsWith("blk.")
                && Architecture.of(config.modelType()).names().transposed();
        List<Long> written = turned ? List.of(shape.get(1), shape.get(0)) : shape;
        boolean moved = kind.interleaved() && (name.contains(".attn_q.") || name.contains(".attn_k."));
        TensorInfo info = new TensorInfo(name, type(name, written, format), written);
        return new GgufTensor(
                info, tensor, moved ? interleaved(config.attention().headDim()) : null, turned);
    }

    private static TensorType type(String name, List<Long> shape, GgufWriter.Format format) {
        if (shape.size() < 2 || name.startsWith("position_embd")) {
            return TensorType.F32;
        }
        boolean blocks = shape.get(1) % BLOCK == 0;
        return format == GgufWriter.Format.Q8_0 && blocks ? TensorType.Q8_0 : TensorType.F16;
    }

    /** The way back of {@link GgufCheckpoint#halfSplit}. */
    private static LongUnaryOperator interleaved(int headDim) {
        return row -> {
            long inHead = row % headDim;
            return row - inHead + inHead / 2 + inHead % 2 * (headDim / 2);
        };
    }

    /** Writes the tensor's bytes; one that must be turned or moved is held on the heap meanwhile. */
    void writeTo(FileChannel channel) throws IOException {
        long start = channel.position();
        Encoder encoder = new Encoder(channel);
        if (from == null && !turned) {
            source.source().writeTo(bytes -> encoder.write(floats(bytes)));
        } else {
            encoder.write(rearranged());
        }
        encoder.end();
        if (channel.position() - start != info.bytes()) {
            throw new IllegalArgumentException("tensor '" + source.info().name() + "' gives "
                    + (channel.position() - start) + " bytes as " + info.type() + " where " + info.bytes()
                    + " are due");
        }
    }

    private float[] rearranged() throws IOException {
        float[] all = new float[Math.toIntExact(source.info().elements())];
        int[] filled = {0};
        source.source().writeTo(bytes -> {
            float[] some = floats(bytes);
            System.arraycopy(some, 0, all, filled[0], some.length);
            filled[0] += some.length;
        });
        int columns = info.shape().size() < 2 ? 1 : Math.toIntExact(info.rowElements());
        int rows = all.length / columns;
        float[] result = new float[all.length];
        for (int r = 0; r < rows; r++) {
            int row = from == null ? r : (int) from.applyAsLong(r);
            for (int c = 0; c < columns; c++) {
                result[r * columns + c] = turned ? all[c * rows + row] : all[row * columns + c];
            }
        }
        return result;
    }

    private float[] floats(ByteBuffer bytes) {
        TensorType type = source.info().type();
        byte[] raw = new byte[bytes.remaining()];
        bytes.get(raw);
        float[] floats = new float[raw.length / type.blockBytes()];
        Blocks.decode(type, raw, floats, floats.length);
        return floats;
    }

    /** Turns numbers into the bytes of the type, block by block. */
    private final class Encoder {
        private final FileChannel channel;
        private final float[] rest = new float[BLOCK];
        private int held;

        Encoder(FileChannel channel) {
            this.channel = channel;
        }

        void write(float[] numbers) throws IOException {
            int whole = (held + numbers.length) / BLOCK;
            ByteBuffer out =
                    ByteBuffer.allocate(Math.multiplyExact(whole, bytes(BLOCK))).order(ByteOrder.LITTLE_ENDIAN);
            for (float number : numbers) {
                rest[held++] = number;
                if (held == BLOCK) {
                    encode(out);
                }
            }
            AtomicFiles.writeFully(channel, out.flip());
        }

        void end() throws IOException {
            if (held > 0) {
                ByteBuffer out = ByteBuffer.allocate(bytes(held)).order(ByteOrder.LITTLE_ENDIAN);
                encode(out);
                AtomicFiles.writeFully(channel, out.flip());
            }
        }

        private int bytes(int elements) {
            return info.type() == TensorType.Q8_0 ? 34 : elements * info.type().blockBytes();
        }

        private void encode(ByteBuffer out) {
            switch (info.type()) {
                case F32 -> {
                    for (int i = 0; i < held; i++) {
                        out.putFloat(rest[i]);
                    }
                }
                case F16 -> {
                    for (int i = 0; i < held; i++) {
                        out.putShort(HalfFloats.of(finite(rest[i])));
                    }
                }
                default -> eightBits(out);
            }
            held = 0;
        }

        /** A block of Q8_0: the scale is the largest magnitude over 127. */
        private void eightBits(ByteBuffer out) {
            float largest = 0;
            for (float number : rest) {
                largest = Math.max(largest, Math.abs(finite(number)));
            }
            float scale = largest / 127;
            out.putShort(HalfFloats.of(finite(scale)));
            for (float number : rest) {
                out.put((byte) (scale == 0 ? 0 : Math.round(number / scale)));
            }
        }

        private float finite(float number) {
            if (!(Math.abs(number) < HalfFloats.LIMIT)) {
                throw new IllegalArgumentException(
                        "tensor '" + source.info().name() + "' holds " + number + ", which half precision cannot");
            }
            return number;
        }
    }
}
