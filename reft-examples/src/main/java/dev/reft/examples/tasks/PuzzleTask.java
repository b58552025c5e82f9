package dev.reft.examples.tasks;

import dev.reft.generation.Completion;
import dev.reft.graders.shaping.GatedGrader;
import dev.reft.graders.shaping.WeightedGrader;
import dev.reft.graders.shaping.WeightedGrader.Part;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A logic puzzle: who of three people sits on which of three seats. Clues are drawn until one seating is left, and an answer, such as
 * {@code Ann 2 Ben 1 Cleo 3}, is checked against the clues, not against that seating. An answer that seats not everybody, or two on one
 * seat, is worth nothing (a gate); behind it half the score is the share of clues that hold, half that all do.
 */
final class PuzzleTask implements Task {
    private static final List<String> NAMES = List.of("Ann", "Ben", "Cleo", "Dan", "Eva", "Finn");
    private static final int PEOPLE = 3;
    private static final String WHO = "names";
    private static final String CLUES = "clues";

    /** The longest answer that is read, in chars. */
    private static final int LONGEST = 200;

    private static final Grader SEATED =
            (prompt, completion) -> Grade.of(seats(prompt, completion).isPresent() ? 1 : 0);
    private static final Grader SHARE = (prompt, completion) -> Grade.of(share(prompt, completion));
    private static final Grader ALL = (prompt, completion) -> Grade.of(share(prompt, completion) == 1 ? 1 : 0);

    @Override
    public String name() {
        return "puzzle";
    }

    @Override
    public List<String> words() {
        return List.of("who", "at", "not", "left", "next");
    }

    @Override
    public Item draw(Dice dice) {
        List<String> names = dice.some(NAMES, PEOPLE);
        List<Map<String, Integer>> left = seatings(names);
        Map<String, Integer> solution = dice.pick(left);
        List<Clue> clues = new ArrayList<>();
        while (left.size() > 1) {
            Clue clue = clue(dice, names, clues.isEmpty());
            List<Map<String, Integer>> fewer = left.stream().filter(clue::holds).toList();
            if (clue.holds(solution) && fewer.size() < left.size()) { // a clue that says something new
                clues.add(clue);
                left = fewer;
            }
        }
        String question = "who " + String.join(" ", names) + " . "
                + clues.stream().map(Clue::text).collect(Collectors.joining(" . "));
        String target =
                names.stream().map(name -> name + " " + solution.get(name)).collect(Collectors.joining(" "));
        return Item.of(question, target, target, Map.of(WHO, names, CLUES, List.copyOf(clues)));
    }

    /** The first clue seats somebody, which a small model learns soon; the others have to be put together with it. */
    private static Clue clue(Dice dice, List<String> names, boolean first) {
        List<String> two = dice.some(names, 2);
        if (first) {
            return new Clue.At(two.get(0), dice.from(1, PEOPLE));
        }
        return switch (dice.below(3)) {
            case 0 -> new Clue.NotAt(two.get(0), dice.from(1, PEOPLE));
            case 1 -> new Clue.LeftOf(two.get(0), two.get(1));
            default -> new Clue.NextTo(two.get(0), two.get(1));
        };
    }

    /** All seatings, in the order of the seats of the first name, then the second. */
    private static List<Map<String, Integer>> seatings(List<String> names) {
        List<Map<String, Integer>> seatings = new ArrayList<>();
        for (int first = 1; first <= PEOPLE; first++) {
            for (int second = 1; second <= PEOPLE; second++) {
                if (first != second) {
                    Map<String, Integer> seats = new LinkedHashMap<>();
                    seats.put(names.get(0), first);
                    seats.put(names.get(1), second);
                    seats.put(names.get(2), 1 + 2 + PEOPLE - first - second);
                    seatings.add(seats);
                }
            }
        }
        return seatings;
    }

    @Override
    public Grader grader() {
        return new WholeAnswers(new GatedGrader(
                SEATED, 1, WeightedGrader.of(new Part("clues", SHARE, 0.5), new Part("all", ALL, 0.5)), 0));
    }

    private static double share(Prompt prompt, Completion completion) {
        Optional<Map<String, Integer>> seats = seats(prompt, completion);
        List<Clue> clues = new ArrayList<>();
        for (Object clue : attribute(prompt, CLUES)) {
            clues.add((Clue) clue);
        }
        long holding = seats.map(
                        s -> clues.stream().filter(clue -> clue.holds(s)).count())
                .orElse(0L);
        return (double) holding / clues.size();
    }

    /** A seating of everybody on different seats; empty if the answer is none. */
    private static Optional<Map<String, Integer>> seats(Prompt prompt, Completion completion) {
        String text = completion.text().strip();
        String[] words = text.length() > LONGEST ? new String[0] : text.split(" ", -1);
        List<?> names = attribute(prompt, WHO);
        Map<String, Integer> seats = new LinkedHashMap<>();
        for (int i = 0; i + 1 < words.length && words.length == 2 * PEOPLE; i += 2) {
            if (names.contains(words[i]) && words[i + 1].matches("[1-" + PEOPLE + "]")) {
                seats.put(words[i], Integer.valueOf(words[i + 1]));
            }
        }
        boolean whole = seats.size() == PEOPLE && new HashSet<>(seats.values()).size() == PEOPLE;
        return whole ? Optional.of(seats) : Optional.empty();
    }

    private static List<?> attribute(Prompt prompt, String name) {
        if (prompt.attributes().get(name) instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("prompt '" + prompt.id() + "' has no attribute '" + name + "'");
    }

    @Override
    public int maxTokens() {
        return 8;
    }
}
