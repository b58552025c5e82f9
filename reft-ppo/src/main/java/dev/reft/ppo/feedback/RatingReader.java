package dev.reft.ppo.feedback;

import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads a rater's file against its sheet; what is wrong with a row costs that row only, and is reported. */
final class RatingReader {
    private final FeedbackSheet sheet;
    private final String digest;
    private final Map<List<String>, String> seen = new HashMap<>();
    private final List<Rating> ratings = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    RatingReader(FeedbackSheet sheet) {
        this.sheet = sheet;
        digest = sheet.digest();
    }

    Ratings read(List<Path> files) {
        for (Path file : files) {
            List<String> lines = JsonLines.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (!lines.get(i).isBlank()) {
                    // The path as it was given: raters' files often have the same name.
                    row(file.toString(), i + 1, lines.get(i));
                }
            }
        }
        return new Ratings(sheet, ratings, problems, missing());
    }

    /** Samples that no rater said anything of, by item. */
    private Map<String, List<Integer>> missing() {
        Map<String, Set<Integer>> rated = new HashMap<>();
        for (Rating rating : ratings) {
            rated.computeIfAbsent(rating.item(), id -> new HashSet<>()).addAll(rating.samples());
        }
        Map<String, List<Integer>> missing = new LinkedHashMap<>();
        for (FeedbackSheet.Item item : sheet.items()) {
            Set<Integer> own = rated.getOrDefault(item.id(), Set.of());
            List<Integer> none = IntStream.range(0, item.completions().size())
                    .filter(sample -> !own.contains(sample))
                    .boxed()
                    .toList();
            if (!none.isEmpty()) {
                missing.put(item.id(), none);
            }
        }
        return missing;
    }

    private void row(String file, int number, String line) {
        try {
            JsonRow row = JsonLines.parse(file, number, line);
            if (!row.text("sheet").equals(digest)) {
                throw row.wrong("sheet", "must be " + digest + ", this sheet's");
            }
            FeedbackSheet.Item item =
                    sheet.item(row.text("item")).orElseThrow(() -> row.wrong("item", "must be an item of the sheet"));
            String rater = row.has("rater") ? row.text("rater") : "";
            Rating rating = rating(row, item, rater);
            String earlier = seen.putIfAbsent(List.of(item.id(), rater), file + ", row " + number);
            if (earlier != null) {
                throw row.wrong("item", "was rated by '" + rater + "' before, in " + earlier);
            }
            ratings.add(rating);
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }

    private Rating rating(JsonRow row, FeedbackSheet.Item item, String rater) {
        int samples = item.completions().size();
        if (sheet.task() instanceof FeedbackTask.Scores range) {
            return new Rating.Scored(item.id(), rater, scores(row, samples, range));
        } else if (sheet.task() instanceof FeedbackTask.Choice) {
            boolean tie = "tie".equals(row.fields().get("choice"));
            OptionalInt better = tie
                    ? OptionalInt.empty()
                    : OptionalInt.of(sample(row, "choice", row.typed("choice", Object.class, "there"), samples));
            return new Rating.Chosen(item.id(), rater, better);
        }
        return new Rating.Ranked(item.id(), rater, ranks(row, samples));
    }

    private static Map<Integer, Double> scores(JsonRow row, int samples, FeedbackTask.Scores range) {
        Map<Integer, Double> scores = new HashMap<>();
        for (Map.Entry<?, ?> entry :
                ((Map<?, ?>) row.typed("scores", Map.class, "a map of samples to numbers")).entrySet()) {
            if (entry.getValue() == null) {
                continue;
            }
            int sample = sample(row, "scores", wholeNumber(entry.getKey()), samples);
            if (!(entry.getValue() instanceof Number number)
                    || !(number.doubleValue() >= range.low() && number.doubleValue() <= range.high())) {
                throw row.wrong(
                        "scores",
                        "sample " + sample,
                        entry.getValue(),
                        "must be a number from " + range.low() + " to " + range.high());
            }
            if (scores.put(sample, number.doubleValue()) != null) {
                throw row.wrong("scores", "sample " + sample, number, "must have one score, not two");
            }
        }
        if (scores.isEmpty()) {
            throw row.wrong("scores", "must score at least one sample");
        }
        return scores;
    }

    /** JSON's keys are text. */
    private static Object wholeNumber(Object key) {
        try {
            return Integer.valueOf(String.valueOf(key));
        } catch (NumberFormatException e) {
            return key;
        }
    }

    private static List<List<Integer>> ranks(JsonRow row, int samples) {
        List<List<Integer>> ranks = new ArrayList<>();
        Set<Integer> ranked = new HashSet<>();
        for (Object group : row.typed("ranking", List.class, "a list of lists of samples")) {
            if (!(group instanceof List<?> equals) || equals.isEmpty()) {
                throw row.wrong(
                        "ranking",
                        "a rank",
                        group == null ? "null" : group,
                        "must be a list of samples that is not empty");
            }
            List<Integer> rank = new ArrayList<>();
            for (Object item : equals) {
                int sample = sample(row, "ranking", item, samples);
                if (!ranked.add(sample)) {
                    throw row.wrong("ranking", "names sample " + sample + " twice");
                }
                rank.add(sample);
            }
            ranks.add(rank);
        }
        if (ranked.size() < 2) {
            throw row.wrong("ranking", "must rank at least two samples: a rank alone compares nothing");
        }
        return ranks;
    }

    private static int sample(JsonRow row, String field, @Nullable Object value, int samples) {
        if (value instanceof Integer sample && sample >= 0 && sample < samples) {
            return sample;
        }
        throw row.wrong(
                field, "a sample", value == null ? "null" : value, "must be a whole number from 0 to " + (samples - 1));
    }
}
