package dev.reft.onnx;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.EngineException;
import dev.reft.model.LanguageModel;
import dev.reft.model.Model;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A process that opens and runs damaged graphs, one after the other; it tells which one it is at, so that the test knows what
 * a crash is due to. Arguments: the whole graph's directory, where the damaged one is put, the first mutant's number, how many.
 */
final class Mutants {
    private static final long[] LENGTHS = {
        0, 1, -1, 7, 255, 1L << 31, (1L << 31) - 1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, 99_999_999
    };
    private static final TokenBatch BATCH = TokenBatch.of(
            List.of(Row.of(new int[] {3, 1}, new int[] {4, 1, 5, 9, 2}), Row.of(new int[] {2}, new int[] {7, 1})));
    private static final GenerationRequest REQUEST = new GenerationRequest(
            "r", new int[] {3, 1, 4}, new long[] {1, 2}, Sampling.at(1), 4, List.of(), Constraint.NONE);

    private Mutants() {}

    public static void main(String[] arguments) throws IOException {
        Path whole = Path.of(arguments[0]);
        Path target = Files.createDirectories(Path.of(arguments[1]));
        byte[] good = Files.readAllBytes(whole.resolve("model.onnx"));
        Files.writeString(target.resolve("config.json"), Files.readString(whole.resolve("config.json")));
        int first = Integer.parseInt(arguments[2]);
        for (int number = first; number < first + Integer.parseInt(arguments[3]); number++) {
            System.out.println("at " + number);
            System.out.flush();
            Files.write(target.resolve("model.onnx"), mutant(good, new Random(number)));
            System.out.println("end " + number + " " + outcome(target) + " " + peak());
        }
    }

    private static String outcome(Path target) {
        long begun = System.nanoTime();
        String how = "";
        try (Model model = new OnnxProvider().open(Golden.spec(target))) {
            how = "opened";
            if (model instanceof Scorer scorer) {
                scorer.score(BATCH, Set.of(Output.LOG_PROB));
            }
            if (model instanceof LanguageModel language) {
                language.generate(List.of(REQUEST));
            }
            how = "valid";
        } catch (CheckpointException e) {
            how += "refused";
        } catch (EngineException e) {
            how += "failed";
        } catch (RuntimeException e) {
            e.printStackTrace(System.out);
            how = "surprise";
        }
        return how + " " + (System.nanoTime() - begun) / 1_000_000;
    }

    /** The most memory that this process had at a time, in MiB. */
    private static long peak() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return 0;
    }

    /** One to three damages, most of them where the nodes and the inputs are described. */
    static byte[] mutant(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int damages = 1 + random.nextInt(3); damages > 0 && bytes.length > 16; damages--) {
            int at =
                    switch (random.nextInt(4)) {
                        case 0 -> random.nextInt(bytes.length);
                        case 1 -> Math.max(0, bytes.length - 1 - random.nextInt(Math.min(2000, bytes.length)));
                        default -> random.nextInt(Math.min(16_000, bytes.length));
                    };
            bytes = damaged(bytes, at, random);
        }
        return bytes;
    }

    private static byte[] damaged(byte[] bytes, int at, Random random) {
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> {
                if (at + 8 <= bytes.length) {
                    ByteBuffer.wrap(bytes)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(at, LENGTHS[random.nextInt(LENGTHS.length)]);
                }
            }
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(64));
                byte[] shorter = Arrays.copyOf(bytes, bytes.length - (to - at));
                System.arraycopy(bytes, to, shorter, at, bytes.length - to);
                return shorter;
            }
            default -> {
                int length = Math.min(1 + random.nextInt(64), bytes.length - at);
                int other = random.nextInt(bytes.length - length + 1);
                System.arraycopy(bytes.clone(), other, bytes, at, length);
            }
        }
        return bytes;
    }
}
