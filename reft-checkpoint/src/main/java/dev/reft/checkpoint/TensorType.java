package dev.reft.checkpoint;

import java.util.Locale;

/**
 * How the elements of a tensor are stored: plain numbers, or blocks that share their scales (ggml's quantisations). The
 * enum grows.
 */
public enum TensorType {
    /** IEEE double precision. */
    F64(1, 8),
    /** IEEE single precision. */
    F32(1, 4),
    /** IEEE half precision. */
    F16(1, 2),
    /** The upper half of single precision. */
    BF16(1, 2),
    /** 8 bits, one half-precision scale a block. */
    Q8_0(32, 34),
    /** 4 bits around 8, one scale a block. */
    Q4_0(32, 18),
    /** 4 bits, scale and minimum a block. */
    Q4_1(32, 20),
    /** 5 bits around 16, one scale a block. */
    Q5_0(32, 22),
    /** 5 bits, scale and minimum a block. */
    Q5_1(32, 24),
    /** 2 bits in super-blocks. */
    Q2_K(256, 84),
    /** 3 bits in super-blocks. */
    Q3_K(256, 110),
    /** 4 bits in super-blocks. */
    Q4_K(256, 144),
    /** 5 bits in super-blocks. */
    Q5_K(256, 176),
    /** 6 bits in super-blocks. */
    Q6_K(256, 210),
    /** 4 bits that choose one of 16 uneven levels. */
    IQ4_NL(32, 18),
    /** The same in super-blocks. */
    IQ4_XS(256, 136),
    /** Truth values of a byte each; listed, not decoded. */
    BOOL(1, 1),
    /** Unsigned 8-bit integers; listed, not decoded. */
    U8(1, 1),
    /** Signed 8-bit integers; listed, not decoded. */
    I8(1, 1),
    /** Unsigned 16-bit integers; listed, not decoded. */
    U16(1, 2),
    /** Signed 16-bit integers; listed, not decoded. */
    I16(1, 2),
    /** Unsigned 32-bit integers; listed, not decoded. */
    U32(1, 4),
    /** Signed 32-bit integers; listed, not decoded. */
    I32(1, 4),
    /** Unsigned 64-bit integers; listed, not decoded. */
    U64(1, 8),
    /** Signed 64-bit integers; listed, not decoded. */
    I64(1, 8),
    /** 8-bit floats with 4 bits of exponent; listed, not decoded. */
    F8_E4M3(1, 1),
    /** 8-bit floats with 5 bits of exponent; listed, not decoded. */
    F8_E5M2(1, 1);

    private final int blockElements;
    private final int blockBytes;

    TensorType(int blockElements, int blockBytes) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /**
     * Elements that are stored together; the length of a row is a multiple of it.
     *
     * @return 1 for plain numbers
     */
    public int blockElements() {
        return blockElements;
    }

    /**
     * Bytes of a block.
     *
     * @return for plain numbers, bytes of one
     */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Whether {@link TensorSource#read} turns it into floats.
     *
     * @return whether it holds real numbers
     */
    public boolean decodable() {
        return ordinal() < BOOL.ordinal();
    }

    /**
     * Whether the bytes can be handed to an engine as they are.
     *
     * @return true for F32, F16 and BF16
     */
    public boolean isRaw() {
        return this == F32 || this == F16 || this == BF16;
    }

    /**
     * PyTorch's name of a type that safetensors can hold, as {@code config.json} has it.
     *
     * @return such as {@code float32}; the name in small letters for types that PyTorch has not
     */
    public String torchName() {
        return switch (this) {
            case F64 -> "float64";
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> name().toLowerCase(Locale.ROOT);
        };
    }
}
