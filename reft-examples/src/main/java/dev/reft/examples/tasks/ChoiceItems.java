package dev.reft.examples.tasks;

import dev.reft.examples.data.ChoiceProblem;
import dev.reft.examples.data.Problem;
import dev.reft.examples.data.WordProblems;
import dev.reft.examples.data.WordProblems.Part;
import dev.reft.grading.Prompt;
import dev.reft.ppo.SftExample;
import dev.reft.random.Seeds;
import dev.reft.random.Seeds.Stream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Word problems with five choices, as a careless author makes them: wrong choices are the question's own numbers where there are enough,
 * and the right one is often the only one that is written out with what is counted, so that the right letter can be found without
 * computing. Some of the answers to imitate skip the reasoning, as rationales in real data do.
 */
final class ChoiceItems {
    static final int CHOICES = 5;

    /** Words that the model needs beside those of the word problems. */
    static final List<String> WORDS = List.of("A", "B", "C", "D", "E", ")");

    /** The attribute with the values of the choices, in the order of letters. */
    static final String OPTIONS = "options";

    /** The attribute with the right choice's value. */
    static final String VALUE = "value";

    /** Share of the items whose right choice is written out, such as {@code B ) 7 apples}. */
    static final double WRITTEN_OUT = 0.75;

    /** Share of the warm-up's answers without reasoning. */
    static final double SKIPPED = 0.25;

    private final TaskPlan plan;

    ChoiceItems(TaskPlan plan) {
        this.plan = plan;
    }

    private List<Problem> problems(Part part, int count) {
        return new WordProblems(plan.seed()).problems(part, count);
    }

    private static Dice dice(Problem problem) {
        return new Dice(Seeds.at(WordProblems.VERSION, Stream.SHUFFLE, 0, "choices of " + problem.question(), 0));
    }

    /** The choices of a problem: different numbers, the right one at a drawn place. */
    static ChoiceProblem choices(Problem problem) {
        Dice dice = dice(problem);
        int right = Integer.parseInt(problem.answer());
        Set<Integer> wrong = new LinkedHashSet<>();
        for (String word : problem.question().split(" ", -1)) {
            if (word.matches("\\d{1,2}")) {
                wrong.add(Integer.valueOf(word));
            }
        }
        wrong.remove(right);
        while (wrong.size() < CHOICES - 1) {
            int near = right + dice.from(-5, 5);
            if (near != right && near >= 0) {
                wrong.add(near);
            }
        }
        List<Integer> all = new ArrayList<>(new ArrayList<>(wrong).subList(0, CHOICES - 1));
        all.add(right);
        List<Integer> shuffled = dice.shuffled(all);
        return new ChoiceProblem(
                problem.id(),
                problem.question(),
                shuffled.stream().map(String::valueOf).toList(),
                (char) ('a' + shuffled.indexOf(right)),
                problem.chain());
    }

    /** The letter as it is written. */
    static String letter(ChoiceProblem problem) {
        return WORDS.get(problem.correct() - 'a');
    }

    static String text(ChoiceProblem problem) {
        Dice dice = new Dice(Seeds.at(WordProblems.VERSION, Stream.SHUFFLE, 0, "care for " + problem.question(), 0));
        String counted = dice.chance(WRITTEN_OUT) ? " " + counted(problem.question()) : "";
        StringBuilder text = new StringBuilder(problem.question());
        for (int i = 0; i < problem.options().size(); i++) {
            text.append(' ')
                    .append(WORDS.get(i))
                    .append(" ) ")
                    .append(problem.options().get(i))
                    .append(i == problem.correct() - 'a' ? counted : "");
        }
        return text.append(" =>").toString();
    }

    /** What a question asks the number of: every generated one has the word after "many", or after "many more". */
    private static String counted(String question) {
        List<String> words = List.of(question.split(" ", -1));
        int at = words.lastIndexOf("many") + 1;
        return words.get(words.get(at).equals("more") ? at + 1 : at);
    }

    List<SftExample> examples() {
        List<SftExample> examples = new ArrayList<>();
        for (Problem problem : problems(Part.CHAINS, plan.warmUp().examples())) {
            ChoiceProblem choices = choices(problem);
            Dice dice = new Dice(Seeds.at(plan.seed(), Stream.SHUFFLE, 0, "rationale of " + problem.question(), 0));
            String reasoning = dice.chance(SKIPPED) ? "" : choices.rationale() + " ";
            examples.add(SftExample.text(problem.id(), text(choices), reasoning + "answer " + letter(choices)));
        }
        return examples;
    }

    List<Prompt> questions() {
        return prompts(Part.ANSWERS, plan.reinforce().questions());
    }

    List<Prompt> tests() {
        return prompts(Part.TEST, plan.tests());
    }

    private List<Prompt> prompts(Part part, int count) {
        List<Prompt> prompts = new ArrayList<>();
        for (Problem problem : problems(part, count)) {
            ChoiceProblem choices = choices(problem);
            prompts.add(new Prompt(
                    problem.id(),
                    new Prompt.Input.Text(text(choices)),
                    letter(choices),
                    Map.of(OPTIONS, choices.options(), VALUE, problem.answer())));
        }
        return prompts;
    }
}
