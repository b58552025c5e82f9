package dev.reft.checkpoint;

/**
 * Decodes stored elements to floats. The layouts of the blocks are ggml's: see the comments at each; {@code d} is a scale
 * and {@code m} a minimum, both in half precision.
 */
final class Blocks {
    private Blocks() {}

    /** Decodes so many elements, a multiple of the type's block, from the start of the bytes. */
    static void decode(TensorType type, byte[] in, float[] out, int count) {
        switch (type) {
            case F64 -> f64(in, out, count);
            case F32 -> f32(in, out, count);
            case F16 -> f16(in, out, count);
            case BF16 -> bf16(in, out, count);
            case Q8_0 -> q80(in, out, count);
            case Q4_0 -> q40(in, out, count);
            case Q4_1 -> q41(in, out, count);
            case Q5_0 -> q50(in, out, count);
            case Q5_1 -> q51(in, out, count);
            default -> SuperBlocks.decode(type, in, out, count);
        }
    }

    private static void f64(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            long bits = i32(in, 8 * i) & 0xffffffffL | (long) i32(in, 8 * i + 4) << 32;
            out[i] = (float) Double.longBitsToDouble(bits);
        }
    }

    private static void f32(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat(i32(in, 4 * i));
        }
    }

    private static void f16(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = half(in, 2 * i);
        }
    }

    private static void bf16(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat(u16(in, 2 * i) << 16);
        }
    }

    /** d, then 32 signed bytes. */
    private static void q80(byte[] in, float[] out, int count) {
        for (int o = 0, p = 0; o < count; o += 32, p += 34) {
            float d = half(in, p);
            for (int i = 0; i < 32; i++) {
                out[o + i] = d * in[p + 2 + i];
            }
        }
    }

    /** d, then 16 bytes: low nibbles are elements 0 to 15, high nibbles 16 to 31. */
    private static void q40(byte[] in, float[] out, int count) {
        for (int o = 0, p = 0; o < count; o += 32, p += 18) {
            float d = half(in, p);
            for (int i = 0; i < 16; i++) {
                int pair = in[p + 2 + i];
                out[o + i] = d * ((pair & 15) - 8);
                out[o + 16 + i] = d * ((pair >> 4 & 15) - 8);
            }
        }
    }

    /** d, m, then nibbles as above. */
    private static void q41(byte[] in, float[] out, int count) {
        for (int o = 0, p = 0; o < count; o += 32, p += 20) {
            float d = half(in, p);
            float m = half(in, p + 2);
            for (int i = 0; i < 16; i++) {
                int pair = in[p + 4 + i];
                out[o + i] = d * (pair & 15) + m;
                out[o + 16 + i] = d * (pair >> 4 & 15) + m;
            }
        }
    }

    /** d, 32 fifth bits in element order, then nibbles as above. */
    private static void q50(byte[] in, float[] out, int count) {
        for (int o = 0, p = 0; o < count; o += 32, p += 22) {
            float d = half(in, p);
            int fifth = i32(in, p + 2);
            for (int i = 0; i < 16; i++) {
                int pair = in[p + 6 + i];
                out[o + i] = d * ((pair & 15 | (fifth >>> i & 1) << 4) - 16);
                out[o + 16 + i] = d * ((pair >> 4 & 15 | (fifth >>> 16 + i & 1) << 4) - 16);
            }
        }
    }

    /** d, m, 32 fifth bits in element order, then nibbles as above. */
    private static void q51(byte[] in, float[] out, int count) {
        for (int o = 0, p = 0; o < count; o += 32, p += 24) {
            float d = half(in, p);
            float m = half(in, p + 2);
            int fifth = i32(in, p + 4);
            for (int i = 0; i < 16; i++) {
                int pair = in[p + 8 + i];
                out[o + i] = d * (pair & 15 | (fifth >>> i & 1) << 4) + m;
                out[o + 16 + i] = d * (pair >> 4 & 15 | (fifth >>> 16 + i & 1) << 4) + m;
            }
        }
    }

    static int u16(byte[] in, int at) {
        return in[at] & 0xff | (in[at + 1] & 0xff) << 8;
    }

    static int i32(byte[] in, int at) {
        return u16(in, at) | u16(in, at + 2) << 16;
    }

    /** IEEE half precision to single, exactly; Java 17 has no method for it. */
    static float half(byte[] in, int at) {
        int bits = u16(in, at);
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 31;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float tiny = fraction * 0x1p-24f;
            return sign == 0 ? tiny : -tiny;
        }
        int rebased = exponent == 31 ? 0xff : exponent + 112;
        return Float.intBitsToFloat(sign | rebased << 23 | fraction << 13);
    }
}
