package dev.reft.checkpoint;

/** A value of GGUF metadata: read if it is a scalar, only found if it is an array. */
sealed interface GgufValue {
    int F32 = 6;
    int U32 = 4;
    int I32 = 5;
    int STRING = 8;
    int ARRAY = 9;
    int I64 = 11;

    record Whole(long value) implements GgufValue {}

    record Real(double value) implements GgufValue {}

    record Truth(boolean value) implements GgufValue {}

    record Text(String value) implements GgufValue {
        @Override
        public String toString() {
            return "'" + Strings.clip(value) + "'";
        }
    }

    /** Elements of one type, the first at the given position of the file. */
    record Array(int type, int count, int position) implements GgufValue {}

    /** Reads a value, checking that it ends within the file. */
    static GgufValue read(GgufReader in, String key) {
        return read(in, key, in.i32(key + " type"));
    }

    /** Reads a value of a known type, such as an element of an array. */
    static GgufValue read(GgufReader in, String key, int type) {
        return switch (type) {
            case 0 -> new Whole(in.u8(key));
            case 1 -> new Whole((byte) in.u8(key));
            case 2 -> new Whole(in.u16(key));
            case 3 -> new Whole((short) in.u16(key));
            case U32 -> new Whole(in.i32(key) & 0xffffffffL);
            case I32 -> new Whole(in.i32(key));
            case F32 -> new Real(Float.intBitsToFloat(in.i32(key)));
            case 7 -> truth(in, key);
            case STRING -> new Text(in.text(key));
            case ARRAY -> array(in, key);
            case 10 -> unsigned(in, key);
            case I64 -> new Whole(in.i64(key));
            case 12 -> new Real(Double.longBitsToDouble(in.i64(key)));
            default -> throw in.wrong(key + " type", Integer.toUnsignedString(type) + " is not known");
        };
    }

    private static GgufValue truth(GgufReader in, String key) {
        int value = in.u8(key);
        if (value > 1) {
            throw in.wrong(key, "must be a boolean of 0 or 1, not " + value);
        }
        return new Truth(value == 1);
    }

    private static GgufValue unsigned(GgufReader in, String key) {
        long value = in.i64(key);
        if (value < 0) {
            throw in.wrong(key, Long.toUnsignedString(value) + " is too large");
        }
        return new Whole(value);
    }

    private static GgufValue array(GgufReader in, String key) {
        int type = in.i32(key + " element type");
        int least = leastBytes(type);
        if (least == 0) {
            throw in.wrong(
                    key + " element type", Integer.toUnsignedString(type) + " is not known, or an array in an array");
        }
        int count = in.count(key + " count", least);
        int position = in.position();
        if (type == STRING) {
            for (int i = 0; i < count; i++) {
                in.skipText(key);
            }
        } else {
            in.skip(count * least);
        }
        return new Array(type, count, position);
    }

    /** Bytes of a scalar, the least of a string, 0 for what cannot be in an array. */
    private static int leastBytes(int type) {
        return switch (type) {
            case 0, 1, 7 -> 1;
            case 2, 3 -> 2;
            case U32, I32, F32 -> 4;
            case STRING, 10, 11, 12 -> 8;
            default -> 0;
        };
    }
}
