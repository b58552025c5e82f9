package dev.reft.checkpoint;

/** Decodes ggml's super-blocks of 256 elements (the K quantisations) and the uneven 4-bit types. */
final class SuperBlocks {
    /** The levels of IQ4: denser around zero. */
    private static final int[] LEVELS = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private SuperBlocks() {}

    static void decode(TensorType type, byte[] in, float[] out, int count) {
        int elements = type.blockElements();
        for (int o = 0, p = 0; o < count; o += elements, p += type.blockBytes()) {
            switch (type) {
                case Q2_K -> q2k(in, p, out, o);
                case Q3_K -> q3k(in, p, out, o);
                case Q4_K -> q45k(in, p, out, o, -1, p + 16);
                case Q5_K -> q45k(in, p, out, o, p + 16, p + 48);
                case Q6_K -> q6k(in, p, out, o);
                case IQ4_NL -> iq4nl(in, p, out, o);
                case IQ4_XS -> iq4xs(in, p, out, o);
                default -> throw new IllegalArgumentException(type + " is not decoded to floats");
            }
        }
    }

    /** 16 scales (low nibble) and minimums (high nibble), 64 bytes of 2 bits, d, m. */
    private static void q2k(byte[] in, int p, float[] out, int o) {
        float d = Blocks.half(in, p + 80);
        float m = Blocks.half(in, p + 82);
        for (int i = 0; i < 256; i++) {
            int group = in[p + i / 16] & 0xff;
            int q = in[p + 16 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
            out[o + i] = d * (group & 15) * q - m * (group >> 4);
        }
    }

    /** 32 bytes of third bits (0 means minus 4), 64 bytes of 2 bits, 16 scales of 6 bits around 32, d. */
    private static void q3k(byte[] in, int p, float[] out, int o) {
        float d = Blocks.half(in, p + 108);
        int scales = p + 96;
        for (int i = 0; i < 256; i++) {
            int group = i / 16;
            int low = in[scales + group % 8] >> group / 8 * 4 & 15;
            int high = in[scales + 8 + group % 4] >> group / 4 * 2 & 3;
            int q = in[p + 32 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
            int third = in[p + i % 32] >> i / 32 & 1;
            out[o + i] = d * ((low | high << 4) - 32) * (q - (third == 0 ? 4 : 0));
        }
    }

    /** d, m, 12 bytes of 8 scales and 8 minimums of 6 bits, with Q5 32 bytes of fifth bits, 128 bytes of nibbles. */
    private static void q45k(byte[] in, int p, float[] out, int o, int fifths, int nibbles) {
        float d = Blocks.half(in, p);
        float m = Blocks.half(in, p + 2);
        for (int group = 0; group < 8; group++) {
            float scale = d * packedScale(in, p + 4, group);
            float minimum = m * packedMinimum(in, p + 4, group);
            for (int i = 0; i < 32; i++) {
                int q = in[nibbles + group / 2 * 32 + i] >> group % 2 * 4 & 15;
                int fifth = fifths < 0 ? 0 : in[fifths + i] >> group & 1;
                out[o + group * 32 + i] = scale * (q | fifth << 4) - minimum;
            }
        }
    }

    /** The first four are the low 6 bits of bytes 0 to 3; the others have their top 2 bits there. */
    private static int packedScale(byte[] in, int at, int group) {
        return group < 4 ? in[at + group] & 63 : in[at + 4 + group] & 15 | (in[at + group - 4] >> 6 & 3) << 4;
    }

    private static int packedMinimum(byte[] in, int at, int group) {
        return group < 4 ? in[at + 4 + group] & 63 : in[at + 4 + group] >> 4 & 15 | (in[at + group] >> 6 & 3) << 4;
    }

    /** 128 bytes of low nibbles, 64 bytes of upper 2 bits, 16 signed scales, d; values around 32. */
    private static void q6k(byte[] in, int p, float[] out, int o) {
        float d = Blocks.half(in, p + 208);
        for (int i = 0; i < 256; i++) {
            int half = i / 128;
            int part = i % 128 / 32;
            int low = in[p + half * 64 + part % 2 * 32 + i % 32] >> part / 2 * 4 & 15;
            int high = in[p + 128 + half * 32 + i % 32] >> part * 2 & 3;
            out[o + i] = d * in[p + 192 + i / 16] * ((low | high << 4) - 32);
        }
    }

    /** d, then nibbles that are indices of levels. */
    private static void iq4nl(byte[] in, int p, float[] out, int o) {
        levels(Blocks.half(in, p), in, p + 2, out, o);
    }

    /** d, 16 bits of upper and 4 bytes of lower scale bits (6 bits around 32 a group of 32), 128 bytes of indices. */
    private static void iq4xs(byte[] in, int p, float[] out, int o) {
        float d = Blocks.half(in, p);
        int upper = Blocks.u16(in, p + 2);
        for (int group = 0; group < 8; group++) {
            int scale = in[p + 4 + group / 2] >> group % 2 * 4 & 15 | (upper >> 2 * group & 3) << 4;
            levels(d * (scale - 32), in, p + 8 + group * 16, out, o + group * 32);
        }
    }

    private static void levels(float d, byte[] in, int p, float[] out, int o) {
        for (int i = 0; i < 16; i++) {
            out[o + i] = d * LEVELS[in[p + i] & 15];
            out[o + 16 + i] = d * LEVELS[in[p + i] >> 4 & 15];
        }
    }
}
