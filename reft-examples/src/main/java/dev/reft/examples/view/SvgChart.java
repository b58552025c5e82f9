package dev.reft.examples.view;

import java.util.ArrayList;
import java.util.List;

/** Draws a chart as inline SVG: axes with round ticks, a line a curve, a legend where there are several. */
final class SvgChart {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 250;
    private static final int LEFT = 52;
    private static final int RIGHT = 12;
    private static final int TOP = 34;
    private static final int BOTTOM = 40;

    private final Chart chart;
    private final List<Curve> curves;
    private final StringBuilder out = new StringBuilder();
    private final Scale across;
    private final Scale up;

    private SvgChart(Chart chart) {
        this.chart = chart;
        this.curves = chart.curves().stream().filter(SvgChart::hasPoint).toList();
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (Curve curve : curves) {
            for (int i = 0; i < curve.x().size(); i++) {
                if (isThere(curve.y().get(i))) {
                    x.add(curve.x().get(i));
                    y.add(curve.y().get(i));
                }
            }
        }
        this.across = Scale.over(x, 6);
        this.up = Scale.over(y, 5);
    }

    /**
     * Draws a chart.
     *
     * @param chart what
     * @return an svg element; "" if no curve has a point
     */
    static String draw(Chart chart) {
        SvgChart drawing = new SvgChart(chart);
        return drawing.curves.isEmpty() ? "" : drawing.svg();
    }

    private static boolean hasPoint(Curve curve) {
        return curve.y().stream().anyMatch(SvgChart::isThere);
    }

    /** A curve that has run away to 1e12 tells no more than a gap does, and would flatten the rest. */
    private static boolean isThere(double value) {
        return Math.abs(value) < 1e12;
    }

    private String svg() {
        out.append("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\"><title>")
                .append(Html.escape(chart.title()))
                .append("</title><text class=\"t\" x=\"" + LEFT + "\" y=\"16\">")
                .append(Html.escape(chart.title()))
                .append("</text>\n");
        grid();
        for (Curve curve : curves) {
            if (curve.smooth() && curve.y().size() > 12) {
                line(curve.x(), curve.y(), curve.color(), "f");
                line(curve.x(), smoothed(curve.y()), curve.color(), "l");
            } else {
                line(curve.x(), curve.y(), curve.color(), "l");
                dots(curve);
            }
        }
        if (curves.size() > 1) {
            legend();
        }
        return out.append("</svg>\n").toString();
    }

    private void grid() {
        for (double tick : up.ticks()) {
            String y = Html.coordinate(y(tick));
            out.append("<path class=\"g\" d=\"M" + LEFT + " " + y + "H" + (WIDTH - RIGHT) + "\"/><text class=\"a\" x=\""
                    + (LEFT - 6) + "\" y=\"" + Html.coordinate(y(tick) + 4) + "\" text-anchor=\"end\">"
                    + (chart.percent() ? Html.number(100 * tick) + " %" : Html.number(tick)) + "</text>\n");
        }
        for (double tick : across.ticks()) {
            out.append("<text class=\"a\" x=\"" + Html.coordinate(x(tick)) + "\" y=\"" + (HEIGHT - BOTTOM + 16)
                    + "\" text-anchor=\"middle\">" + Html.number(tick) + "</text>\n");
        }
        out.append("<path class=\"x\" d=\"M" + LEFT + " " + (HEIGHT - BOTTOM) + "H" + (WIDTH - RIGHT)
                + "\"/><text class=\"a\" x=\"" + (WIDTH - RIGHT) + "\" y=\"" + (HEIGHT - 6) + "\" text-anchor=\"end\">"
                + Html.escape(chart.axis()) + "</text>\n");
    }

    private void line(List<Double> x, List<Double> y, String color, String style) {
        StringBuilder path = new StringBuilder();
        boolean open = false;
        for (int i = 0; i < x.size(); i++) {
            boolean there = isThere(y.get(i));
            if (there) {
                path.append(open ? 'L' : 'M')
                        .append(Html.coordinate(x(x.get(i))))
                        .append(' ')
                        .append(Html.coordinate(y(y.get(i))));
            }
            open = there;
        }
        out.append("<path class=\"" + style + "\" stroke=\"" + Html.escape(color) + "\" d=\"" + path + "\"/>\n");
    }

    private void dots(Curve curve) {
        for (int i = 0; i < curve.x().size(); i++) {
            double value = curve.y().get(i);
            if (isThere(value)) {
                String label = curve.name() + ": " + (chart.percent() ? Html.percent(value) : Html.number(value))
                        + " at " + Html.number(curve.x().get(i));
                out.append(
                        "<circle r=\"2.6\" cx=\"" + Html.coordinate(x(curve.x().get(i))) + "\" cy=\""
                                + Html.coordinate(y(value)) + "\" fill=\"" + Html.escape(curve.color()) + "\"><title>"
                                + Html.escape(label) + "</title></circle>\n");
            }
        }
    }

    private void legend() {
        double at = WIDTH - RIGHT;
        for (int i = curves.size() - 1; i >= 0; i--) {
            Curve curve = curves.get(i);
            at -= 6.2 * curve.name().length();
            out.append("<text class=\"a\" x=\"" + Html.coordinate(at) + "\" y=\"16\">" + Html.escape(curve.name())
                    + "</text><circle r=\"4\" cx=\"" + Html.coordinate(at - 9) + "\" cy=\"12\" fill=\""
                    + Html.escape(curve.color()) + "\"/>\n");
            at -= 24;
        }
    }

    /** An exponential mean whose memory is an eighth of the curve, corrected for its start. */
    private static List<Double> smoothed(List<Double> y) {
        double keep = 1 - 1 / Math.max(2, y.size() / 8.0);
        double sum = 0;
        double weight = 0;
        List<Double> means = new ArrayList<>(y.size());
        for (double value : y) {
            if (isThere(value)) {
                sum = keep * sum + value;
                weight = keep * weight + 1;
            }
            means.add(weight == 0 ? Double.NaN : sum / weight);
        }
        return means;
    }

    private double x(double value) {
        return LEFT + across.part(value) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - up.part(value) * (HEIGHT - TOP - BOTTOM);
    }
}
