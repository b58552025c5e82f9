package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/**
 * The published cases of position ids, packing and labels, on the layouts of passes. Responses' masks are the business of
 * generation: reft-testkit's TinyGoldenTest.
 */
class MasksPositionsTest {
    /** A price of a bucket that packs rows without padding, and one that pads all of them to the longest. */
    private static final double[] PRICES = {0, 1e9};

    private static final int IGNORED = -100;

    @TestFactory
    Stream<DynamicTest> cases() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        int all = 0;
        try (Stream<Path> files = Files.walk(Golden.shared("golden", "training"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                JsonNode root = Golden.json(file);
                if (!root.path("topic").asString("").equals("masks_positions")) {
                    continue;
                }
                for (JsonNode one : root.get("cases")) {
                    all++;
                    if (!kind(one).equals("response_mask")) {
                        tests.add(DynamicTest.dynamicTest(one.get("id").asString(), () -> check(one)));
                    }
                }
            }
        }
        assertTrue(!tests.isEmpty(), "no case of masks_positions");
        System.out.println("masks_positions on layouts: " + tests.size() + " of " + all + " cases");
        return tests.stream();
    }

    private static String kind(JsonNode one) {
        return one.get("inputs").get("kind").asString();
    }

    private static void check(JsonNode one) {
        JsonNode in = one.get("inputs");
        JsonNode out = one.get("expected");
        for (double price : PRICES) {
            switch (kind(one)) {
                case "position_ids" -> positions(in, out, price);
                case "packing" -> packing(in, out, price);
                case "completion_labels" -> labels(in, out, price);
                default -> fail("kind " + kind(one));
            }
        }
    }

    private static void expects(JsonNode out, String... fields) {
        assertEquals(Set.of(fields), Set.copyOf(out.propertyNames()));
    }

    /** A row's tokens count from 0 wherever padding is; the engine is given the tokens alone. */
    private static void positions(JsonNode in, JsonNode out, double price) {
        expects(out, "position_ids");
        JsonNode masks = in.get("attention_mask");
        List<int[]> columns = new ArrayList<>();
        for (JsonNode mask : masks) {
            int[] flags = Golden.ints(mask);
            columns.add(
                    IntStream.range(0, flags.length).filter(t -> flags[t] != 0).toArray());
        }
        List<int[]> rows = columns.stream().filter(row -> row.length > 0).toList();
        Layout layout = Layout.of(rows.stream().mapToInt(row -> row.length).toArray(), price);
        int[] packed = layout.positions();
        int next = 0;
        for (int i = 0; i < columns.size(); i++) {
            int[] found = new int[masks.get(i).size()];
            if (columns.get(i).length > 0) {
                int start = layout.starts()[next++];
                for (int t = 0; t < columns.get(i).length; t++) {
                    found[columns.get(i)[t]] = packed[start + t];
                }
            }
            assertArrayEquals(Golden.ints(out.get("position_ids").get(i)), found, "row " + i);
        }
    }

    private static void packing(JsonNode in, JsonNode out, double price) {
        expects(out, "position_ids", "segment_ids", "cu_seqlens", "predicts_next", "max_seqlen");
        int[] lengths = Golden.ints(in.get("lengths"));
        int[] ends = Arrays.copyOfRange(Golden.ints(out.get("cu_seqlens")), 1, lengths.length + 1);
        // Each row is of one token id, its index + 1, and scores all that can be predicted.
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            int[] ids = new int[lengths[i]];
            Arrays.fill(ids, i + 1);
            rows.add(new Row(ids, IntStream.range(1, lengths[i]).toArray(), 1f));
        }
        TokenBatch batch = TokenBatch.of(rows);
        Layout layout = Layout.of(lengths, price);
        Positions read = Positions.of(batch, layout);
        int[] ids = layout.pack(rows.stream().map(Row::tokens).toList());
        int[] places = layout.positions();
        boolean[] predicts = new boolean[layout.size()];
        for (int i = 0; i < read.heads().length; i++) {
            predicts[read.heads()[i]] = true;
            assertEquals(read.targets()[i], ids[read.heads()[i]], "a token that predicts another row's");
        }
        int total = Arrays.stream(lengths).sum();
        int[] positions = new int[total];
        int[] segments = new int[total];
        int[] next = new int[total];
        for (int i = 0, at = 0; i < lengths.length; i++) {
            for (int t = 0; t < lengths[i]; t++, at++) {
                int place = layout.starts()[i] + t;
                positions[at] = places[place];
                segments[at] = ids[place] - 1;
                next[at] = predicts[place] ? 1 : 0;
            }
        }
        assertArrayEquals(Golden.ints(out.get("position_ids")), positions);
        assertArrayEquals(Golden.ints(out.get("segment_ids")), segments);
        assertArrayEquals(Golden.ints(out.get("predicts_next")), next);
        assertEquals(out.get("max_seqlen").asInt(), layout.longest());
        // Numbers of all rows, one a token, are cut where the rows end.
        float[] flat = new float[total];
        for (int at = 0; at < total; at++) {
            flat[at] = at;
        }
        float[][] cut = read.rows(flat, 1);
        assertEquals(0, out.get("cu_seqlens").get(0).asInt());
        for (int i = 0; i < lengths.length; i++) {
            assertEquals(ends[i] - 1, cut[i][cut[i].length - 1], "end of row " + i);
        }
        assertEquals(ends[ends.length - 1], total);
    }

    private static void labels(JsonNode in, JsonNode out, double price) {
        expects(out, "labels", "shifted_targets", "trained_token_count");
        int[] ids = Golden.ints(in.get("ids"));
        int prompt = in.get("prompt_length").asInt();
        int end = prompt + in.get("completion_length").asInt();
        Row row = Row.of(Arrays.copyOf(ids, prompt), Arrays.copyOfRange(ids, prompt, end));
        // A longer row beside it, so that it lies somewhere else than at 0 or is padded.
        Row longer = Row.of(new int[ids.length], new int[] {1});
        TokenBatch batch = TokenBatch.of(List.of(longer, row));
        Layout layout = Layout.of(new int[] {ids.length + 1, end}, price);
        Positions read = Positions.of(batch, layout);
        int[] labels = new int[ids.length];
        int[] shifted = new int[ids.length - 1];
        Arrays.fill(labels, IGNORED);
        Arrays.fill(shifted, IGNORED);
        int trained = 0;
        for (int i = read.counts()[0]; i < read.heads().length; i++) {
            int t = read.heads()[i] - layout.starts()[1];
            shifted[t] = read.targets()[i];
            labels[t + 1] = read.targets()[i];
            trained++;
        }
        assertArrayEquals(Golden.ints(out.get("labels")), labels);
        assertArrayEquals(Golden.ints(out.get("shifted_targets")), shifted);
        assertEquals(out.get("trained_token_count").asInt(), trained);
    }
}
