package dev.reft.checkpoint;

/** Single precision to IEEE half precision; Java 17 has no method for it. */
final class HalfFloats {
    /** Numbers from here on round to infinity. */
    static final float LIMIT = 65520;

    private HalfFloats() {}

    /** The nearest half-precision number, ties to even. */
    static short of(float value) {
        int bits = Float.floatToIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= LIMIT) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x1p-14f) {
            // Subnormal steps are 2^-24; the sum rounds as the format does.
            return (short) (sign | (int) Math.rint(magnitude * 0x1p24));
        }
        int rounded = (bits & 0x7fffffff) + 0xfff + (bits >>> 13 & 1);
        return (short) (sign | (rounded >>> 13) - (112 << 10));
    }
}
