package dev.reft.graders.instructions;

import dev.reft.generation.Completion;
import dev.reft.graders.PythonText;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Grades a completion against its prompt's list of constraints, which stand in the prompt's attributes as in the published data
 * sets: {@code instruction_id_list} (or {@code instruction_id}) and {@code kwargs}, lists of the same length; or {@code func_name}
 * with the function's arguments beside it. Both kinds may stand together.
 *
 * <p>What stands before the last {@code </think>} does not count, nor do {@code <answer>} tags. A blank answer keeps no
 * constraint, and a prompt without constraints scores 0, as in open-instruct.
 *
 * @param scoring what the verdicts add up to
 * @param languages names the language of a text
 */
public record InstructionGrader(Scoring scoring, LanguageDetector languages) implements Grader {
    /** A longer answer keeps no constraint: the length, in characters, to which every check stays quick. */
    public static final int LONGEST = 50_000;

    private static final List<String> LISTS = List.of("instruction_id_list", "instruction_id");

    /** What the verdicts add up to. The enum grows. */
    public enum Scoring {
        /** 1 if all constraints are kept, else 0: IFEval's prompt-level accuracy. */
        ALL,
        /** The share of constraints that are kept: IFEval's instruction-level accuracy, and open-instruct's reward. */
        SHARE
    }

    /**
     * The share of constraints that are kept.
     *
     * @return the grader
     */
    public static InstructionGrader share() {
        return new InstructionGrader(Scoring.SHARE, LanguageDetector.byFrequentWords());
    }

    /**
     * 1 if all constraints are kept, else 0.
     *
     * @return the grader
     */
    public static InstructionGrader all() {
        return new InstructionGrader(Scoring.ALL, LanguageDetector.byFrequentWords());
    }

    /**
     * Grades a completion.
     *
     * @param prompt the problem, its constraints among the attributes
     * @param completion the answer
     * @return a score from 0 to 1, with one part (0 or 1) a constraint under its name; a second one of the same name is {@code name#2}
     * @throws IllegalArgumentException if the prompt's constraints are malformed; see {@link #constraints}
     * @throws TimeoutException if the deadline passes
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        Map<String, Instruction> constraints = constraints(prompt);
        String answer = answer(completion.text());
        boolean blank = PythonText.strip(answer).isEmpty();
        boolean tooLong = answer.length() > LONGEST;
        Map<String, Double> parts = new HashMap<>();
        List<String> broken = new ArrayList<>();
        for (Map.Entry<String, Instruction> constraint : constraints.entrySet()) {
            Deadline.current().check();
            boolean kept = !blank && !tooLong && constraint.getValue().followedBy(answer);
            parts.put(constraint.getKey(), kept ? 1.0 : 0.0);
            if (!kept) {
                broken.add(constraint.getKey());
            }
        }
        int kept = constraints.size() - broken.size();
        double share = constraints.isEmpty() ? 0 : (double) kept / constraints.size();
        double score = scoring == Scoring.ALL ? Math.floor(share) : share;
        String why = blank
                ? "the answer is blank"
                : tooLong ? "the answer is longer than " + LONGEST : "not kept: " + broken;
        return new Grade.Score(score, parts, List.of(), "", broken.isEmpty() ? "" : why);
    }

    /**
     * The constraints of a prompt, to be called on all prompts before training.
     *
     * @param prompt the problem
     * @return checkers by the names that their parts of the score have, in order
     * @throws IllegalArgumentException naming the prompt, if a name is unknown, an argument wrong, or the lists differ in length
     */
    public Map<String, Instruction> constraints(Prompt prompt) {
        try {
            Map<String, Instruction> constraints = new LinkedHashMap<>();
            for (String list : LISTS) {
                if (prompt.attributes().containsKey(list)) {
                    addAll(constraints, prompt.attributes(), list);
                }
            }
            if (prompt.attributes().get("func_name") instanceof String function) {
                add(constraints, function, functionArguments(prompt.attributes()));
            }
            return constraints;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("prompt '" + prompt.id() + "': " + e.getMessage(), e);
        }
    }

    private void addAll(Map<String, Instruction> constraints, Map<String, Object> attributes, String list) {
        Object ids = attributes.get(list);
        Object kwargs = attributes.getOrDefault("kwargs", List.of());
        if (!(ids instanceof List<?> names) || !(kwargs instanceof List<?> arguments)) {
            throw new IllegalArgumentException(list + " and kwargs must be lists, but are " + ids + " and " + kwargs);
        }
        if (!arguments.isEmpty() && arguments.size() != names.size()) {
            throw new IllegalArgumentException(
                    names.size() + " ids in " + list + ", but " + arguments.size() + " kwargs");
        }
        for (int i = 0; i < names.size(); i++) {
            if (!(names.get(i) instanceof String name)) {
                throw new IllegalArgumentException(list + "[" + i + "] must be a text, but is " + names.get(i));
            }
            add(constraints, name, arguments.isEmpty() ? Map.of() : texts(arguments.get(i), "kwargs[" + i + "]"));
        }
    }

    private void add(Map<String, Instruction> constraints, String name, Map<String, Object> arguments) {
        String part = name;
        for (int again = 2; constraints.containsKey(part); again++) {
            part = name + "#" + again;
        }
        constraints.put(part, Instructions.of(name, arguments, languages));
    }

    /** The attributes that are the function's arguments; a prompt may have others. */
    private static Map<String, Object> functionArguments(Map<String, Object> attributes) {
        Map<String, Object> arguments = new HashMap<>(attributes);
        arguments.keySet().retainAll(Instructions.arguments(String.valueOf(attributes.get("func_name"))));
        return arguments;
    }

    private static Map<String, Object> texts(Object map, String where) {
        if (map == null) {
            return Map.of();
        }
        if (!(map instanceof Map<?, ?> values)) {
            throw new IllegalArgumentException(where + " must be a map, but is " + map);
        }
        Map<String, Object> texts = new HashMap<>();
        values.forEach((key, value) -> texts.put(String.valueOf(key), value));
        return texts;
    }

    private static String answer(String completion) {
        String text = PythonText.strip(completion.replace("<|assistant|>", ""));
        return PythonText.strip(
                PythonText.lastPart(text, "</think>").replace("<answer>", "").replace("</answer>", ""));
    }
}
