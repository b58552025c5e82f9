package dev.reft.examples.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.view.ReportData.Answer;
import dev.reft.examples.view.ReportData.Contestant;
import dev.reft.examples.view.ReportData.Sample;
import dev.reft.examples.view.ReportData.Share;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class HtmlReportTest {
    @TempDir
    Path folder;

    @Test
    void showsEverythingInOneFile() throws Exception {
        Path file = folder.resolve("out/report.html");
        HtmlReport.write(data("ReFT <b>"), file);
        String html = Files.readString(file);
        assertEquals(html, HtmlReport.render(data("ReFT <b>")));
        assertTrue(html.contains("<h1>ReFT &lt;b&gt;</h1>"));
        assertTrue(html.contains("58.0 %</b> <span class=\"n\">290 of 500, 53.6 % to 62.3 %"), html);
        assertTrue(html.contains("<td class=\"y\"><b>\u2713</b> 5 + 3 = 8 . answer 8</td>"));
        assertTrue(html.contains("<td class=\"w\"><b>\u2717</b> &lt;script&gt;</td>"));
        assertEquals(3, html.split("<figure>", -1).length);
        assertFalse(html.contains("http"), "nothing may be loaded from elsewhere");
        assertFalse(html.contains("<script"));
        assertFalse(html.contains("NaN"));
        try (var left = Files.list(file.getParent())) {
            assertEquals(1, left.count(), "only the report is left");
        }
    }

    @Test
    void isWellFormed() throws Exception {
        String html = HtmlReport.render(data("t"));
        String body = html.substring(html.indexOf("<body>"), html.indexOf("</html>"));
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(body)));
        assertEquals(2, document.getElementsByTagName("figure").getLength());
        assertEquals(4, document.getElementsByTagName("table").getLength());
    }

    @Property(tries = 200)
    void anyCurveIsDrawnInside(@ForAll @Size(min = 1, max = 40) List<Double> y) {
        List<Double> x = new ArrayList<>();
        for (int i = 0; i < y.size(); i++) {
            x.add((double) i);
        }
        String svg = SvgChart.draw(new Chart("c", "step", false, List.of(new Curve("a", "red", x, y, true))));
        assertTrue(svg.isEmpty() || svg.endsWith("</svg>\n"));
        for (String part : svg.split("(?<=d=\")|(?=\"/>)")) {
            if (part.startsWith("M") && part.contains("L")) {
                for (String point : part.substring(1).split("L|M")) {
                    double height = Double.parseDouble(point.split(" ")[1]);
                    assertTrue(height >= 33.9 && height <= 210.1, part);
                }
            }
        }
    }

    @Test
    void scalesAreRound() {
        assertEquals(new Scale(0, 100, 20), Scale.over(List.of(3.0, 97.0), 5));
        assertEquals(
                List.of(0.0, 20.0, 40.0, 60.0, 80.0, 100.0),
                Scale.over(List.of(3.0, 97.0), 5).ticks());
        Scale flat = Scale.over(List.of(7.0, 7.0), 5);
        assertTrue(flat.low() < 7 && flat.high() > 7);
        assertEquals("0.3", Html.number(0.1 + 0.2));
        assertEquals("12.3", Html.number(12.34));
        assertEquals("-5", Html.number(-5));
        assertEquals("1 min 05 s", Html.duration(65));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, () -> new Curve("a", "red", List.of(1.0), List.of(), false));
        Sample sample = new Sample("q", "1", List.of());
        assertThrows(
                IllegalArgumentException.class,
                () -> new ReportData(
                        "t", "", List.of(), List.of(), List.of("now"), List.of(sample), Map.of(), Map.of()));
    }

    static ReportData data(String title) {
        Map<String, Share> warm = new LinkedHashMap<>();
        warm.put("test", new Share(215, 500, 0.387, 0.474));
        warm.put("kinds never trained on", new Share(60, 300, 0.158, 0.249));
        Map<String, Share> reft = new LinkedHashMap<>();
        reft.put("test", new Share(290, 500, 0.536, 0.623));
        reft.put("kinds never trained on", new Share(93, 300, 0.26, 0.364));
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        List<Double> z = new ArrayList<>();
        for (int i = 0; i <= 120; i++) {
            x.add((double) i);
            y.add(0.4 + 0.3 * (1 - Math.exp(-i / 40.0)) + 0.05 * Math.sin(i * 1.7));
            z.add(0.43 + 0.02 * Math.sin(i * 0.2));
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Model", "embedded, 0.86 M parameters");
        facts.put("Seed", "1");
        return new ReportData(
                title,
                "A small model learns word problems.",
                List.of(new Contestant("Warm-up", "#8a94a6", warm), new Contestant("ReFT", "#3563e9", reft)),
                List.of(
                        new Chart("Reward", "PPO step", false, List.of(new Curve("reward", "#3563e9", x, y, true))),
                        new Chart(
                                "Accuracy",
                                "seconds after warm-up",
                                true,
                                List.of(
                                        new Curve("ReFT", "#3563e9", x.subList(0, 6), y.subList(0, 6), false),
                                        new Curve(
                                                "SFT continued", "#d98a1f", x.subList(0, 6), z.subList(0, 6), false))),
                        new Chart(
                                "Empty",
                                "step",
                                false,
                                List.of(new Curve("n", "red", List.of(1.0), List.of(Double.NaN), true)))),
                List.of("after warm-up", "after PPO"),
                List.of(new Sample(
                        "Ann has 5 apples . Ann finds 3 more apples . how many apples does Ann have now ?",
                        "8",
                        List.of(new Answer("<script>", false), new Answer("5 + 3 = 8 . answer 8", true)))),
                facts,
                Map.of("PPO", 91.0));
    }
}
