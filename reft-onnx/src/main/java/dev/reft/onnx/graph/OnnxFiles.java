package dev.reft.onnx.graph;

import dev.reft.io.AtomicFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a graph as an ONNX file, its tensors within or in a file beside it. Nothing is held on the heap but the nodes. */
public final class OnnxFiles {
    /** The most bytes of tensors that a file may hold within: protobuf ends at 2^31. */
    public static final long LARGEST_WITHIN = (1L << 31) - (1L << 26);

    /** The operators are those of this version, which every ONNX Runtime since 1.12 (2022) has. */
    private static final int OPERATORS = 17;

    private static final int FORMAT = 8;

    /** Tensors beside begin at multiples of it, so that a runtime can map them. */
    private static final long ALIGNMENT = 4096;

    private OnnxFiles() {}

    /**
     * Writes a graph with its tensors within.
     *
     * @param graph the graph
     * @param file where to; replaced whole or not at all
     * @throws IOException if writing fails
     * @throws IllegalArgumentException if the tensors are longer than {@link #LARGEST_WITHIN}
     */
    public static void write(OnnxGraph graph, Path file) throws IOException {
        if (graph.tensorBytes() > LARGEST_WITHIN) {
            throw new IllegalArgumentException("the tensors have " + graph.tensorBytes() + " bytes, an ONNX file holds "
                    + LARGEST_WITHIN + "; write them beside");
        }
        AtomicFiles.writeFile(file, channel -> write(new Counted(channel), graph, within(graph)));
    }

    /**
     * A small graph with its tensors within.
     *
     * @param graph the graph
     * @return the content of an ONNX file
     */
    public static byte[] toBytes(OnnxGraph graph) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(new Counted(Channels.newChannel(bytes)), graph, within(graph));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to memory", e);
        }
        return bytes.toByteArray();
    }

    private static List<Part> within(OnnxGraph graph) {
        List<Part> parts = new ArrayList<>();
        for (Initializer tensor : graph.initializers()) {
            parts.add(new Part(tensor.header().begin(9, tensor.bytes()), tensor));
        }
        return parts;
    }

    /**
     * Writes a graph with its tensors beside it, but for small constants. Neither file is of use without the other, so
     * write both into a directory that is not in use yet.
     *
     * @param graph the graph
     * @param file where to
     * @param beside the name of the file with the tensors, in the same directory
     * @throws IOException if writing fails
     */
    public static void write(OnnxGraph graph, Path file, String beside) throws IOException {
        List<Part> parts = new ArrayList<>();
        List<Initializer> outside = new ArrayList<>();
        long at = 0;
        for (Initializer tensor : graph.initializers()) {
            if (tensor.inline()) {
                parts.add(new Part(tensor.header().begin(9, tensor.bytes()), tensor));
                continue;
            }
            at = aligned(at);
            ProtoMessage header = tensor.header()
                    .message(13, entry("location", beside))
                    .message(13, entry("offset", Long.toString(at)))
                    .message(13, entry("length", Long.toString(tensor.bytes())))
                    .number(14, 1);
            parts.add(new Part(header, null));
            outside.add(tensor);
            at += tensor.bytes();
        }
        AtomicFiles.writeFile(file.resolveSibling(beside), channel -> {
            Counted counted = new Counted(channel);
            for (Initializer tensor : outside) {
                counted.write(ByteBuffer.allocate((int) (aligned(counted.written) - counted.written)));
                write(counted, tensor);
            }
        });
        AtomicFiles.writeFile(file, channel -> write(new Counted(channel), graph, parts));
    }

    private static long aligned(long at) {
        return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static ProtoMessage entry(String key, String value) {
        return new ProtoMessage().text(1, key).text(2, value);
    }

    /** A TensorProto: its first fields, and the tensor whose elements follow, if they do. */
    private record Part(ProtoMessage header, @Nullable Initializer content) {
        long size() {
            return header.size() + (content == null ? 0 : content.bytes());
        }
    }

    private static void write(Counted channel, OnnxGraph graph, List<Part> parts) throws IOException {
        ProtoMessage beginning = graph.beginning();
        ProtoMessage end = graph.end();
        long size = (long) beginning.size() + end.size();
        for (Part part : parts) {
            size += new ProtoMessage().begin(5, part.size()).size() + part.size();
        }
        ProtoMessage operators = new ProtoMessage().text(1, "").number(2, OPERATORS);
        write(
                channel,
                new ProtoMessage()
                        .number(1, FORMAT)
                        .text(2, "reft")
                        .message(8, operators)
                        .begin(7, size));
        write(channel, beginning);
        for (Part part : parts) {
            write(channel, new ProtoMessage().begin(5, part.size()).all(part.header()));
            if (part.content() != null) {
                write(channel, part.content());
            }
        }
        write(channel, end);
    }

    private static void write(Counted channel, ProtoMessage message) throws IOException {
        channel.write(ByteBuffer.wrap(message.toBytes()));
    }

    private static void write(Counted channel, Initializer tensor) throws IOException {
        long from = channel.written;
        tensor.content().writeTo(channel);
        if (channel.written - from != tensor.bytes()) {
            throw new IllegalStateException("tensor '" + tensor.name() + "' wrote " + (channel.written - from)
                    + " bytes, not the " + tensor.bytes() + " of its shape " + tensor.shape());
        }
    }

    /** Writes all that it is given, and counts. */
    private static final class Counted implements WritableByteChannel {
        private final WritableByteChannel channel;
        private long written;

        Counted(WritableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int length = bytes.remaining();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            written += length;
            return length;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
