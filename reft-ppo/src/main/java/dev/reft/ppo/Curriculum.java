package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Which prompts a step takes, by what is known of their difficulty. A pure function of data, past scores, step and seed:
 * the same step of a resumed run takes the same prompts, and the order of the data does not matter. The type grows.
 */
public sealed interface Curriculum {
    /**
     * The prompts of a step.
     *
     * @param data all prompts, with different ids
     * @param history their past scores
     * @param size how many are wanted, 1 to the number of prompts
     * @param step the step, &gt;= 0
     * @param seed of the choice
     * @return as many different prompts as wanted, in an order that follows from the seed
     * @throws IllegalArgumentException if there are fewer prompts than wanted, or one has not what the choice goes by
     */
    default List<Prompt> next(List<Prompt> data, ScoreHistory history, int size, long step, long seed) {
        if (size < 1 || size > data.size()) {
            throw new IllegalArgumentException(
                    "size " + size + " must be from 1 to the number of prompts, " + data.size());
        }
        Map<String, Double> uniform = new HashMap<>();
        for (Prompt prompt : data) {
            long place = Seeds.at(seed, Seeds.Stream.SHUFFLE, step, prompt.id(), 0);
            if (uniform.put(prompt.id(), Seeds.uniform(place, 0)) != null) {
                throw new IllegalArgumentException("two prompts have the id '" + prompt.id() + "'");
            }
        }
        ToDoubleFunction<Prompt> draw = prompt -> uniform.getOrDefault(prompt.id(), 0.0);
        List<Prompt> order = new ArrayList<>(data);
        order.sort(Comparator.comparingDouble(draw).thenComparing(Prompt::id));
        return List.copyOf(ordered(order, draw, history, step).subList(0, size));
    }

    /** All prompts, those to be taken first; {@code shuffled} is in the order of their draws, which are uniform in [0, 1). */
    private List<Prompt> ordered(
            List<Prompt> shuffled, ToDoubleFunction<Prompt> draw, ScoreHistory history, long step) {
        List<Prompt> order = new ArrayList<>(shuffled);
        if (this instanceof Band band) {
            order.sort(Comparator.comparingDouble(prompt -> band.distance(history.of(prompt))));
        } else if (this instanceof Uncertain uncertain) {
            // Weighted sampling without replacement: the greatest u^(1/w) come first (Efraimidis and Spirakis 2006).
            order.sort(Comparator.comparingDouble(
                    prompt -> -Math.log(draw.applyAsDouble(prompt)) / uncertain.weight(history.of(prompt))));
        } else if (this instanceof EasyFirst easy) {
            order.sort(Comparator.comparingDouble(easy::difficulty));
            int reach = (int) Math.ceil(easy.competence(step) * order.size());
            double bound = easy.difficulty(order.get(Math.max(1, reach) - 1));
            order = new ArrayList<>(shuffled);
            order.sort(Comparator.comparingDouble(prompt -> Math.max(0, easy.difficulty(prompt) - bound)));
        }
        return order;
    }

    /**
     * Prompts whose mean score lies in a band, neither too hard nor too easy; those never scored count as inside. If there are too
     * few, those nearest to the band fill up.
     *
     * @param low least mean score
     * @param high greatest mean score, &gt;= low; 0.2 to 0.8 is usual for pass rates
     */
    record Band(double low, double high) implements Curriculum {
        /**
         * Checks the bounds.
         *
         * @throws IllegalArgumentException if they are not finite or the wrong way round
         */
        public Band {
            if (!(low <= high) || Double.isInfinite(low) || Double.isInfinite(high)) {
                throw new IllegalArgumentException("band from " + low + " to " + high + " is none");
            }
        }

        private double distance(ScoreHistory.@org.jspecify.annotations.Nullable Past past) {
            return past == null ? 0 : Math.max(0, Math.max(low - past.mean(), past.mean() - high));
        }
    }

    /**
     * Prompts at random, with chances in proportion to p (1 - p) + floor, p the mean score: the variance of a score that is 0 or 1, and
     * so the expected square of a group's advantage. Those never scored count as p = 0.5.
     *
     * @param floor keeps prompts in that were always right or always wrong, finite and &gt; 0; 0.02 is a tenth of them
     */
    record Uncertain(double floor) implements Curriculum {
        /**
         * Checks the floor.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Uncertain {
            if (!(floor > 0) || Double.isInfinite(floor)) {
                throw new IllegalArgumentException("floor " + floor + " must be finite and positive");
            }
        }

        private double weight(ScoreHistory.@org.jspecify.annotations.Nullable Past past) {
            double p = past == null ? 0.5 : Math.max(0, Math.min(1, past.mean()));
            return p * (1 - p) + floor;
        }
    }

    /**
     * Easy prompts first, by a difficulty that the data have: at a step, prompts are drawn at random from the easiest share
     * sqrt(start^2 + (1 - start^2) step / steps) of all (competence, arXiv 1903.09848). Past scores are not used.
     *
     * @param attribute the number among {@link Prompt#attributes} that says how hard a prompt is
     * @param start the share at step 0, in (0, 1]
     * @param steps from which step on all prompts are drawn, &gt;= 1
     */
    record EasyFirst(String attribute, double start, long steps) implements Curriculum {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public EasyFirst {
            if (!(start > 0 && start <= 1)) {
                throw new IllegalArgumentException("start " + start + " must be in (0, 1]");
            }
            if (steps < 1) {
                throw new IllegalArgumentException("steps " + steps + " must be positive");
            }
        }

        private double competence(long step) {
            double done = Math.min(1, (double) step / steps);
            return Math.sqrt(start * start + (1 - start * start) * done);
        }

        private double difficulty(Prompt prompt) {
            if (prompt.attributes().get(attribute) instanceof Number number && Double.isFinite(number.doubleValue())) {
                return number.doubleValue();
            }
            throw new IllegalArgumentException("prompt '" + prompt.id() + "' has no number '" + attribute
                    + "' among its attributes: " + prompt.attributes().get(attribute));
        }
    }
}
