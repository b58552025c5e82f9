package dev.reft.examples.run;

import dev.reft.examples.view.TablePage;
import dev.reft.io.AtomicFiles;
import dev.reft.ppo.evaluation.Diversity;
import dev.reft.ppo.statistics.Bootstrap;
import dev.reft.ppo.statistics.Estimate;
import dev.reft.ppo.statistics.Outcomes;
import dev.reft.ppo.statistics.PairedOutcomes;
import dev.reft.ppo.statistics.SeedTable;
import dev.reft.ppo.statistics.Student;
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
    private static final double LEVEL = 0.95;

    /** Below this a difference is called one. */
    private static final double SIGNIFICANT = 0.05;

    private static final Map<String, String> TITLES = new LinkedHashMap<>();

    static {
        TITLES.put(Stages.WARM_UP, "Warm-up (SFT)");
        TITLES.put(Stages.SFT, "SFT continued");
        TITLES.put("offline-st", "Offline-ST");
        TITLES.put("online-st", "Online-ST");
        TITLES.put("dpo", "DPO");
        TITLES.put("rlhf", "RLHF");
        TITLES.put("rlaif", "RLAIF");
        TITLES.put("rlvr", "RLVR (GRPO, 1 or 0)");
        TITLES.put(Stages.PPO, "ReFT (PPO)");
    }

    private final Map<String, MethodResult> seeds;
    private final List<String> contestants;
    private final int votes;
    private final SeedTable greedy;

    /**
     * A table.
     *
     * @param seeds seed to what came of it; at least one, all of the same contestants
     */
    public MethodTable(Map<String, MethodResult> seeds) {
        this.seeds = new LinkedHashMap<>(seeds);
        greedy = table(MethodResult.Entry::greedy);
        contestants = greedy.contestants();
        votes = seeds.values().stream().mapToInt(MethodResult::votes).min().orElse(0);
    }

    private SeedTable table(Function<MethodResult.Entry, Outcomes> part) {
        Map<String, Map<String, Outcomes>> all = new LinkedHashMap<>();
        seeds.forEach((seed, result) -> {
            Map<String, Outcomes> own = new LinkedHashMap<>();
            result.contestants().forEach(name -> own.put(name, part.apply(result.entry(name))));
            all.put(seed, own);
        });
        return new SeedTable(all);
    }

    private SeedTable voted() {
        return table(entry -> entry.voted().orElseThrow());
    }

    private SeedTable reranked() {
        return table(entry -> entry.reranked().orElseThrow());
    }

    static String title(String contestant) {
        return TITLES.getOrDefault(contestant, contestant);
    }

    /** The mean of a number over the seeds. */
    private Estimate mean(String contestant, ToDoubleFunction<MethodResult.Entry> number) {
        return Student.mean(
                seeds.values().stream()
                        .mapToDouble(result -> number.applyAsDouble(result.entry(contestant)))
                        .toArray(),
                LEVEL);
    }

    private static double fact(MethodResult.Entry entry, ToDoubleFunction<Facts> number) {
        return entry.facts().map(number::applyAsDouble).orElse(Double.NaN);
    }

    private static double different(MethodResult.Entry entry, ToDoubleFunction<Diversity> number) {
        return entry.diversity().map(number::applyAsDouble).orElse(Double.NaN);
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
        columns.add(new Column("method", MethodTable::title));
        columns.add(new Column("greedy, %", name -> percent(greedy.mean(name))));
        if (votes > 0) {
            columns.add(new Column("vote of " + votes + ", %", name -> percent(voted().mean(name))));
            columns.add(new Column(
                    "rerank of " + votes + ", %", name -> percent(reranked().mean(name))));
        }
        columns.add(new Column("labels", this::labels));
        columns.add(new Column("seconds", name -> text(mean(name, e -> fact(e, Facts::seconds)), 0)));
        columns.add(new Column("MiB", name -> text(mean(name, e -> fact(e, Facts::residentMegabytes)), 0)));
        if (votes > 0) {
            columns.add(new Column(
                    "different answers of " + votes,
                    name -> text(mean(name, e -> different(e, Diversity::answers)), 2)));
            columns.add(new Column(
                    "different texts of " + votes, name -> text(mean(name, e -> different(e, Diversity::texts)), 2)));
            columns.add(new Column("distinct-2", name -> text(mean(name, e -> different(e, Diversity::distinct2)), 3)));
        }
        columns.add(new Column(
                "ReFT less it, points",
                name -> against(
                        name,
                        pairs -> pairs.difference(Bootstrap.DEFAULT, LEVEL).percent())));
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
        return contestant.equals(Stages.PPO) ? "" : text.apply(pooled(contestant));
    }

    /** ReFT and another on all problems of all seeds. */
    private PairedOutcomes pooled(String contestant) {
        return greedy.compare(Stages.PPO, contestant).pooled();
    }

    /** Labels by kind, as the mean over seeds: seeds differ a little where answers are the same or equally good. */
    private Map<String, Long> labelCounts(String contestant) {
        Map<String, Long> sums = new LinkedHashMap<>();
        seeds.values()
                .forEach(result -> result.entry(contestant)
                        .facts()
                        .ifPresent(facts ->
                                facts.labels().forEach((kind, count) -> sums.merge(kind, (long) count, Long::sum))));
        sums.replaceAll((kind, sum) -> Math.round((double) sum / seeds.size()));
        return sums;
    }

    private String labels(String contestant) {
        List<String> words = new ArrayList<>();
        labelCounts(contestant).forEach((kind, count) -> words.add(String.format(Locale.ROOT, "%,d %s", count, kind)));
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
        List<SeedTable> bySeed = new ArrayList<>(List.of(greedy));
        List<String> headings = new ArrayList<>(List.of("Greedy answers by seed, %"));
        if (votes > 0) {
            bySeed.addAll(List.of(voted(), reranked()));
            headings.add("The commonest of " + votes + " answers by seed, %");
            headings.add("The one of " + votes + " answers that the reranker likes best by seed, %");
        }
        for (int i = 0; i < headings.size(); i++) {
            lines.addAll(List.of("", "## " + headings.get(i), ""));
            lines.addAll(bySeed.get(i).markdown());
        }
        return lines;
    }

    private List<TablePage.Section> sections() {
        List<Column> columns = columns();
        List<List<String>> rows = contestants.stream()
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
                seeds.size() == 1
                        ? "One seed, so no intervals over seeds; tests and differences are over its problems."
                        : seeds.size()
                                + " seeds: means with Student's 95 % interval over the seeds. Differences and tests pair"
                                + " ReFT with the other on the same problems, pooled over the seeds (McNemar's exact test; bootstrap"
                                + " over problems with 95 % percentile interval).");
        notes.add(
                "Labels are all that a method was told, the warm-up's included, which every method starts from; seconds are of"
                        + " sampling and training after the warm-up, without tests. RLVR is GRPO with 1 for a right answer and 0 for any"
                        + " other; ReFT is PPO with a critic, and 0.1 for a wrong answer that can be read.");
        notes.add("MiB: " + Resident.how() + ", over a method's own stages.");
        if (votes > 0) {
            notes.add("Diversity is of " + votes
                    + " samples a test problem at the temperature of training: different answers read,"
                    + " different texts, and distinct-2 (different pairs of words over all words, arXiv 1510.03055).");
            notes.add(String.format(
                    Locale.ROOT,
                    "Voting and reranking on top: %.0f s for %d answers to each test problem (mean over methods), no labels; the"
                            + " reranker reads them in %.0f s more and was fitted in %s.",
                    overall(Ballot.Count::sampling),
                    votes,
                    overall(Ballot.Count::ranking),
                    reranker()));
        }
        notes.add(order());
        notes.add(verdicts());
        return notes;
    }

    private double overall(ToDoubleFunction<Ballot.Count> number) {
        return seeds.values().stream()
                .flatMap(result -> contestants.stream().map(result::entry))
                .flatMap(entry -> entry.ballot().stream())
                .mapToDouble(number)
                .average()
                .orElse(Double.NaN);
    }

    private String reranker() {
        Optional<Facts> first = seeds.values().iterator().next().reranker();
        double seconds = seeds.values().stream()
                .flatMap(result -> result.reranker().stream())
                .mapToDouble(Facts::seconds)
                .average()
                .orElse(Double.NaN);
        return String.format(
                Locale.ROOT, "%.0f s from %s", seconds, first.map(Facts::told).orElse("nothing"));
    }

    private String order() {
        List<String> names = new ArrayList<>(contestants);
        names.sort(
                (a, b) -> Double.compare(greedy.mean(b).value(), greedy.mean(a).value()));
        List<String> words = new ArrayList<>();
        names.forEach(name -> words.add(String.format(
                Locale.ROOT, "%s %.1f", title(name), 100 * greedy.mean(name).value())));
        return "Order by greedy accuracy: " + String.join(", ", words) + ".";
    }

    private String verdicts() {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        for (String kind : List.of("ahead of", "behind", "not shown to differ from")) {
            kinds.put(kind, new ArrayList<>());
        }
        for (String name : contestants) {
            if (!name.equals(Stages.PPO)) {
                PairedOutcomes pairs = pooled(name);
                boolean differs = pairs.bootstrapP(Bootstrap.DEFAULT) < SIGNIFICANT;
                String kind = !differs ? "not shown to differ from" : pairs.difference() > 0 ? "ahead of" : "behind";
                kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(title(name));
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
        for (String name : contestants) {
            means(name).forEach((measure, value) -> rows.add(List.of(title(name), measure, number(value))));
        }
        return rows;
    }

    /** Six digits, counts as they are. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.6g", value);
    }

    private Map<String, Double> means(String contestant) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        seeds.values()
                .forEach(result -> result.entry(contestant)
                        .facts()
                        .ifPresent(facts -> facts.measures()
                                .forEach((name, value) -> values.computeIfAbsent(name, k -> new ArrayList<>())
                                        .add(value))));
        Map<String, Double> means = new LinkedHashMap<>();
        values.forEach((name, all) -> means.put(
                name, all.stream().mapToDouble(value -> value).average().orElse(Double.NaN)));
        return means;
    }

    /** The same for programs: numbers as they are, shares in [0, 1]. */
    private Map<String, Object> numbers() {
        List<Map<String, Object>> methods = new ArrayList<>();
        for (String name : contestants) {
            Map<String, Object> method = new LinkedHashMap<>();
            method.put("method", name);
            method.put("title", title(name));
            method.put("greedy", numbers(greedy.mean(name)));
            method.put("greedyBySeed", greedy.accuracies(name));
            if (votes > 0) {
                method.put("vote", numbers(voted().mean(name)));
                method.put("rerank", numbers(reranked().mean(name)));
                method.put("differentAnswers", numbers(mean(name, e -> different(e, Diversity::answers))));
                method.put("differentTexts", numbers(mean(name, e -> different(e, Diversity::texts))));
                method.put("distinct2", numbers(mean(name, e -> different(e, Diversity::distinct2))));
            }
            method.put("labels", labelCounts(name));
            method.put("seconds", numbers(mean(name, e -> fact(e, Facts::seconds))));
            method.put("residentMiB", numbers(mean(name, e -> fact(e, Facts::residentMegabytes))));
            if (!name.equals(Stages.PPO)) {
                PairedOutcomes pairs = pooled(name);
                Map<String, Object> test = numbers(pairs.difference(Bootstrap.DEFAULT, LEVEL));
                test.put("onlyReft", pairs.firstOnly());
                test.put("onlyIt", pairs.secondOnly());
                test.put("mcNemarP", pairs.mcNemar());
                test.put("bootstrapP", pairs.bootstrapP(Bootstrap.DEFAULT));
                if (seeds.size() > 1) {
                    test.put("tTestP", greedy.compare(Stages.PPO, name).tTest());
                }
                method.put("reftLessIt", test);
            }
            method.put("further", means(name));
            methods.add(method);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("seeds", List.copyOf(seeds.keySet()));
        all.put("votes", votes);
        all.put("methods", methods);
        all.put("notes", notes());
        return all;
    }

    /** Without an interval where there is one seed. */
    private static Map<String, Object> numbers(Estimate estimate) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("mean", estimate.value());
        if (!Double.isInfinite(estimate.low())) {
            numbers.put("low", estimate.low());
            numbers.put("high", estimate.high());
        }
        return numbers;
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
        JsonMapper json = JsonMapper.builder().build();
        AtomicFiles.writeText(
                folder.resolve("comparison.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsString(numbers()) + "\n");
        TablePage.write(
                "Methods from one warm-up",
                "Each method starts from the same warmed-up model and is tested on the same problems; " + seeds.size()
                        + (seeds.size() == 1 ? " seed." : " seeds."),
                sections(),
                folder.resolve("comparison.html"));
    }
}
