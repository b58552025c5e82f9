package dev.reft.examples.run;

import dev.reft.math.Accuracy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.apache.commons.math3.stat.inference.TTest;
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

    private final Map<String, double[]> percent = new HashMap<>();
    private int reftOnly;
    private int sftOnly;

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
        CONTESTANTS.forEach(name -> percent.put(name, new double[runs.size()]));
        List<String> lines = new ArrayList<>();
        lines.add(
                "| run | warm-up | SFT continued | ReFT | ReFT - warm-up | ReFT - SFT | only ReFT / only SFT, McNemar p |");
        lines.add("|---|---|---|---|---|---|---|");
        for (int i = 0; i < runs.size(); i++) {
            lines.add(line(runs.get(i), i));
        }
        lines.add(format(
                "| mean [95 %%] | %s | %s | %s | %s | %s | %d / %d, p = %.2g |",
                interval(of(ReftRun.WARM_UP)),
                interval(of(ReftRun.SFT)),
                interval(of(ReftRun.PPO)),
                interval(differences(ReftRun.PPO, ReftRun.WARM_UP)),
                interval(differences(ReftRun.PPO, ReftRun.SFT)),
                reftOnly,
                sftOnly,
                Accuracy.mcNemar(reftOnly, sftOnly)));
        lines.add("");
        lines.add(format(
                "ReFT against SFT continued, paired by seed: t-test p = %.2g. Least gain over the warm-up: %.1f points.",
                new TTest().pairedTTest(of(ReftRun.PPO), of(ReftRun.SFT)),
                new DescriptiveStatistics(differences(ReftRun.PPO, ReftRun.WARM_UP)).getMin()));
        return lines;
    }

    private String line(Path run, int index) throws IOException {
        for (String name : CONTESTANTS) {
            Map<String, Boolean> verdicts = right(run, name);
            long count = verdicts.values().stream().filter(r -> r).count();
            of(name)[index] = 100.0 * count / verdicts.size();
        }
        Map<String, Boolean> reft = right(run, ReftRun.PPO);
        Map<String, Boolean> sft = right(run, ReftRun.SFT);
        int first = only(reft, sft);
        int second = only(sft, reft);
        reftOnly += first;
        sftOnly += second;
        return format(
                "| %s | %.1f | %.1f | %.1f | %+.1f | %+.1f | %d / %d, %.2g |",
                run.getFileName(),
                of(ReftRun.WARM_UP)[index],
                of(ReftRun.SFT)[index],
                of(ReftRun.PPO)[index],
                differences(ReftRun.PPO, ReftRun.WARM_UP)[index],
                differences(ReftRun.PPO, ReftRun.SFT)[index],
                first,
                second,
                Accuracy.mcNemar(first, second));
    }

    private static Map<String, Boolean> right(Path run, String contestant) throws IOException {
        Path file = run.resolve("answers").resolve(Examiner.name(contestant, RunData.TEST) + ".jsonl");
        Map<String, Boolean> right = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            Answer answer = JSON.readValue(line, Answer.class);
            right.put(answer.id(), answer.right());
        }
        if (right.isEmpty()) {
            throw new IOException(file + " has no answers; is the run finished?");
        }
        return right;
    }

    private static int only(Map<String, Boolean> one, Map<String, Boolean> other) {
        return (int) one.entrySet().stream()
                .filter(answer -> answer.getValue() && !other.getOrDefault(answer.getKey(), false))
                .count();
    }

    private double[] of(String contestant) {
        return percent.getOrDefault(contestant, new double[0]);
    }

    private double[] differences(String first, String second) {
        double[] differences = of(first).clone();
        for (int i = 0; i < differences.length; i++) {
            differences[i] -= of(second)[i];
        }
        return differences;
    }

    private static String interval(double[] values) {
        DescriptiveStatistics statistics = new DescriptiveStatistics(values);
        double t = new TDistribution(values.length - 1).inverseCumulativeProbability(0.975);
        double half = t * statistics.getStandardDeviation() / Math.sqrt(values.length);
        return format(
                "%.1f [%.1f, %.1f]", statistics.getMean(), statistics.getMean() - half, statistics.getMean() + half);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
