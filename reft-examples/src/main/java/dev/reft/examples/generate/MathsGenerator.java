package dev.reft.examples.generate;

import dev.reft.ppo.data.Deduplication;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes maths problems through a model: a problem with its answer about a persona, and then solutions of its own that must come to
 * the same answer often enough. What is not of that form, repeats another problem or is not agreed on is left out.
 *
 * @param asker the model
 * @param personas who problems are about, at least one
 * @param solutions how often the model solves each problem, &gt;= 0
 * @param agreeing how many of these must come to the stated answer, in [0, solutions]
 */
public record MathsGenerator(Asker asker, List<String> personas, int solutions, int agreeing) {
    private static final Pattern STATED = Pattern.compile("Answer:\\s{0,8}(-?\\d{1,15}(?:\\.\\d{1,9})?)(?![\\d.])");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,15}(?:\\.\\d{1,9})?");
    private static final int SHORTEST = 20;
    private static final int LONGEST = 1000;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there is no persona or more must agree than there are
     */
    public MathsGenerator {
        personas = List.copyOf(personas);
        if (personas.isEmpty() || solutions < 0 || agreeing < 0 || agreeing > solutions) {
            throw new IllegalArgumentException(
                    personas.size() + " personas, " + agreeing + " of " + solutions + " solutions must agree");
        }
    }

    /**
     * Makes problems. Equal arguments, models and seeds give equal problems.
     *
     * @param tries how many problems the model is asked for
     * @return those that are of use, at most as many
     */
    public List<MathsProblem> generate(int tries) {
        List<String> who = new ArrayList<>();
        for (int i = 0; i < tries; i++) {
            who.add(personas.get(i % personas.size()));
        }
        List<List<String>> made =
                asker.ask("problem", who.stream().map(MathsGenerator::question).toList(), 1);
        Map<String, Stated> stated = new LinkedHashMap<>();
        for (int i = 0; i < tries; i++) {
            String id = "maths-" + i;
            String persona = who.get(i);
            read(made.get(i).get(0)).ifPresent(problem -> stated.put(id, new Stated(persona, problem)));
        }
        Map<String, String> texts = new LinkedHashMap<>();
        stated.forEach((id, one) -> texts.put(id, one.problem().question()));
        stated.keySet().removeAll(Deduplication.exact(texts).keySet());
        return agreed(stated);
    }

    private record Problem(String question, String answer) {}

    private record Stated(String persona, Problem problem) {}

    private List<MathsProblem> agreed(Map<String, Stated> stated) {
        List<String> ids = new ArrayList<>(stated.keySet());
        List<String> questions = stated.values().stream()
                .map(one ->
                        one.problem().question() + "\nSolve it step by step and end with \"Answer:\" and the number.\n")
                .toList();
        List<List<String>> solved =
                solutions == 0 || ids.isEmpty() ? List.of() : asker.ask("solution", questions, solutions);
        List<MathsProblem> problems = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            Stated one = stated.get(ids.get(i));
            if (one != null) {
                String answer = one.problem().answer();
                List<String> own = solutions == 0 ? List.of() : solved.get(i);
                int same = (int) own.stream()
                        .filter(text -> last(text).equals(Optional.of(answer)))
                        .count();
                if (same >= agreeing) {
                    problems.add(new MathsProblem(
                            ids.get(i), one.persona(), one.problem().question(), answer, same, solutions));
                }
            }
        }
        return problems;
    }

    private static String question(String persona) {
        return "Write a maths word problem about " + persona
                + " that has one number as its answer. Then write \"Answer:\" and the number.\nProblem:";
    }

    /** The problem before "Answer:" and the number behind it. */
    private static Optional<Problem> read(String text) {
        Matcher matcher = STATED.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String question = text.substring(0, matcher.start()).strip();
        int length = question.codePointCount(0, question.length());
        return length < SHORTEST || length > LONGEST
                ? Optional.empty()
                : Optional.of(new Problem(question, MathsProblem.plain(matcher.group(1))));
    }

    /** The number behind "Answer:", else the last of all. */
    private static Optional<String> last(String text) {
        Matcher stated = STATED.matcher(text);
        if (stated.find()) {
            return Optional.of(MathsProblem.plain(stated.group(1)));
        }
        Matcher any = NUMBER.matcher(text);
        Optional<String> last = Optional.empty();
        while (any.find()) {
            last = Optional.of(any.group());
        }
        return last.map(MathsProblem::plain);
    }
}
