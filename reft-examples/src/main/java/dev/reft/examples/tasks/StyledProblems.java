package dev.reft.examples.tasks;

import dev.reft.examples.data.Problem;
import dev.reft.examples.data.WordProblems;
import dev.reft.examples.data.WordProblems.Part;
import dev.reft.examples.data.WorkedAnswer;
import dev.reft.generation.Completion;
import dev.reft.graders.shaping.WeightedGrader;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.data.MixedGrader;
import dev.reft.ppo.data.Mixture;
import dev.reft.random.Seeds;
import dev.reft.random.Seeds.Stream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Two data sets of one pipeline: word problems, and word problems whose answer is to be written in a {@link Style}. */
final class StyledProblems {
    static final String MATHS = "maths";
    static final String STYLE = "style";

    /** Words that the model needs beside those of the word problems. */
    static final List<String> WORDS = words();

    /** Parts of {@link #LOOK}'s score. */
    static final String RIGHT = "right";

    static final String KEPT = "kept";

    /** Share of the warm-up's answers whose writers looked at the style asked for. */
    private static final double OBEDIENT = 0.2;

    /** Share of the other answers that are written in steps, as people are used to; the rest is in any style. */
    private static final double USUAL = 0.5;

    private static final String FORMAT = " =>";
    private static final String PROBLEM = "problem";

    /** 1 if a whole answer's last word is the right number. */
    static final Grader IS_RIGHT =
            new WholeAnswers((prompt, completion) -> Grade.of(right(worked(prompt, completion))));

    /** 1 if a whole answer keeps the style: one that was cut off has not shown how it would have ended. */
    static final Grader IS_KEPT = new WholeAnswers((prompt, completion) -> Grade.of(kept(prompt, completion)));

    /** What is looked at, never trained on: both sets' graders as parts, and how much an imagined customer likes the answer. */
    static final Grader LOOK = (prompt, completion) -> {
        double kept = kept(prompt, completion);
        Grade.Score worked = worked(prompt, completion);
        double right = right(worked);
        double liked = worked.value();
        return new Grade.Score(
                prompt.attributes().containsKey(STYLE) ? (liked + kept) / 2 : liked,
                Map.of(RIGHT, right, KEPT, kept),
                List.of(),
                "",
                "");
    };

    private final TaskPlan plan;

    StyledProblems(TaskPlan plan) {
        this.plan = plan;
    }

    private static List<String> words() {
        List<String> words = new ArrayList<>(List.of(":"));
        for (Style style : Style.values()) {
            words.add(style.word());
        }
        return List.copyOf(words);
    }

    private static Grade.Score worked(Prompt prompt, Completion completion) {
        return WorkedAnswer.score(completion.text(), prompt.reference(), WholeAnswers.isWhole(completion));
    }

    private static double right(Grade.Score worked) {
        return worked.parts().getOrDefault(RIGHT, 0.0);
    }

    /** 0 for a prompt without a style, and for an answer that was cut off. */
    private static double kept(Prompt prompt, Completion completion) {
        return WholeAnswers.isWhole(completion)
                        && prompt.attributes().get(STYLE) instanceof String style
                        && prompt.attributes().get(PROBLEM) instanceof String question
                        && Style.valueOf(style).kept(question, completion.text())
                ? 1
                : 0;
    }

    private List<Problem> problems(Part part, int count) {
        return new WordProblems(plan.seed()).problems(part, count);
    }

    /**
     * Half of the warm-up's problems are plain. Most of the others' answers are not in the style asked for: a model learns the
     * styles from them, and to write steps whatever is asked. To look at what is asked is left to the later stages.
     */
    List<SftExample> examples() {
        List<SftExample> examples = new ArrayList<>();
        for (Problem problem : problems(Part.CHAINS, plan.warmUp().examples())) {
            Dice dice = dice(problem);
            if (dice.chance(0.5)) {
                String target = Style.STEPS.target(problem); // steps and the answer are what is written unasked
                examples.add(SftExample.text(problem.id(), problem.question() + FORMAT, target));
            } else {
                Style asked = dice.pick(List.of(Style.values()));
                Style written = dice.chance(OBEDIENT)
                        ? asked
                        : dice.chance(USUAL) ? Style.STEPS : dice.pick(List.of(Style.values()));
                String prompt = asked.ask(problem.question()) + FORMAT;
                examples.add(SftExample.text(problem.id(), prompt, written.target(problem)));
            }
        }
        return examples;
    }

    private Dice dice(Problem problem) {
        return new Dice(Seeds.at(plan.seed(), Stream.SHUFFLE, 0, "style of " + problem.question(), 0));
    }

    /** The two sets to reinforce on, from different problems. */
    Mixture mixture(double styleWeight) {
        List<Problem> problems = problems(Part.ANSWERS, plan.reinforce().questions());
        int half = problems.size() / 2;
        return new Mixture(
                List.of(
                        new Mixture.Source(MATHS, plain(problems.subList(0, half)), 1 - styleWeight),
                        new Mixture.Source(STYLE, styled(problems.subList(half, problems.size())), styleWeight)),
                plan.seed());
    }

    /** Held-out problems of both sets, as a mixture marks them. */
    List<Prompt> tests() {
        List<Problem> problems = problems(Part.TEST, 2 * plan.tests());
        List<Prompt> tests = new ArrayList<>();
        plain(problems.subList(0, plan.tests())).forEach(p -> tests.add(marked(MATHS, p)));
        styled(problems.subList(plan.tests(), problems.size())).forEach(p -> tests.add(marked(STYLE, p)));
        return tests;
    }

    private static Prompt marked(String set, Prompt prompt) {
        Map<String, Object> attributes = new HashMap<>(prompt.attributes());
        attributes.put(Mixture.SET, set);
        return new Prompt(set + "/" + prompt.id(), prompt.input(), prompt.reference(), attributes);
    }

    private static List<Prompt> plain(List<Problem> problems) {
        return problems.stream()
                .map(p -> Prompt.text(p.id(), p.question() + FORMAT, p.answer()))
                .toList();
    }

    private List<Prompt> styled(List<Problem> problems) {
        List<Prompt> prompts = new ArrayList<>();
        for (Problem problem : problems) {
            Style style = dice(problem).pick(List.of(Style.values()));
            prompts.add(new Prompt(
                    problem.id(),
                    new Prompt.Input.Text(style.ask(problem.question()) + FORMAT),
                    problem.answer(),
                    Map.of(STYLE, style.name(), PROBLEM, problem.question())));
        }
        return prompts;
    }

    /** A right number for the one set; for the other half for the style, half for the number. */
    static MixedGrader grader() {
        return new MixedGrader(Map.of(
                MATHS,
                IS_RIGHT,
                STYLE,
                WeightedGrader.of(
                        new WeightedGrader.Part(KEPT, IS_KEPT, 0.5), new WeightedGrader.Part(RIGHT, IS_RIGHT, 0.5))));
    }
}
