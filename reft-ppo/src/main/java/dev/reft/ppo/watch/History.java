package dev.reft.ppo.watch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/**
 * What was observed so far. The first {@value #START} observations and the later ones are kept as they are; of a long run, older
 * ones in between are joined with their neighbours, so that a history stays small.
 *
 * @param observations in ascending order of steps
 */
public record History(List<Observation> observations) {
    /** Observations that tell where a measure began. */
    public static final int START = 3;

    /** At most so many observations are kept. */
    public static final int LIMIT = 256;

    /** Nothing observed yet. */
    public static final History EMPTY = new History(List.of());

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if steps do not ascend
     */
    public History {
        observations = List.copyOf(observations);
        for (int i = 1; i < observations.size(); i++) {
            if (observations.get(i).step() <= observations.get(i - 1).step()) {
                throw new IllegalArgumentException("step " + observations.get(i).step() + " was observed after step "
                        + observations.get(i - 1).step());
            }
        }
    }

    /**
     * This history and one observation more.
     *
     * @param observation of a later step
     * @return the history
     * @throws IllegalArgumentException if its step is not later than the last
     */
    public History with(Observation observation) {
        List<Observation> more = new ArrayList<>(observations);
        more.add(observation);
        return new History(more.size() > LIMIT ? joined(more) : more);
    }

    /**
     * The numbers of a measure.
     *
     * @param measure its name
     * @return those that are finite, in the order of steps
     */
    public double[] series(String measure) {
        return stream(measure).toArray();
    }

    /**
     * Where a measure began.
     *
     * @param measure its name
     * @return the mean of its first {@value #START} numbers; empty while there are fewer
     */
    public OptionalDouble start(String measure) {
        double[] series = series(measure);
        return series.length < START
                ? OptionalDouble.empty()
                : DoubleStream.of(series).limit(START).average();
    }

    /**
     * Where a measure is.
     *
     * @param measure its name
     * @param window how many numbers, &gt;= 1
     * @return the mean of its last numbers; empty while there are fewer
     */
    public OptionalDouble recent(String measure, int window) {
        double[] series = series(measure);
        return series.length < window
                ? OptionalDouble.empty()
                : DoubleStream.of(series).skip(series.length - window).average();
    }

    /**
     * The history up to a step.
     *
     * @param step the last that counts
     * @return the observations up to it
     */
    public History until(long step) {
        return new History(observations.stream().filter(o -> o.step() <= step).toList());
    }

    private DoubleStream stream(String measure) {
        return observations.stream()
                .mapToDouble(o -> o.measures().getOrDefault(measure, Double.NaN))
                .filter(Double::isFinite);
    }

    /** Joins pairs in the older half, behind the start. */
    private static List<Observation> joined(List<Observation> all) {
        List<Observation> fewer = new ArrayList<>(all.subList(0, START));
        int half = START + (LIMIT / 4) * 2;
        for (int i = START; i < half; i += 2) {
            fewer.add(mean(all.get(i), all.get(i + 1)));
        }
        fewer.addAll(all.subList(half, all.size()));
        return Collections.unmodifiableList(fewer);
    }

    private static Observation mean(Observation a, Observation b) {
        Map<String, Double> measures = new TreeMap<>(a.measures());
        b.measures().forEach((name, value) -> measures.merge(name, value, (one, other) -> (one + other) / 2));
        return new Observation(b.step(), measures);
    }
}
