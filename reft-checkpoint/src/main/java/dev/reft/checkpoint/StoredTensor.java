package dev.reft.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A tensor in an open file.
 *
 * @param info what it is, under the name that callers use
 * @param stored its name in the file, for messages
 * @param file the file
 * @param channel the file, open for reading
 * @param position of its first byte in the file
 * @param order which stored row is row i of the tensor
 * @param turned the matrix in the file whose columns are this one's rows, or null; then this is had as F32
 */
record StoredTensor(
        TensorInfo info,
        String stored,
        Path file,
        FileChannel channel,
        long position,
        LongUnaryOperator order,
        @Nullable StoredTensor turned) {
    /** A tensor whose rows are stored as rows. */
    StoredTensor(
            TensorInfo info, String stored, Path file, FileChannel channel, long position, LongUnaryOperator order) {
        this(info, stored, file, channel, position, order, null);
    }

    /** The matrix with its rows and columns exchanged. */
    StoredTensor transposed() {
        List<Long> shape = List.of(info.shape().get(1), info.shape().get(0));
        TensorInfo other = new TensorInfo(info.name(), TensorType.F32, shape);
        return new StoredTensor(other, stored, file, channel, position, AS_STORED, this);
    }

    static final LongUnaryOperator AS_STORED = i -> i;

    /** Elements that are decoded at a time: a multiple of every block, small enough for a core's cache. */
    private static final int CHUNK = 1 << 14;

    /** The bytes as the engine may take them, mapped where no row has to move. */
    ByteBuffer raw() {
        if (turned != null) {
            ByteBuffer bytes =
                    ByteBuffer.allocateDirect(Math.toIntExact(info.bytes())).order(ByteOrder.LITTLE_ENDIAN);
            turn(turned, 0, bytes.asFloatBuffer());
            return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        if (!info.type().isRaw()) {
            throw problem("is stored as " + info.type() + ", whose bytes are no plain numbers; read it as floats");
        }
        ByteBuffer mapped = map();
        if (order == AS_STORED || info.elements() == 0) {
            return mapped;
        }
        int unitBytes = Math.toIntExact(unit() * info.type().blockBytes());
        int units = Math.toIntExact(info.elements() / unit());
        ByteBuffer moved = ByteBuffer.allocateDirect(mapped.capacity());
        for (int i = 0; i < units; i++) {
            moved.put(i * unitBytes, mapped, Math.toIntExact(order.applyAsLong(i)) * unitBytes, unitBytes);
        }
        return moved.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Decodes rows from the given one on, as many as fill the target. */
    void decode(long firstRow, FloatBuffer target) {
        if (!info.type().decodable()) {
            throw problem("is stored as " + info.type() + ", which is not read as floats");
        }
        long row = info.rowElements();
        int wanted = target.remaining();
        if (firstRow < 0 || firstRow > info.rows() || row == 0 ? wanted > 0 : !isRows(firstRow, row, wanted)) {
            throw new IllegalArgumentException("tensor '" + info.name() + "' of shape " + info.shape() + " has no "
                    + wanted + " floats from row " + firstRow + " on");
        }
        if (wanted > 0 && turned != null) {
            turn(turned, firstRow, target);
        } else if (wanted > 0) {
            decodeElements(firstRow * row, wanted, target);
        }
    }

    private boolean isRows(long firstRow, long row, int wanted) {
        return wanted % row == 0 && wanted / row <= info.rows() - firstRow;
    }

    private void decodeElements(long first, int count, FloatBuffer target) {
        ByteBuffer bytes = map();
        int unit = order == AS_STORED ? count : Math.toIntExact(unit());
        byte[] source = new byte[Math.toIntExact(blockBytes(Math.min(CHUNK, unit)))];
        float[] floats = new float[Math.min(CHUNK, unit)];
        for (long begin = first; begin < first + count; begin += unit) {
            long from = order == AS_STORED ? begin : order.applyAsLong(begin / unit) * unit;
            for (int done = 0; done < unit; done += CHUNK) {
                int length = Math.min(CHUNK, unit - done);
                bytes.get((int) blockBytes(from + done), source, 0, (int) blockBytes(length));
                Blocks.decode(info.type(), source, floats, length);
                target.put(floats, 0, length);
            }
        }
    }

    /** Writes the columns of a matrix from the given one on, as many as fill the target, row by row. */
    private static void turn(StoredTensor matrix, long firstColumn, FloatBuffer target) {
        int columns = Math.toIntExact(matrix.info().rowElements());
        int rows = Math.toIntExact(matrix.info().rows());
        int wanted = target.remaining() / rows;
        int start = target.position();
        float[] all = new float[Math.multiplyExact(rows, columns)];
        matrix.decode(0, FloatBuffer.wrap(all));
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < wanted; c++) {
                target.put(start + c * rows + r, all[r * columns + (int) firstColumn + c]);
            }
        }
        target.position(start + wanted * rows);
    }

    /** Elements that move together: a row, or, in a vector that goes with the rows of a matrix, one. */
    private long unit() {
        if (order == AS_STORED || info.shape().size() > 1) {
            return info.rowElements();
        }
        if (info.type().blockElements() > 1) {
            throw problem("is a vector stored as " + info.type() + " whose elements must move, which is not supported");
        }
        return 1;
    }

    private long blockBytes(long elements) {
        return elements / info.type().blockElements() * info.type().blockBytes();
    }

    private ByteBuffer map() {
        if (info.bytes() > Integer.MAX_VALUE) {
            throw problem("is " + info.bytes() + " bytes long; a mapping holds at most " + Integer.MAX_VALUE);
        }
        try {
            if (channel.size() < position + info.bytes()) {
                throw problem("lies beyond the end of the file, which has become shorter since it was opened");
            }
            return channel.map(MapMode.READ_ONLY, position, info.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new CheckpointException(file, "tensor '" + stored + "'", "cannot be mapped: " + e, e);
        }
    }

    private CheckpointException problem(String what) {
        return new CheckpointException(file, "tensor '" + Strings.clip(stored) + "'", what);
    }
}
