package dev.reft.examples.data;

import dev.reft.random.Seeds;
import dev.reft.random.Seeds.Stream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Makes arithmetic word problems with chains of thought: the same ones for ever, for a version and a seed.
 *
 * <p>Texts are words between single spaces, so a tokenizer with one token a word reads them. A problem's text decides
 * which part it may go to (a hash), so no question of one part is ever in another, whatever the counts. The first n
 * problems of a part do not depend on how many are asked for.
 *
 * <p>Frozen: any change of wording, numbers or order is a new {@link #VERSION}, because results are compared by it.
 */
public final class WordProblems {
    /** Of wording, numbers and order. */
    public static final int VERSION = 1;

    private final long seed;

    /**
     * A generator.
     *
     * @param seed equal seeds give equal problems
     */
    public WordProblems(long seed) {
        this.seed = seed;
    }

    /** The parts of the data, without a common question. */
    public enum Part {
        /** Problems with chains of thought, for supervised training. */
        CHAINS,
        /** Problems to reinforce on; their chains of thought are withheld. */
        ANSWERS,
        /** Problems to test on, of the kinds that training sees. */
        TEST,
        /** Problems to test on, of two kinds that training never sees. */
        UNSEEN
    }

    /** The kinds of problems. */
    public enum Kind {
        /** Somebody is given more: a + b. */
        GAIN,
        /** Somebody gives some away: a - b. */
        LOSS,
        /** Two people together: a + b. */
        TOTAL,
        /** How many more one has than the other: a - b. */
        DIFFERENCE,
        /** Times as many: a * t. */
        TIMES,
        /** Boxes of equal content: t * a. */
        BOXES,
        /** More, then fewer: a + b - c. */
        GAIN_LOSS,
        /** One has more than the other, together: a + (a + b). */
        MORE_TOTAL,
        /** A gain with a number that does not matter. */
        DISTRACTED_GAIN,
        /** Fewer, then more: a - b + c. Never in training. */
        LOSS_GAIN,
        /** A loss with a number that does not matter. Never in training. */
        DISTRACTED_LOSS;

        /**
         * Whether training may see it.
         *
         * @return false for the two kinds that only the part {@link Part#UNSEEN} has
         */
        public boolean trained() {
            return this != LOSS_GAIN && this != DISTRACTED_LOSS;
        }
    }

    /**
     * The problems of a part.
     *
     * @param part which
     * @param count how many, &gt;= 0
     * @return different problems, kinds in turn; those of {@link Part#ANSWERS} without chains
     * @throws IllegalArgumentException if the count is negative, or the part has not so many different problems
     */
    public List<Problem> problems(Part part, int count) {
        if (count < 0) {
            throw new IllegalArgumentException(count + " problems of " + part);
        }
        List<Kind> kinds = List.of(Kind.values()).stream()
                .filter(kind -> kind.trained() == (part != Part.UNSEEN))
                .toList();
        List<Problem> problems = new ArrayList<>(count);
        Set<String> questions = new HashSet<>();
        for (long draw = 0; problems.size() < count; draw++) {
            if (draw > 1000L + 200L * count) {
                throw new IllegalArgumentException("there are no " + count + " different problems of " + part);
            }
            Kind kind = kinds.get(problems.size() % kinds.size());
            Scene.Draft draft = new Scene(Seeds.at(seed, Stream.SHUFFLE, draw, part.name(), 0)).draft(kind);
            if ((part == Part.UNSEEN || home(draft.question()) == part) && questions.add(draft.question())) {
                String chain = part == Part.ANSWERS ? "" : draft.chain();
                String id = part.name().toLowerCase(Locale.ROOT) + "_" + problems.size();
                problems.add(new Problem(id, kind.name(), draft.question(), chain, draft.answer()));
            }
        }
        return problems;
    }

    /** Which part a question of a trained kind belongs to: 1/8 chains, 1/8 test, the rest answers. */
    private static Part home(String question) {
        long place = Seeds.at(VERSION, Stream.SHUFFLE, 0, question, 0) >>> 61;
        return place == 0 ? Part.CHAINS : place == 1 ? Part.TEST : Part.ANSWERS;
    }
}
