package dev.reft.examples.generate;

import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Makes prompts with checkable constraints, as in Tulu 3 (arXiv 2411.15124): a persona's request by a model, then
 * constraints that are drawn so that all 25 kinds come equally often, before those that contradict others are left out. Where the
 * model gives no request of use, a template of ours takes its place, and is marked.
 *
 * @param asker the model
 * @param personas who asks, at least one
 * @param most constraints of a prompt, 1 to this, &gt;= 1
 * @param tries requests that the model may make for a prompt, &gt;= 1
 */
public record ConstraintGenerator(Asker asker, List<String> personas, int most, int tries) {
    private static final int SHORTEST = 20;
    private static final int LONGEST = 300;
    private static final List<String> TOPICS = List.of(
            "a plan for next week",
            "a letter to the neighbours",
            "advice for a beginner in my line of work",
            "a notice for the door",
            "a short speech for a small party",
            "a description of a day at work",
            "a list of things to bring on a trip",
            "an explanation of what I do for a child");

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there is no persona or a number is not positive
     */
    public ConstraintGenerator {
        personas = List.copyOf(personas);
        if (personas.isEmpty() || most < 1 || tries < 1) {
            throw new IllegalArgumentException(
                    personas.size() + " personas, most " + most + ", tries " + tries + ": each must be positive");
        }
    }

    /**
     * Makes prompts. Equal arguments, models and seeds give equal prompts.
     *
     * @param count how many
     * @return the prompts, with different requests
     */
    public List<ConstrainedPrompt> generate(int count) {
        List<String> who = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            who.add(personas.get(i % personas.size()));
        }
        List<List<String>> answers = asker.ask(
                "request", who.stream().map(ConstraintGenerator::question).toList(), tries);
        Set<String> had = new HashSet<>();
        List<ConstrainedPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Draws draws = new Draws(Seeds.at(asker.seed(), Seeds.Stream.SHUFFLE, i, "constraints", 0));
            Optional<String> found = answers.get(i).stream()
                    .flatMap(answer -> request(answer).stream())
                    .filter(request -> !had.contains(request))
                    .findFirst();
            String request = found.isPresent() ? found.get() : template(i, draws, had, who);
            had.add(request);
            prompts.add(new ConstrainedPrompt(
                    "constraints-" + i, who.get(i), request, found.isEmpty(), constraints(draws, request)));
        }
        return prompts;
    }

    private static String question(String persona) {
        return "Think of " + persona
                + ". Write one request, in one sentence, that this person might make of an assistant that"
                + " writes texts.\nRequest:";
    }

    /** The first line that is fit to be a request. */
    static Optional<String> request(String answer) {
        for (String line : answer.split("\n", -1)) {
            String plain = line.strip();
            boolean quoted = plain.length() > 1 && plain.startsWith("\"") && plain.endsWith("\"");
            plain = quoted ? plain.substring(1, plain.length() - 1).strip() : plain;
            int length = plain.codePointCount(0, plain.length());
            boolean fit = length >= SHORTEST
                    && length <= LONGEST
                    && plain.contains(" ")
                    && plain.codePoints().allMatch(ConstraintGenerator::isText);
            if (fit) {
                return Optional.of(plain);
            }
        }
        return Optional.empty();
    }

    private static boolean isText(int c) {
        int type = Character.getType(c);
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.SURROGATE
                && type != Character.PRIVATE_USE
                && type != Character.UNASSIGNED
                && c != 0xFFFD;
    }

    private static String template(int index, Draws draws, Set<String> had, List<String> who) {
        String topic = draws.of(TOPICS);
        String request = "I am " + who.get(index) + ". Please write " + topic + ".";
        return had.contains(request)
                ? String.format(Locale.ROOT, "I am %s. Please write %s (version %d).", who.get(index), topic, index)
                : request;
    }

    private List<Constraint> constraints(Draws draws, String request) {
        int wanted = draws.between(1, most);
        ConstraintKind.Words words = new ConstraintKind.Words(request);
        List<Constraint> chosen = new ArrayList<>();
        for (ConstraintKind kind : draws.shuffled(Arrays.asList(ConstraintKind.values()))) {
            if (chosen.size() == wanted) {
                break;
            }
            Constraint constraint = kind.draw(draws, words);
            if (chosen.stream()
                    .allMatch(other -> Contradictions.between(other, constraint).isEmpty())) {
                chosen.add(constraint);
            }
        }
        return chosen;
    }
}
