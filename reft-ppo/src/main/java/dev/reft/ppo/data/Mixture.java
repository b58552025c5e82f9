package dev.reft.ppo.data;

import dev.reft.grading.Prompt;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Several data sets, drawn by weights. What a step gets depends on its number only, so a resumed run gets what the straight run
 * gets; the cursor is the step.
 *
 * <p>Sets take turns so that in any stretch each has its share, but for a few places. Within a set prompts come in a shuffled
 * order, each once an epoch, and a prompt that a step already has is passed over. A prompt's id becomes {@code set/id}, and its
 * attribute {@value #SET} names its set, by which {@link MixedGrader} grades.
 */
public final class Mixture {
    /** The attribute that names a prompt's set. */
    public static final String SET = "reft.set";

    /** Weights are rounded to parts of so many. */
    public static final int PARTS = 1000;

    private final List<Source> sources;
    private final long seed;
    /** Which source has each of {@link #PARTS} places, and how many of its places come before. */
    private final int[] turns = new int[PARTS];

    private final int[] earlier = new int[PARTS];
    private final int[] quotas;

    /**
     * A mixture.
     *
     * @param sources the sets, with different names
     * @param seed of the order of prompts
     * @throws IllegalArgumentException if there is no set, two have the same name, or a weight is less than half a part of
     *     {@value #PARTS} of all
     */
    public Mixture(List<Source> sources, long seed) {
        this.sources = List.copyOf(sources);
        this.seed = seed;
        Set<String> names = new HashSet<>();
        for (Source source : sources) {
            if (!names.add(source.name())) {
                throw new IllegalArgumentException("two sets are called '" + source.name() + "'");
            }
        }
        quotas = quotas();
        takeTurns();
    }

    /**
     * A data set.
     *
     * @param name its name
     * @param prompts with different ids, at least one
     * @param weight its share among the sum of weights, &gt; 0
     */
    public record Source(String name, List<Prompt> prompts, double weight) {
        /**
         * Copies the list.
         *
         * @throws IllegalArgumentException if the name is empty, there is no prompt, two have the same id, or the weight is not
         *     positive and finite
         */
        public Source {
            prompts = List.copyOf(prompts);
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a set needs a name");
            }
            if (prompts.isEmpty()) {
                throw new IllegalArgumentException("set '" + name + "' has no prompts");
            }
            if (!(weight > 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException(
                        "set '" + name + "': weight " + weight + " must be positive and finite");
            }
            Set<String> ids = new HashSet<>();
            for (Prompt prompt : prompts) {
                if (!ids.add(prompt.id())) {
                    throw new IllegalArgumentException(
                            "set '" + name + "' has two prompts with the id '" + prompt.id() + "'");
                }
            }
        }
    }

    /**
     * The same sets with other weights, for a sweep.
     *
     * @param weights set to weight; sets that are absent are left out
     * @return the mixture
     * @throws IllegalArgumentException if a set is unknown or a weight is no weight
     */
    public Mixture withWeights(Map<String, Double> weights) {
        Map<String, Double> left = new LinkedHashMap<>(weights);
        List<Source> chosen = new ArrayList<>();
        for (Source source : sources) {
            Double weight = left.remove(source.name());
            if (weight != null) {
                chosen.add(new Source(source.name(), source.prompts(), weight));
            }
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("no sets are called " + left.keySet());
        }
        return new Mixture(chosen, seed);
    }

    /**
     * The prompts of a step.
     *
     * @param step from 0
     * @param count how many prompts every step gets, &gt;= 1
     * @return as many prompts, with different ids
     * @throws IllegalArgumentException if a number is out of range or a set has fewer prompts than its places in the step
     */
    public List<Prompt> prompts(long step, int count) {
        if (step < 0 || count < 1) {
            throw new IllegalArgumentException("step " + step + " with " + count + " prompts");
        }
        List<Prompt> prompts = new ArrayList<>();
        Map<Integer, Set<Integer>> taken = new HashMap<>();
        for (int i = 0; i < count; i++) {
            long place = Math.addExact(Math.multiplyExact(step, count), i);
            int turn = (int) (place % PARTS);
            int set = turns[turn];
            long draw = place / PARTS * quotas[set] + earlier[turn];
            Set<Integer> used = taken.computeIfAbsent(set, key -> new HashSet<>());
            Source source = sources.get(set);
            if (used.size() == source.prompts().size()) {
                throw new IllegalArgumentException("step " + step + " with " + count + " prompts needs more of set '"
                        + source.name() + "' than its " + source.prompts().size());
            }
            prompts.add(marked(source, unused(source, draw, used)));
        }
        return prompts;
    }

    /**
     * The share of places that a set gets.
     *
     * @param name the set's
     * @return in (0, 1], a multiple of 1 / {@value #PARTS}
     * @throws IllegalArgumentException if there is no such set
     */
    public double share(String name) {
        for (int s = 0; s < sources.size(); s++) {
            if (sources.get(s).name().equals(name)) {
                return (double) quotas[s] / PARTS;
            }
        }
        throw new IllegalArgumentException("no set is called '" + name + "'");
    }

    /** The set's draw-th prompt, or the next in the order that the step has not had. */
    private int unused(Source source, long draw, Set<Integer> used) {
        int size = source.prompts().size();
        int[] order =
                Seeds.permutation(size, Seeds.at(seed, Seeds.Stream.SHUFFLE, draw / size, "set " + source.name(), 0));
        int at = (int) (draw % size);
        while (!used.add(order[at])) {
            at = (at + 1) % size;
        }
        return order[at];
    }

    private static Prompt marked(Source source, int index) {
        Prompt prompt = source.prompts().get(index);
        Map<String, Object> attributes = new HashMap<>(prompt.attributes());
        attributes.put(SET, source.name());
        return new Prompt(source.name() + "/" + prompt.id(), prompt.input(), prompt.reference(), attributes);
    }

    /** Parts of each set, by the largest remainders. */
    private int[] quotas() {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("a mixture needs at least one set");
        }
        double sum = sources.stream().mapToDouble(Source::weight).sum();
        int[] parts = new int[sources.size()];
        List<Integer> byRemainder = new ArrayList<>();
        int given = 0;
        for (int s = 0; s < parts.length; s++) {
            double exact = PARTS * sources.get(s).weight() / sum;
            if (exact < 0.5) {
                throw new IllegalArgumentException("set '" + sources.get(s).name() + "': weight "
                        + sources.get(s).weight() + " is less than half a thousandth of all");
            }
            parts[s] = Math.max(1, (int) exact);
            given += parts[s];
            byRemainder.add(s);
        }
        byRemainder.sort((a, b) -> Double.compare(remainder(b, sum), remainder(a, sum)));
        for (int i = 0; given < PARTS; i++, given++) {
            parts[byRemainder.get(i % parts.length)]++;
        }
        for (; given > PARTS; given--) {
            parts[largest(parts)]--;
        }
        return parts;
    }

    private double remainder(int s, double sum) {
        double exact = PARTS * sources.get(s).weight() / sum;
        return exact - Math.floor(exact);
    }

    private static int largest(int[] parts) {
        int largest = 0;
        for (int s = 1; s < parts.length; s++) {
            largest = parts[s] > parts[largest] ? s : largest;
        }
        return largest;
    }

    /** Smooth weighted round robin: each place goes to the set that is furthest behind its share. */
    private void takeTurns() {
        long[] credit = new long[quotas.length];
        int[] had = new int[quotas.length];
        for (int place = 0; place < PARTS; place++) {
            int next = 0;
            for (int s = 0; s < quotas.length; s++) {
                credit[s] += quotas[s];
                next = credit[s] > credit[next] ? s : next;
            }
            credit[next] -= PARTS;
            turns[place] = next;
            earlier[place] = had[next]++;
        }
    }
}
