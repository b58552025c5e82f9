package dev.reft.examples.run;

import dev.reft.ppo.statistics.Outcomes;
import dev.reft.ppo.statistics.PairedOutcomes;
import dev.reft.ppo.statistics.SeedTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compares finished runs of several seeds: a line for each, means with intervals over the seeds, and two paired tests of
 * ReFT against SFT continued, over the seeds (Student's t on the differences) and over their problems (McNemar, pooled).
 *
 * <p>Usage: {@code SeedComparison FOLDER...}, each the {@code --out} of a run.
 */
public final class SeedComparison {
    private static final List<String> CONTESTANTS = List.of(ReftRun.WARM_UP, ReftRun.SFT, ReftRun.PPO);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    SeedComparison() {}

    /**
     * Prints the table in Markdown.
     *
     * @param folders of the runs, at least two
     * @throws IOException if a run's answers cannot be read
     */
    public static void main(String[] folders) throws IOException {
        if (folders.length < 2) {
            throw new IllegalArgumentException("a comparison needs at least two runs, given " + folders.length);
        }
        List<Path> runs = Stream.of(folders).map(Path::of).toList();
        new SeedComparison().lines(runs).forEach(System.out::println);
    }

    List<String> lines(List<Path> runs) throws IOException {
        SeedTable table = table(runs);
        List<String> lines = new ArrayList<>();
        lines.add(
                "| run | warm-up | SFT continued | ReFT | ReFT - warm-up | ReFT - SFT | only ReFT / only SFT, McNemar p |");
        lines.add("|---|---|---|---|---|---|---|");
        for (int i = 0; i < runs.size(); i++) {
            lines.add(line(table, String.valueOf(runs.get(i).getFileName()), i));
        }
        SeedTable.Comparison gain = table.compare(ReftRun.PPO, ReftRun.WARM_UP);
        SeedTable.Comparison lead = table.compare(ReftRun.PPO, ReftRun.SFT);
        PairedOutcomes pooled = lead.pooled();
        lines.add(format(
                "| mean [95 %%] | %s | %s | %s | %s | %s | %d / %d, p = %.2g |",
                table.mean(ReftRun.WARM_UP).percent(),
                table.mean(ReftRun.SFT).percent(),
                table.mean(ReftRun.PPO).percent(),
                gain.mean().percent(),
                lead.mean().percent(),
                pooled.firstOnly(),
                pooled.secondOnly(),
                pooled.mcNemar()));
        lines.add("");
        lines.add(format(
                "ReFT against SFT continued, paired by seed: t-test p = %.2g. Least gain over the warm-up: %.1f points.",
                lead.tTest(), 100 * Arrays.stream(gain.differences()).min().orElse(Double.NaN)));
        return lines;
    }

    private static SeedTable table(List<Path> runs) throws IOException {
        Map<String, Map<String, Outcomes>> seeds = new LinkedHashMap<>();
        for (Path run : runs) {
            Map<String, Outcomes> results = new LinkedHashMap<>();
            for (String contestant : CONTESTANTS) {
                results.put(contestant, Outcomes.of(right(run, contestant)));
            }
            seeds.put(run.toString(), results);
        }
        if (seeds.size() < runs.size()) {
            throw new IllegalArgumentException("a folder is given twice: " + runs);
        }
        return new SeedTable(seeds);
    }

    private static String line(SeedTable table, String run, int index) {
        SeedTable.Comparison lead = table.compare(ReftRun.PPO, ReftRun.SFT);
        PairedOutcomes pairs = lead.bySeed().get(index);
        return format(
                "| %s | %.1f | %.1f | %.1f | %+.1f | %+.1f | %d / %d, %.2g |",
                run,
                100 * table.accuracies(ReftRun.WARM_UP)[index],
                100 * table.accuracies(ReftRun.SFT)[index],
                100 * table.accuracies(ReftRun.PPO)[index],
                100 * table.compare(ReftRun.PPO, ReftRun.WARM_UP).differences()[index],
                100 * lead.differences()[index],
                pairs.firstOnly(),
                pairs.secondOnly(),
                pairs.mcNemar());
    }

    private static Map<String, Boolean> right(Path run, String contestant) throws IOException {
        Path file = run.resolve("answers").resolve(Examiner.name(contestant, RunData.TEST) + ".jsonl");
        Map<String, Boolean> right = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            Answer answer = JSON.readValue(line, Answer.class);
            right.put(answer.id(), answer.right());
        }
        if (right.isEmpty()) {
            throw new IOException(file + " has no answers; is the run finished?");
        }
        return right;
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
