package dev.reft.torch;

import dev.reft.model.Replicas;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Sums the gradients of all replicas, in large flat pieces. */
final class Exchange {
    /** Floats a piece. */
    private static final int PIECE = 1 << 24;

    private Exchange() {}

    /** After it every parameter that any rank's backward reached holds the sum over ranks. */
    static void sum(List<Parameter> trained, Replicas replicas) {
        if (replicas == Replicas.SINGLE) {
            return;
        }
        boolean[] reached = reachedAnywhere(trained, replicas);
        List<Tensor> piece = new ArrayList<>();
        long floats = 0;
        for (int i = 0; i < reached.length; i++) {
            if (reached[i]) {
                Tensor gradient = trained.get(i).gradientOrZeros();
                if (floats + gradient.numel() > PIECE && !piece.isEmpty()) {
                    sumPiece(piece, replicas);
                    piece.clear();
                    floats = 0;
                }
                piece.add(gradient);
                floats += gradient.numel();
            }
        }
        if (!piece.isEmpty()) {
            sumPiece(piece, replicas);
        }
    }

    private static void sumPiece(List<Tensor> gradients, Replicas replicas) {
        try (Scope scope = new Scope()) {
            Tensor[] flat = new Tensor[gradients.size()];
            for (int i = 0; i < flat.length; i++) {
                flat[i] = gradients.get(i).reshape(-1).cpu();
            }
            Tensor all = Ops.cat(0, flat).to(ScalarType.Float).clone();
            FloatBuffer buffer =
                    new FloatPointer(all.data_ptr()).capacity(all.numel()).asBuffer();
            replicas.sum(buffer);
            long at = 0;
            for (Tensor gradient : gradients) {
                Tensor summed = all.narrow(0, at, gradient.numel());
                gradient.copy_(summed.view(gradient.shape()));
                at += gradient.numel();
            }
        }
    }

    /** Tells the others which parameters this rank reached, and checks that all train the same ones. */
    private static boolean[] reachedAnywhere(List<Parameter> trained, Replicas replicas) {
        ByteBuffer mine = ByteBuffer.allocate(Long.BYTES + trained.size());
        mine.putLong(layout(trained));
        trained.forEach(parameter -> mine.put((byte) (parameter.reached() ? 1 : 0)));
        boolean[] reached = new boolean[trained.size()];
        List<byte[]> all = replicas.gather(mine.array());
        for (int rank = 0; rank < all.size(); rank++) {
            ByteBuffer theirs = ByteBuffer.wrap(all.get(rank));
            if (theirs.remaining() != mine.capacity() || theirs.getLong() != mine.getLong(0)) {
                throw new IllegalStateException(
                        "rank " + rank + " trains other parameters than rank " + replicas.rank());
            }
            for (int i = 0; i < reached.length; i++) {
                reached[i] |= theirs.get() != 0;
            }
        }
        return reached;
    }

    private static long layout(List<Parameter> trained) {
        CRC32 crc = new CRC32();
        for (Parameter parameter : trained) {
            crc.update((parameter.pieces() + " " + parameter.value().numel()).getBytes(StandardCharsets.UTF_8));
        }
        return crc.getValue();
    }
}
