package dev.reft.ppo.watch;

import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/**
 * Watches a run for hacking and collapse. The host feeds it, and it warns once when a rule begins to be broken; again only after
 * the rule has held in between.
 *
 * <pre>{@code
 * TrainingWatch watch = new TrainingWatch(WatchRule.defaults());
 * GradedRollouts graded = trainer.grade(trainer.collect(prompts));
 * StepReport report = trainer.update(graded);
 * for (Warning warning : watch.observe(report, graded)) {
 *   log(warning);
 * }
 * trainer.save(folder, watch.state());
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class TrainingWatch {
    private static final String HISTORY = "history";
    private static final String BROKEN = "broken";

    private final List<WatchRule> rules;
    private final Set<String> reads = new HashSet<>();
    private final Set<String> broken = new LinkedHashSet<>();
    private History history = History.EMPTY;

    /**
     * A watch that has seen nothing.
     *
     * @param rules what to warn of, with different names
     * @throws IllegalArgumentException if two rules have the same name
     */
    public TrainingWatch(List<WatchRule> rules) {
        this.rules = List.copyOf(rules);
        Set<String> names = new HashSet<>();
        for (WatchRule rule : rules) {
            if (!names.add(rule.name())) {
                throw new IllegalArgumentException("two rules are called " + rule.name());
            }
            reads.addAll(rule.reads());
        }
    }

    /**
     * A watch that goes on where another was.
     *
     * @param rules what to warn of; may differ from before
     * @param state from {@link #state}
     * @return the watch
     * @throws IllegalArgumentException if the state is damaged
     */
    public static TrainingWatch resume(List<WatchRule> rules, String state) {
        TrainingWatch watch = new TrainingWatch(rules);
        JsonRow row = JsonLines.parse("the watch's state", 1, state);
        List<Observation> observations = new ArrayList<>();
        for (Object item : row.typed(HISTORY, List.class, "a list")) {
            observations.add(observation(row, item));
        }
        watch.history = new History(observations);
        watch.broken.addAll(row.texts(BROKEN));
        return watch;
    }

    private static Observation observation(JsonRow row, Object item) {
        if (item instanceof Map<?, ?> fields && fields.get("step") instanceof Number step) {
            Map<String, Double> measures = new TreeMap<>();
            fields.forEach((name, value) -> {
                if (value instanceof String number) {
                    measures.put(String.valueOf(name), Double.valueOf(number));
                }
            });
            return new Observation(step.longValue(), measures);
        }
        throw row.wrong(HISTORY, "must hold observations");
    }

    /**
     * Takes a step in: its report and what its completions look like.
     *
     * @param report of the trainer
     * @param graded the step's completions
     * @return warnings that begin with it
     * @throws IllegalArgumentException if the step is not later than the last
     */
    public List<Warning> observe(StepReport report, GradedRollouts graded) {
        return observe(Observation.of(report).with(RolloutMeasures.of(graded)));
    }

    /**
     * Takes an observation in.
     *
     * @param observation of a step later than the last; what no rule reads is not kept
     * @return warnings that begin with it, in the order of rules
     * @throws IllegalArgumentException if the step is not later than the last
     */
    public List<Warning> observe(Observation observation) {
        Map<String, Double> kept = new TreeMap<>(observation.measures());
        kept.keySet().retainAll(reads);
        history = history.with(new Observation(observation.step(), kept));
        List<Warning> warnings = new ArrayList<>();
        for (WatchRule rule : rules) {
            OptionalDouble value = rule.broken(history);
            if (value.isEmpty()) {
                broken.remove(rule.name());
            } else if (broken.add(rule.name())) {
                warnings.add(
                        new Warning(rule, observation.step(), value.getAsDouble(), rule.threshold(), rule.advice()));
            }
        }
        return warnings;
    }

    /**
     * The rules that are broken now.
     *
     * @return their names
     */
    public Set<String> broken() {
        return Set.copyOf(broken);
    }

    /**
     * What was observed.
     *
     * @return the history
     */
    public History history() {
        return history;
    }

    /**
     * All that {@link #resume} needs, for a checkpoint's host state.
     *
     * @return one line of JSON; numbers come back bit for bit
     */
    public String state() {
        List<Map<String, Object>> observations = new ArrayList<>();
        for (Observation observation : history.observations()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("step", observation.step());
            // As text, which also NaN has.
            observation.measures().forEach((name, value) -> fields.put(name, Double.toString(value)));
            observations.add(fields);
        }
        Map<String, Object> state = new LinkedHashMap<>();
        state.put(HISTORY, observations);
        state.put(BROKEN, List.copyOf(broken));
        return JsonLines.text(state);
    }
}
