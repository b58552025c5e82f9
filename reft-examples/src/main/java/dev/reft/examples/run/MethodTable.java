package dev.reft.examples.run;

import dev.reft.examples.view.TablePage;
import dev.reft.io.AtomicFiles;
import dev.reft.ppo.evaluation.Diversity;
import dev.reft.ppo.statistics.Bootstrap;
import dev.reft.ppo.statistics.Estimate;
import dev.reft.ppo.statistics.PairedOutcomes;
import dev.reft.ppo.statistics.SeedTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.json.JsonMapper;

/** All methods of a comparison over its seeds, in one table: accuracy, labels, time, memory, diversity, and ReFT against each. */
public final class MethodTable {
    /** Below this a difference is called one. */
    private static final double SIGNIFICANT = 0.05;

    private final MethodSeeds all;

    /**
     * A table.
     *
     * @param seeds seed to what came of it; at least one, all of the same contestants
     * @throws IllegalArgumentException if there is no seed
     */
    public MethodTable(Map<String, MethodResult> seeds) {
        all = new MethodSeeds(seeds);
    }

    /** Value and interval; without an interval of one seed, which the notes say. */
    private static String text(Estimate estimate, int digits) {
        String value = String.format(Locale.ROOT, "%." + digits + "f", estimate.value());
        return Double.isInfinite(estimate.low())
                ? value
                : String.format(
                        Locale.ROOT,
                        "%s [%." + digits + "f, %." + digits + "f]",
                        value,
                        estimate.low(),
                        estimate.high());
    }

    private static String percent(Estimate estimate) {
        return text(new Estimate(100 * estimate.value(), 100 * estimate.low(), 100 * estimate.high()), 1);
    }

