package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HalfFloatsTest {
    private static float back(short half) {
        return Blocks.half(new byte[] {(byte) half, (byte) (half >> 8)}, 0);
    }

    @Test
    void everyHalfFloatComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = back((short) bits);
            if (Float.isNaN(value)) {
                assertTrue(Float.isNaN(back(HalfFloats.of(value))));
            } else {
                assertEquals((short) bits, HalfFloats.of(value), "at " + Integer.toHexString(bits));
            }
        }
    }

    @Test
    void whatLiesBetweenGoesToTheNearestAndTiesToEven() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            float below = back((short) bits);
            float above = back((short) (bits + 1));
            float middle = (below + above) / 2;
            short even = (short) (bits % 2 == 0 ? bits : bits + 1);
            assertEquals(even, HalfFloats.of(middle), "tie above " + below);
            assertEquals((short) (even | 0x8000), HalfFloats.of(-middle));
            assertEquals((short) bits, HalfFloats.of(Math.nextDown(middle)));
            assertEquals((short) (bits + 1), HalfFloats.of(Math.nextUp(middle)));
        }
        assertEquals(0x7bff, HalfFloats.of(Math.nextDown(HalfFloats.LIMIT)));
        assertEquals(0x7c00, HalfFloats.of(HalfFloats.LIMIT));
    }
}
