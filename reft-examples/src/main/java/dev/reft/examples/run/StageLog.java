package dev.reft.examples.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a stage did so far, in numbers. It travels in the stage's checkpoints, so a resumed stage has the curves of all its
 * steps.
 *
 * @param seconds spent in steps, without evaluation and saving
 * @param residentMegabytes largest resident memory during the steps
 * @param points metrics over the steps
 * @param checks accuracies on the way
 */
record StageLog(double seconds, double residentMegabytes, List<Point> points, List<Check> checks) {
    /** At most so many points of a curve are kept; then neighbours are joined, but for the first, which stays that of the first step. */
    private static final int MOST_POINTS = 400;

    static final StageLog EMPTY = after(0);

    StageLog {
        points = List.copyOf(points);
        checks = List.copyOf(checks);
    }

    /**
     * Metrics of one or several steps.
     *
     * @param step the last of them, counted from the stage's start
     * @param seconds spent in steps up to it
     * @param steps how many they are
     * @param metrics their means
     */
    record Point(long step, double seconds, int steps, Map<String, Double> metrics) {}

    /**
     * An accuracy on the way.
     *
     * @param step steps done
     * @param seconds spent in steps
     * @param right problems solved
     * @param total problems tried
     * @param shown the answers that the report shows
     */
    record Check(long step, double seconds, int right, int total, List<Answer> shown) {}

    /** The start of a stage before which some time has gone. */
    static StageLog after(double seconds) {
        return new StageLog(seconds, 0, List.of(), List.of());
    }

    StageLog with(Point point, double resident) {
        List<Point> more = new ArrayList<>(points);
        more.add(point);
        return new StageLog(
                point.seconds(),
                Math.max(residentMegabytes, resident),
                more.size() > MOST_POINTS ? joined(more) : more,
                checks);
    }

    StageLog with(Check check) {
        List<Check> more = new ArrayList<>(checks);
        more.add(check);
        return new StageLog(seconds, residentMegabytes, points, more);
    }

    private static List<Point> joined(List<Point> points) {
        List<Point> half = new ArrayList<>(points.subList(0, 1));
        for (int i = 1; i + 1 < points.size(); i += 2) {
            half.add(mean(points.get(i), points.get(i + 1)));
        }
        if (points.size() % 2 == 0) {
            half.add(points.get(points.size() - 1));
        }
        return half;
    }

    private static Point mean(Point a, Point b) {
        int steps = a.steps() + b.steps();
        Map<String, Double> metrics = new LinkedHashMap<>(b.metrics());
        metrics.replaceAll((name, value) -> {
            Double other = a.metrics().get(name);
            return other == null ? value : (other * a.steps() + value * b.steps()) / steps;
        });
        return new Point(b.step(), b.seconds(), steps, metrics);
    }
}
