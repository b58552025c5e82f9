package dev.reft.examples.view;

import dev.reft.examples.view.ReportData.Answer;
import dev.reft.examples.view.ReportData.Contestant;
import dev.reft.examples.view.ReportData.Sample;
import dev.reft.examples.view.ReportData.Share;
import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** A report of one HTML file that opens from disk: inline SVG and styles, no script, nothing loaded from elsewhere. */
public final class HtmlReport {
    private final ReportData data;
    private final StringBuilder out = new StringBuilder();

    private HtmlReport(ReportData data) {
        this.data = data;
    }

    /**
     * Renders a report.
     *
     * @param data what to show
     * @return a whole HTML page
     */
    public static String render(ReportData data) {
        return new HtmlReport(data).page();
    }

    /**
     * Writes a report: aside, forced to disk, then moved into place.
     *
     * @param data what to show
     * @param file the HTML file
     * @throws IOException if it cannot be written
     */
    public static void write(ReportData data, Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Files.createDirectories(absolute.resolveSibling(".").normalize());
        AtomicFiles.writeText(absolute, render(data));
    }

    private String page() {
        out.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
                .append(Html.escape(data.title()))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style></head><body><main>\n<h1>")
                .append(Html.escape(data.title()))
                .append("</h1>\n<p class=\"lead\">")
                .append(Html.escape(data.lead()))
                .append("</p>\n");
        comparison();
        charts();
        samples();
        pairs("Configuration", data.facts());
        phases();
        return out.append("</main></body></html>\n").toString();
    }

    private void comparison() {
        if (data.contestants().isEmpty()) {
            return;
        }
        Set<String> sets = data.contestants().get(0).results().keySet();
        out.append("<h2>Accuracy</h2>\n<table class=\"c\"><thead><tr><th></th>");
        sets.forEach(set -> out.append("<th>").append(Html.escape(set)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (Contestant contestant : data.contestants()) {
            out.append("<tr><th>").append(Html.escape(contestant.name())).append("</th>");
            for (String set : sets) {
                Share share = contestant.results().get(set);
                out.append(share == null ? "<td></td>" : share(share, contestant.color()));
            }
            out.append("</tr>\n");
        }
        out.append(
                "</tbody></table>\n<p class=\"note\">Greedy answers; the dark line is the 95 % Wilson interval.</p>\n");
    }

    private static String share(Share share, String color) {
        String interval = Html.percent(share.low()) + " to " + Html.percent(share.high());
        return "<td><b>" + Html.percent(share.value()) + "</b> <span class=\"n\">" + share.correct() + " of "
                + share.total() + ", " + interval + "</span><svg class=\"b\" viewBox=\"0 0 100 6\" "
                + "preserveAspectRatio=\"none\"><rect class=\"k\" width=\"100\" height=\"6\"/><rect fill=\""
                + Html.escape(color) + "\" width=\"" + Html.coordinate(100 * share.value())
                + "\" height=\"6\"/><rect class=\"i\" x=\"" + Html.coordinate(100 * share.low()) + "\" y=\"2\" width=\""
                + Html.coordinate(100 * (share.high() - share.low())) + "\" height=\"2\"/></svg></td>";
    }

    private void charts() {
        out.append("<h2>Curves</h2>\n<div class=\"charts\">\n");
        for (Chart chart : data.charts()) {
            String svg = SvgChart.draw(chart);
            if (!svg.isEmpty()) {
                out.append("<figure>").append(svg).append("</figure>\n");
            }
        }
        out.append("</div>\n");
    }

    private void samples() {
        if (data.samples().isEmpty()) {
            return;
        }
        out.append("<h2>The same questions over time</h2>\n<div class=\"wide\"><table class=\"s\"><thead><tr>")
                .append("<th>Question</th><th>Right answer</th>");
        data.moments()
                .forEach(
                        moment -> out.append("<th>").append(Html.escape(moment)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (Sample sample : data.samples()) {
            out.append("<tr><td>")
                    .append(Html.escape(sample.question()))
                    .append("</td><td>")
                    .append(Html.escape(sample.reference()))
                    .append("</td>");
            for (Answer answer : sample.answers()) {
                out.append(answer.right() ? "<td class=\"y\"><b>\u2713</b> " : "<td class=\"w\"><b>\u2717</b> ")
                        .append(Html.escape(answer.text()))
                        .append("</td>");
            }
            out.append("</tr>\n");
        }
        out.append("</tbody></table></div>\n");
    }

    private void pairs(String heading, Map<String, String> pairs) {
        if (pairs.isEmpty()) {
            return;
        }
        out.append("<h2>").append(Html.escape(heading)).append("</h2>\n<table class=\"p\"><tbody>\n");
        pairs.forEach((name, value) -> out.append("<tr><th>")
                .append(Html.escape(name))
                .append("</th><td>")
                .append(Html.escape(value))
                .append("</td></tr>\n"));
        out.append("</tbody></table>\n");
    }

    private void phases() {
        double longest = data.seconds().values().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        if (longest <= 0) {
            return;
        }
        out.append("<h2>Time</h2>\n<table class=\"p\"><tbody>\n");
        data.seconds()
                .forEach((name, seconds) -> out.append("<tr><th>")
                        .append(Html.escape(name))
                        .append("</th><td>")
                        .append(Html.duration(seconds))
                        .append(
                                "</td><td><svg class=\"b\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\"><rect class=\"m\" ")
                        .append("width=\"" + Html.coordinate(100 * seconds / longest)
                                + "\" height=\"6\"/></svg></td></tr>\n"));
        out.append("</tbody></table>\n");
    }

    static String style() {
        try (InputStream css = HtmlReport.class.getResourceAsStream("/dev/reft/examples/report.css")) {
            if (css == null) {
                throw new IllegalStateException("the resource report.css is missing");
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the resource report.css cannot be read", e);
        }
    }
}
