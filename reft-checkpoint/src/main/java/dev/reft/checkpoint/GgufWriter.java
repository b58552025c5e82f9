package dev.reft.checkpoint;

import dev.reft.io.AtomicFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes a model as one GGUF file (version 3) that programs of the llama.cpp family run and {@link Checkpoint} reads:
 * llama, mistral without windows, qwen2, qwen3, olmo2, gpt2. It is written aside, forced to the disk and renamed.
 */
public final class GgufWriter {
    private static final int ALIGNMENT = 32;

    private GgufWriter() {}

    /** How matrices are written; vectors and tables of positions are F32, as llama.cpp's own converter has them. */
    public enum Format {
        /** IEEE half precision. Numbers beyond its range are refused. */
        F16(1),
        /** 8 bits in blocks of 32 with one half-precision scale; F16 where rows are no multiple of 32. */
        Q8_0(7);

        private final int fileType;

        Format(int fileType) {
            this.fileType = fileType;
        }

        /** llama.cpp's number of such files. */
        int fileType() {
            return fileType;
        }
    }

    /**
     * Writes a model.
     *
     * @param file the file, which may exist; its directory must
     * @param config of the model
     * @param name of the model, for people
     * @param tokenizer the metadata whose keys begin with {@code tokenizer.}: strings, integers, floats, booleans, lists of
     *     strings, arrays of {@code int} and {@code float}; see {@link
     *     dev.reft.checkpoint.tokenizer.GgufTokenizers#metadata}
     * @param tensors the weights under their Hugging Face names, with or without their base
     * @param format of matrices
     * @throws IOException if writing fails; the target then stays as it was
     * @throws IllegalArgumentException if the format cannot say what the model computes, or a tensor is not one of the
     *     model's
     */
    public static void write(
            Path file,
            ModelConfig config,
            String name,
            Map<String, ?> tokenizer,
            List<SafetensorsWriter.Tensor> tensors,
            Format format)
            throws IOException {
        List<GgufTensor> converted = GgufTensor.of(config, tensors, format);
        Map<String, Object> metadata = GgufFields.of(config, name, format);
        metadata.putAll(tokenizer);
        byte[] head = head(metadata, converted);
        AtomicFiles.writeFile(file, channel -> {
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(head));
            pad(channel, channel.position());
            for (GgufTensor tensor : converted) {
                tensor.writeTo(channel);
                pad(channel, tensor.info().bytes());
            }
        });
    }

    private static byte[] head(Map<String, Object> metadata, List<GgufTensor> tensors) {
        Out out = new Out();
        out.bytes("GGUF".getBytes(StandardCharsets.US_ASCII))
                .u32(3)
                .u64(tensors.size())
                .u64(metadata.size());
        metadata.forEach((key, value) -> out.text(key).value(key, value));
        long offset = 0;
        for (GgufTensor tensor : tensors) {
            List<Long> shape = tensor.info().shape();
            out.text(tensor.info().name()).u32(shape.size());
            for (int i = shape.size() - 1; i >= 0; i--) {
                out.u64(shape.get(i));
            }
            out.u32(typeNumber(tensor.info().type())).u64(offset);
            offset += aligned(tensor.info().bytes());
        }
        return out.toBytes();
    }

    private static int typeNumber(TensorType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q8_0 -> 8;
            default -> throw new IllegalArgumentException(type + " is not written");
        };
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static void pad(FileChannel channel, long bytes) throws IOException {
        AtomicFiles.writeFully(channel, ByteBuffer.allocate((int) (aligned(bytes) - bytes)));
    }

    /** Bytes in GGUF's forms. */
    private static final class Out {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Out bytes(byte[] some) {
            bytes.writeBytes(some);
            return this;
        }

        Out u32(int value) {
            return bytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        Out u64(long value) {
            return bytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        Out text(String text) {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            return u64(encoded.length).bytes(encoded);
        }

        Out value(String key, Object value) {
            if (value instanceof String text) {
                return u32(GgufValue.STRING).text(text);
            } else if (value instanceof Integer || value instanceof Long) {
                return whole(((Number) value).longValue());
            } else if (value instanceof Float || value instanceof Double) {
                return u32(GgufValue.F32).u32(Float.floatToIntBits(((Number) value).floatValue()));
            } else if (value instanceof Boolean flag) {
                return u32(7).bytes(new byte[] {(byte) (flag ? 1 : 0)});
            } else if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
                u32(GgufValue.ARRAY).u32(GgufValue.STRING).u64(list.size());
                list.forEach(item -> text((String) item));
                return this;
            } else if (value instanceof int[] numbers) {
                u32(GgufValue.ARRAY).u32(GgufValue.I32).u64(numbers.length);
                for (int number : numbers) {
                    u32(number);
                }
                return this;
            } else if (value instanceof float[] numbers) {
                u32(GgufValue.ARRAY).u32(GgufValue.F32).u64(numbers.length);
                for (float number : numbers) {
                    u32(Float.floatToIntBits(number));
                }
                return this;
            }
            throw new IllegalArgumentException("'" + key + "': a "
                    + value.getClass().getName() + " is not written, nor is a list of other than texts");
        }

        /** In 32 bits, as programs of the family read sizes and token ids; wider where that is too narrow. */
        private Out whole(long value) {
            if (value >= 0 && value <= 0xffffffffL) {
                return u32(GgufValue.U32).u32((int) value);
            }
            return value >= Integer.MIN_VALUE && value < 0
                    ? u32(GgufValue.I32).u32((int) value)
                    : u32(GgufValue.I64).u64(value);
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }
    }
}
