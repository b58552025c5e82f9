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
 * @param points metrics over the steps
 * @param checks accuracies on the way
 */
record StageLog(double seconds, List<Point> points, List<Check> checks) {
    /** At most so many points of a curve are kept; then neighbours are joined. */
    private static final int MOST_POINTS = 400;

    static final StageLog EMPTY = new StageLog(0, List.of(), List.of());

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

    StageLog with(Point point) {
        List<Point> more = new ArrayList<>(points);
        more.add(point);
        return new StageLog(point.seconds(), more.size() > MOST_POINTS ? joined(more) : more, checks);
    }

    StageLog with(Check check) {
        List<Check> more = new ArrayList<>(checks);
        more.add(check);
        return new StageLog(seconds, points, more);
    }

    private static List<Point> joined(List<Point> points) {
        List<Point> half = new ArrayList<>();
        for (int i = 0; i + 1 < points.size(); i += 2) {
            half.add(mean(points.get(i), points.get(i + 1)));
        }
        if (points.size() % 2 == 1) {
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
