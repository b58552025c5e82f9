package dev.reft.examples.data;

import dev.reft.examples.data.WordProblems.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Fixed texts that have nothing to do with what is trained on: what becomes of their log-probability shows what is forgotten. */
public final class OffTaskTexts {
    private static final int PROBLEMS = 32;

    /** The problems do not change with the run. */
    private static final long SEED = 1;

    private static final List<String> PROSE = List.of(
            "The harbour was quiet when the first boats came in. Two men mended a net on the wall, and a dog slept between the"
                    + " boxes until the bell rang for the morning sale.",
            "Water boils at a lower temperature on a mountain, because the air above it weighs less. That is why beans take"
                    + " longer to cook in a hut high up than they do at the coast.",
            "Dear Maria, thank you for the book. I have read the first half on the train and will finish it over the weekend."
                    + " Shall we meet on Tuesday, at the usual place? Yours, Tom",
            "The library opens at nine and closes at six, on Saturdays at one. Books may be kept for four weeks; whoever brings"
                    + " them back late pays a small fee for each day.",
            "def average(values):\n    if not values:\n        return None\n    return sum(values) / len(values)\n",
            "- What time does the bus leave?\n- At a quarter past seven, from the stop across the street.\n- And the last one"
                    + " back?\n- Half past ten.");

    private OffTaskTexts() {}

    /**
     * A few paragraphs of general English, a letter, a dialogue and a piece of code, for models that know such.
     *
     * @return the texts
     */
    public static List<String> prose() {
        return PROSE;
    }

    /**
     * Worked problems of the kinds that no training sees, for the embedded model, which knows nothing else.
     *
     * @return the texts
     */
    public static List<String> words() {
        List<String> texts = new ArrayList<>();
        for (Problem problem : new WordProblems(SEED).problems(Part.UNSEEN, PROBLEMS)) {
            texts.add(problem.question() + PromptFormat.WORDS.after() + " " + PromptFormat.WORDS.target(problem));
        }
        return List.copyOf(texts);
    }

    /**
     * The lines of a file that are not blank.
     *
     * @param file of texts, one a line
     * @return the texts
     * @throws IllegalArgumentException if there is none
     * @throws UncheckedIOException if the file cannot be read
     */
    public static List<String> read(Path file) {
        try {
            List<String> texts = Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            if (texts.isEmpty()) {
                throw new IllegalArgumentException(file + ": has no text");
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }
}
