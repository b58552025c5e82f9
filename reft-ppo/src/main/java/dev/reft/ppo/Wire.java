package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Credit;
import dev.reft.grading.Grade;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How completions, grades and numbers travel between replicas: bit for bit, except that a failure travels as its text. */
final class Wire {
    private Wire() {}

    static void write(DataOutputStream out, Completion completion) throws IOException {
        write(out, completion.request());
        out.writeInt(completion.sample());
        out.writeInt(completion.segments().size());
        for (Segment segment : completion.segments()) {
            write(out, segment.tokens());
            boolean sampled = segment instanceof Segment.Sampled;
            out.writeBoolean(sampled);
            if (segment instanceof Segment.Sampled own) {
                write(out, own.logProbs());
                write(out, own.drawLogProbs());
            }
        }
        write(out, completion.text());
        write(out, completion.finish().name());
    }

    static Completion completion(DataInputStream in) throws IOException {
        String request = string(in);
        int sample = in.readInt();
        int size = in.readInt();
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int[] tokens = ints(in);
            segments.add(
                    in.readBoolean() ? new Segment.Sampled(tokens, floats(in), floats(in)) : new Segment.Given(tokens));
        }
        return new Completion(request, sample, segments, string(in), Finish.valueOf(string(in)));
    }

    static void write(DataOutputStream out, Grade grade) throws IOException {
        if (grade instanceof Grade.Score score) {
            out.writeByte('s');
            out.writeDouble(score.value());
            out.writeInt(score.parts().size());
            for (Map.Entry<String, Double> part : score.parts().entrySet()) {
                write(out, part.getKey());
                out.writeDouble(part.getValue());
            }
            out.writeInt(score.credits().size());
            for (Credit credit : score.credits()) {
                out.writeInt(credit.token());
                out.writeDouble(credit.reward());
            }
            write(out, score.extracted());
            write(out, score.explanation());
        } else if (grade instanceof Grade.Failed failed) {
            out.writeByte('f');
            write(out, String.valueOf(failed.cause()));
            out.writeInt(failed.attempts());
        } else {
            out.writeByte('n');
            write(out, grade instanceof Grade.None none ? none.why() : String.valueOf(grade));
        }
    }

    static Grade grade(DataInputStream in) throws IOException {
        byte kind = in.readByte();
        if (kind == 'f') {
            return new Grade.Failed(new IllegalStateException(string(in)), in.readInt());
        } else if (kind == 'n') {
            return new Grade.None(string(in));
        }
        double value = in.readDouble();
        Map<String, Double> parts = new LinkedHashMap<>();
        for (int n = in.readInt(); n > 0; n--) {
            String name = string(in);
            parts.put(name, in.readDouble());
        }
        List<Credit> credits = new ArrayList<>();
        for (int n = in.readInt(); n > 0; n--) {
            int token = in.readInt();
            credits.add(new Credit(token, in.readDouble()));
        }
        return new Grade.Score(value, parts, credits, string(in), string(in));
    }

    static void write(DataOutputStream out, String text) throws IOException {
        // UTF-16 units one by one: lone surrogates of a cut-off completion survive.
        out.writeInt(text.length());
        out.writeChars(text);
    }

    static String string(DataInputStream in) throws IOException {
        byte[] bytes = in.readNBytes(2 * in.readInt());
        return new String(decode(bytes));
    }

    private static char[] decode(byte[] bytes) {
        char[] chars = new char[bytes.length / 2];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) ((bytes[2 * i] & 0xFF) << 8 | (bytes[2 * i + 1] & 0xFF));
        }
        return chars;
    }

    static void write(DataOutputStream out, int[] numbers) throws IOException {
        out.writeInt(numbers.length);
        for (int number : numbers) {
            out.writeInt(number);
        }
    }

    static int[] ints(DataInputStream in) throws IOException {
        int[] numbers = new int[in.readInt()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.readInt();
        }
        return numbers;
    }

    static void write(DataOutputStream out, float[] numbers) throws IOException {
        out.writeInt(numbers.length);
        for (float number : numbers) {
            out.writeFloat(number);
        }
    }

    static float[] floats(DataInputStream in) throws IOException {
        float[] numbers = new float[in.readInt()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.readFloat();
        }
        return numbers;
    }
}