    private record Column(String heading, Function<String, String> cell) {}

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("method", MethodSeeds::title));
        columns.add(new Column("greedy, %", name -> percent(all.greedy().mean(name))));
        if (all.votes() > 0) {
            columns.add(new Column(
                    "vote of " + all.votes() + ", %",
                    name -> percent(all.voted().mean(name))));
            columns.add(new Column(
                    "rerank of " + all.votes() + ", %",
                    name -> percent(all.reranked().mean(name))));
        }
        columns.add(new Column("labels", this::labels));
        columns.add(new Column("seconds", name -> text(all.fact(name, Facts::seconds), 0)));
        columns.add(new Column("MiB", name -> text(all.fact(name, Facts::residentMegabytes), 0)));
        if (all.votes() > 0) {
            columns.add(new Column(
                    "different answers of " + all.votes(), name -> text(all.different(name, Diversity::answers), 2)));
            columns.add(new Column(
                    "different texts of " + all.votes(), name -> text(all.different(name, Diversity::texts), 2)));
            columns.add(new Column("distinct-2", name -> text(all.different(name, Diversity::distinct2), 3)));
        }
        columns.add(new Column(
                "ReFT less it, points",
                name -> against(
                        name,
                        pairs -> pairs.difference(Bootstrap.DEFAULT, MethodSeeds.LEVEL)
                                .percent())));
        columns.add(new Column(
                "only ReFT / only it, McNemar p",
                name -> against(
                        name,
                        pairs -> String.format(
                                Locale.ROOT,
                                "%d / %d, %.2g",
                                pairs.firstOnly(),
                                pairs.secondOnly(),
                                pairs.mcNemar()))));
        columns.add(new Column(
                "bootstrap p",
                name -> against(
                        name, pairs -> String.format(Locale.ROOT, "%.2g", pairs.bootstrapP(Bootstrap.DEFAULT)))));
        return columns;
    }

    private String against(String contestant, Function<PairedOutcomes, String> text) {
        return contestant.equals(Stages.PPO) ? "" : text.apply(all.pooled(contestant));
    }

    private String labels(String contestant) {
        List<String> words = new ArrayList<>();
        all.labels(contestant).forEach((kind, count) -> words.add(String.format(Locale.ROOT, "%,d %s", count, kind)));
        return String.join(", ", words);
    }

    /**
     * The whole comparison in Markdown.
     *
     * @return its lines
     */
    public List<String> markdown() {
        List<String> lines = new ArrayList<>();
        for (TablePage.Section section : sections()) {
            if (!section.heading().isEmpty()) {
                lines.add("");
                lines.add("## " + section.heading());
                lines.add("");
            }
            lines.addAll(section.markdown());
        }
        List<SeedTable> bySeed = new ArrayList<>(List.of(all.greedy()));
        List<String> headings = new ArrayList<>(List.of("Greedy answers by seed, %"));
        if (all.votes() > 0) {
            bySeed.addAll(List.of(all.voted(), all.reranked()));
            headings.add("The commonest of " + all.votes() + " answers by seed, %");
            headings.add("The one of " + all.votes() + " answers that the reranker likes best by seed, %");
        }
        for (int i = 0; i < headings.size(); i++) {
            lines.addAll(List.of("", "## " + headings.get(i), ""));
            lines.addAll(bySeed.get(i).markdown());
        }
        return lines;
    }

    private List<TablePage.Section> sections() {
        List<Column> columns = columns();
        List<List<String>> rows = all.contestants().stream()
                .map(name -> columns.stream()
                        .map(column -> column.cell().apply(name))
                        .toList())
                .toList();
        List<TablePage.Section> sections = new ArrayList<>();
        sections.add(
                new TablePage.Section("", columns.stream().map(Column::heading).toList(), rows, notes()));
        List<List<String>> more = further();
        if (!more.isEmpty()) {
            sections.add(new TablePage.Section(
                    "Further numbers, means over the seeds", List.of("method", "number", "value"), more, List.of()));
        }
        return sections;
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add(
                all.size() == 1
                        ? "One seed, so no intervals over seeds; tests and differences are over its problems."
                        : all.size()
                                + " seeds: means with Student's 95 % interval over the seeds. Differences and tests pair"
                                + " ReFT with the other on the same problems, pooled over the seeds (McNemar's exact test; bootstrap"
                                + " over problems with 95 % percentile interval).");
        notes.add(
                "Labels are all that a method was told, the warm-up's included, which every method starts from; seconds are of"
                        + " sampling and training after the warm-up, without tests. SFT continued, Offline-ST and Online-ST got the"
                        + " wall time of ReFT's steps, RLHF, RLAIF and RLVR as many steps of as many answers. RLVR is GRPO with 1 for a right answer and 0 for any"
                        + " other; ReFT is PPO with a critic, and 0.1 for a wrong answer that can be read.");
        notes.add("MiB: " + Resident.how() + ", over a method's own stages.");
        if (all.votes() > 0) {
            notes.add("Diversity is of " + all.votes()
                    + " samples a test problem at the temperature of training: different answers read,"
                    + " different texts, and distinct-2 (different pairs of words over all words, arXiv 1510.03055).");
            notes.add(String.format(
                    Locale.ROOT,
                    "Voting and reranking on top: %.0f s for %d answers to each test problem (mean over methods), no labels; the"
                            + " reranker reads them in %.0f s more and was fitted in %s.",
                    overall(Ballot.Count::sampling),
                    all.votes(),
                    overall(Ballot.Count::ranking),
                    reranker()));
        }
        notes.add(order());
        notes.add(verdicts());
        return notes;
    }

    private double overall(ToDoubleFunction<Ballot.Count> number) {
        return all.seeds().values().stream()
                .flatMap(result -> all.contestants().stream().map(result::entry))
                .flatMap(entry -> entry.ballot().stream())
                .mapToDouble(number)
                .average()
                .orElse(Double.NaN);
    }

    private String reranker() {
        Optional<Facts> first = all.seeds().values().iterator().next().reranker();
        double seconds = all.seeds().values().stream()
                .flatMap(result -> result.reranker().stream())
                .mapToDouble(Facts::seconds)
                .average()
                .orElse(Double.NaN);
        return String.format(
                Locale.ROOT, "%.0f s from %s", seconds, first.map(Facts::told).orElse("nothing"));
    }

    private String order() {
        List<String> names = new ArrayList<>(all.contestants());
        names.sort((a, b) -> Double.compare(
                all.greedy().mean(b).value(), all.greedy().mean(a).value()));
        List<String> words = new ArrayList<>();
        names.forEach(name -> words.add(String.format(
                Locale.ROOT,
                "%s %.1f",
                MethodSeeds.title(name),
                100 * all.greedy().mean(name).value())));
        return "Order by greedy accuracy: " + String.join(", ", words) + ".";
    }

    private String verdicts() {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        for (String kind : List.of("ahead of", "behind", "not shown to differ from")) {
            kinds.put(kind, new ArrayList<>());
        }
        for (String name : all.contestants()) {
            if (!name.equals(Stages.PPO)) {
                PairedOutcomes pairs = all.pooled(name);
                boolean differs = pairs.bootstrapP(Bootstrap.DEFAULT) < SIGNIFICANT;
                String kind = !differs ? "not shown to differ from" : pairs.difference() > 0 ? "ahead of" : "behind";
                kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(MethodSeeds.title(name));
            }
        }
        List<String> words = new ArrayList<>();
        kinds.forEach((kind, names) -> {
            if (!names.isEmpty()) {
                words.add(kind + " " + String.join(", ", names));
            }
        });
        return "By the bootstrap (p < 0.05, not corrected for their number) ReFT is " + String.join("; ", words) + ".";
    }

    private List<List<String>> further() {
        List<List<String>> rows = new ArrayList<>();
        for (String name : all.contestants()) {
            all.further(name)
                    .forEach((measure, value) -> rows.add(List.of(MethodSeeds.title(name), measure, number(value))));
        }
        return rows;
    }

    /** Six digits, counts as they are. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.6g", value);
    }

    /**
     * Writes {@code comparison.md}, {@code comparison.json} and {@code comparison.html}.
     *
     * @param folder made if absent
     * @throws IOException if a file cannot be written
     */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        AtomicFiles.writeText(folder.resolve("comparison.md"), String.join("\n", markdown()) + "\n");
        Map<String, Object> numbers = all.numbers();
        numbers.put("notes", notes());
        JsonMapper json = JsonMapper.builder().build();
        AtomicFiles.writeText(
                folder.resolve("comparison.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsString(numbers) + "\n");
        TablePage.write(
                "Methods from one warm-up",
                "Each method starts from the same warmed-up model and is tested on the same problems; " + all.size()
                        + (all.size() == 1 ? " seed." : " seeds."),
                sections(),
                folder.resolve("comparison.html"));
    }
}
