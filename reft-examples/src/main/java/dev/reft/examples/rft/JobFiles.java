package dev.reft.examples.rft;

import dev.reft.graders.json.Json;
import dev.reft.graders.openai.RftJob;
import dev.reft.graders.openai.RftSetting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job file with the data files that it names.
 *
 * @param file the job's JSON
 * @param text what it holds
 * @param job what it says
 * @param suffix of the tuned model's name, or ""
 * @param training JSONL of training rows
 * @param validation JSONL of held-out rows
 */
public record JobFiles(Path file, String text, RftJob job, String suffix, Path training, Path validation) {
    private static final String SUFFIX = "suffix";

    /** The longest suffix that OpenAI takes. */
    private static final int LONGEST_SUFFIX = 64;

    /**
     * Reads a job file. A hosted job names its data by ids ({@code file-abc}); a name that is a file beside the job is taken as it is, any other
     * needs a path from the host.
     *
     * @param file the job's JSON
     * @param training the training rows, or null for those that the job names
     * @param validation the held-out rows, or null for those that the job names
     * @return the files
     * @throws IllegalArgumentException if the job is wrong or a file is not there; the message names file and field
     * @throws UncheckedIOException if the job cannot be read
     */
    public static JobFiles read(Path file, @Nullable Path training, @Nullable Path validation) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("reading the job " + file, e);
        }
        RftJob job;
        String suffix;
        try {
            job = RftJob.read(text);
            suffix = suffix(Json.readObject(text).get(SUFFIX));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
        return new JobFiles(
                file,
                text,
                job,
                suffix,
                data(file, "training_file", "--train", job.trainingFile(), training),
                data(file, "validation_file", "--validation", job.validationFile(), validation));
    }

    private static String suffix(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof String text
                && text.length() <= LONGEST_SUFFIX
                && text.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.')) {
            return text;
        }
        throw new IllegalArgumentException("job.suffix: must be letters, digits, '-', '_' or '.', at most "
                + LONGEST_SUFFIX + " of them, found '" + value + "'");
    }

    private static Path data(Path job, String field, String option, String named, @Nullable Path given) {
        Path path = given != null ? given : job.toAbsolutePath().resolveSibling(named);
        boolean there = (given != null || !named.isEmpty()) && Files.isRegularFile(path);
        if (there) {
            return path;
        }
        throw new IllegalArgumentException(
                given != null
                        ? option + ": there is no file " + given
                        : job + ", field " + field + ", value '" + named + "': no such file beside the job; give "
                                + option);
    }

    /**
     * What becomes of each setting of the job, this command's own use of the suffix included.
     *
     * @return one entry a setting
     */
    public List<RftSetting> settings() {
        List<RftSetting> settings = new ArrayList<>();
        for (RftSetting setting : job.settings()) {
            settings.add(
                    setting.name().equals(SUFFIX)
                            ? new RftSetting(SUFFIX, suffix, RftSetting.Use.MAPPED, "ends the tuned model's name")
                            : setting);
        }
        return settings;
    }
}
