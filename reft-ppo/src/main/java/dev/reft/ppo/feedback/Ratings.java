package dev.reft.ppo.feedback;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.PairSet;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.Response;
import dev.reft.ppo.Rollouts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What people said of a sheet. A row of a ratings file has {@code sheet} (the sheet's digest), {@code item}, {@code rater} (may be
 * absent), and one of {@code scores} ({@code {"0": 4, "2": 1.5}}, sample to number), {@code choice} (a sample, or {@code "tie"}) and
 * {@code ranking} ({@code [[2], [0, 1]]}, the best first, equally good ones together), as the sheet's task asks. Raters leave out what they cannot judge: scores may be of some samples, at least one, and a ranking of
 * some, at least two, which are compared with each other only.
 *
 * @param sheet what was rated
 * @param ratings the rows that are right
 * @param problems what is wrong with the others, naming file, row, field and value
 * @param missing item to those of its samples that nobody rated, in the order of the sheet; items of which all are rated are not there
 */
public record Ratings(
        FeedbackSheet sheet, List<Rating> ratings, List<String> problems, Map<String, List<Integer>> missing) {
    /** Copies the lists and the map. */
    public Ratings {
        ratings = List.copyOf(ratings);
        problems = List.copyOf(problems);
        Map<String, List<Integer>> own = new LinkedHashMap<>();
        missing.forEach((item, samples) -> own.put(item, List.copyOf(samples)));
        missing = Collections.unmodifiableMap(own);
    }

    /**
     * Reads ratings. Rows that are wrong are left out and reported: of another sheet, of an unknown item or sample, out of range,
     * without a score or a comparison, or a second one of a rater's for an item.
     *
     * @param files of one or several raters
     * @param sheet what they rated
     * @return the ratings
     * @throws java.io.UncheckedIOException if a file cannot be read
     * @throws IllegalArgumentException if a file is not UTF-8
     */
    public static Ratings read(List<Path> files, FeedbackSheet sheet) {
        return new RatingReader(sheet).read(files);
    }

    /**
     * Insists that every row was right and every sample of every item was rated by somebody.
     *
     * @return this
     * @throws IllegalArgumentException listing problems and missing samples by item
     */
    public Ratings requireComplete() {
        if (!problems.isEmpty() || !missing.isEmpty()) {
            throw new IllegalArgumentException(
                    problems.size() + " rows are wrong: " + problems + "; samples not rated: " + missing);
        }
        return this;
    }

    /**
     * Scores as grades, for {@code PpoTrainer.update(GradedRollouts)}: the mean over raters; a completion that nobody rated gets
     * {@link Grade.None}.
     *
     * @param rollouts what the sheet was made of
     * @return the completions with their grades
     * @throws IllegalArgumentException if the sheet asks for no scores or was made of other rollouts
     */
    public GradedRollouts grades(Rollouts rollouts) {
        requireSame(rollouts);
        if (!(sheet.task() instanceof FeedbackTask.Scores)) {
            throw new IllegalArgumentException("only scores become grades; the sheet asks for " + sheet.task());
        }
        Map<String, List<Rating.Scored>> byItem = new LinkedHashMap<>();
        for (Rating rating : ratings) {
            if (rating instanceof Rating.Scored scored) {
                byItem.computeIfAbsent(rating.item(), id -> new ArrayList<>()).add(scored);
            }
        }
        List<List<Grade>> grades = new ArrayList<>();
        for (Rollouts.Group group : rollouts.groups()) {
            List<Grade> own = new ArrayList<>();
            List<Rating.Scored> said = byItem.getOrDefault(group.prompt().id(), List.of());
            for (int s = 0; s < group.completions().size(); s++) {
                own.add(grade(said, s));
            }
            grades.add(own);
        }
        return new GradedRollouts(rollouts, grades);
    }

    private static Grade grade(List<Rating.Scored> said, int sample) {
        double sum = 0;
        int raters = 0;
        for (Rating.Scored scored : said) {
            Double score = scored.scores().get(sample);
            if (score != null) {
                sum += score;
                raters++;
            }
        }
        return raters == 0
                ? Grade.none("nobody rated it")
                : new Grade.Score(sum / raters, Map.of(), List.of(), "", "mean of " + raters + " raters");
    }

    /**
     * Every two completions of which a rater found one better: by a choice, by ranks, or by scores. Two raters who agree give two
     * pairs, two who disagree a pair each way.
     *
     * @param rollouts what the sheet was made of
     * @return the pairs, in the order of ratings
     * @throws IllegalArgumentException if the sheet was made of other rollouts
     */
    public List<Preferred> preferred(Rollouts rollouts) {
        return byRating(rollouts).stream().flatMap(List::stream).toList();
    }

    /** What each rating prefers, in the order of ratings. */
    private List<List<Preferred>> byRating(Rollouts rollouts) {
        requireSame(rollouts);
        Map<String, Rollouts.Group> groups = new LinkedHashMap<>();
        rollouts.groups().forEach(group -> groups.put(group.prompt().id(), group));
        List<List<Preferred>> all = new ArrayList<>();
        for (Rating rating : ratings) {
            Rollouts.Group group = groups.get(rating.item());
            if (group != null) {
                List<Preferred> own = new ArrayList<>();
                List<List<Integer>> ranks = ranks(rating);
                for (int better = 0; better < ranks.size(); better++) {
                    for (int worse = better + 1; worse < ranks.size(); worse++) {
                        add(own, group, ranks.get(better), ranks.get(worse));
                    }
                }
                all.add(own);
            }
        }
        return all;
    }

    /**
     * What {@link #preferred} tells, as pairs for a reward model and for DPO, with the margin 0 (not known). A rating's n pairs have the
     * weight 1 / n, so that an order of nine answers counts as much as a choice between two and not 36 times as much: InstructGPT's 1 /
     * C(K, 2) (arXiv 2203.02155, section 3.5), where nothing is tied or left out. {@link PairSet#byPrompt} keeps them together.
     *
     * @param rollouts what the sheet was made of
     * @return the pairs; {@code equal} (completions that read the same) and {@code unfinished} (the better one was cut off, so that to learn
     *     it would teach an end that it does not have) are left out
     * @throws IllegalArgumentException if the sheet was made of other rollouts
     */
    public PairSet pairs(Rollouts rollouts) {
        List<PreferencePair> pairs = new ArrayList<>();
        Map<String, Integer> dropped = new LinkedHashMap<>();
        for (List<Preferred> rating : byRating(rollouts)) {
            List<PreferencePair> own = new ArrayList<>();
            for (Preferred one : rating) {
                Response better = Response.of(one.chosen());
                Response worse = Response.of(one.rejected());
                if (better.text().equals(worse.text())) {
                    dropped.merge("equal", 1, Integer::sum);
                } else if (!better.ended()) {
                    dropped.merge("unfinished", 1, Integer::sum);
                } else {
                    own.add(new PreferencePair(
                            one.prompt(), better, worse, 0, one.prompt().attributes()));
                }
            }
            own.forEach(pair -> pairs.add(pair.withWeight(1.0 / own.size())));
        }
        return new PairSet(pairs, dropped);
    }

    private static List<List<Integer>> ranks(Rating rating) {
        if (rating instanceof Rating.Chosen chosen) {
            return chosen.better().isEmpty()
                    ? List.of()
                    : List.of(
                            List.of(chosen.better().getAsInt()),
                            List.of(1 - chosen.better().getAsInt()));
        } else if (rating instanceof Rating.Ranked ranked) {
            return ranked.ranks();
        } else if (rating instanceof Rating.Scored scored) {
            List<List<Integer>> ranks = new ArrayList<>();
            TreeSet<Double> distinct = new TreeSet<>(Comparator.reverseOrder());
            distinct.addAll(scored.scores().values());
            for (double score : distinct) {
                ranks.add(scored.scores().entrySet().stream()
                        .filter(entry -> entry.getValue() == score)
                        .map(Map.Entry::getKey)
                        .sorted()
                        .toList());
            }
            return ranks;
        }
        throw new IllegalArgumentException("unknown rating " + rating);
    }

    private static void add(List<Preferred> pairs, Rollouts.Group group, List<Integer> better, List<Integer> worse) {
        for (int chosen : better) {
            for (int rejected : worse) {
                Completion one = group.completions().get(chosen);
                pairs.add(new Preferred(group.prompt(), one, group.completions().get(rejected)));
            }
        }
    }

    private void requireSame(Rollouts rollouts) {
        if (!FeedbackSheet.of(rollouts, sheet.task()).digest().equals(sheet.digest())) {
            throw new IllegalArgumentException(
                    "the sheet was made of other rollouts than those of step " + rollouts.step());
        }
    }
}
