package dev.reft.examples.tasks;

import dev.reft.graders.programs.ProgramRunners;
import dev.reft.graders.programs.RunnerSpec;
import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.Grader;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Programming by example: three pairs of argument and value, arguments ascending, and the model writes the function, such as {@code lambda x : x * 3 + 1}. It
 * is graded by running it on arguments of which most were not shown. What is held out are questions: a function may come again in
 * training with other arguments shown.
 */
final class CodeTask implements Task {
    private static final int SHOWN = 3;
    /** The largest number that the model has a word for. */
    private static final int LARGEST = 39;

    private final FunctionGrader grader;

    private CodeTask(FunctionGrader grader) {
        this.grader = grader;
    }

    static CodeTask open() throws SandboxException {
        return new CodeTask(new FunctionGrader(ProgramRunners.open(RunnerSpec.embedded())));
    }

    /** A function and its text after the colon. */
    private record Function(String text, IntUnaryOperator value) {
        boolean canBeShown(int x) {
            int y = value.applyAsInt(x);
            return y >= 0 && y <= LARGEST;
        }
    }

    @Override
    public String name() {
        return "code";
    }

    @Override
    public List<String> words() {
        return List.of("lambda", "x", ":");
    }

    @Override
    public Item draw(Dice dice) {
        Function function = function(dice);
        List<Integer> showable = IntStream.range(0, FunctionGrader.TESTS)
                .filter(function::canBeShown)
                .boxed()
                .toList();
        String question = dice.some(showable, SHOWN).stream()
                .sorted()
                .map(x -> "x " + x + " : " + function.value.applyAsInt(x))
                .collect(Collectors.joining(" . "));
        String outputs = IntStream.range(0, FunctionGrader.TESTS)
                .mapToObj(x -> String.valueOf(function.value.applyAsInt(x)))
                .collect(Collectors.joining(" "));
        return Item.of(question, FunctionGrader.HEAD + function.text, outputs, Map.of());
    }

    /** Every one has at least three arguments from 0 to 9 whose values are words. */
    private static Function function(Dice dice) {
        int a = dice.from(2, 4);
        int b = dice.from(1, 9);
        return switch (dice.below(5)) {
            case 0 -> new Function("x + " + b, x -> x + b);
            case 1 -> new Function((b + 9) + " - x", x -> b + 9 - x);
            case 2 -> new Function("x * " + a + " + " + b, x -> x * a + b);
            case 3 -> new Function("x * " + a + " - " + b, x -> x * a - b);
            default -> new Function("x * x + " + b, x -> x * x + b);
        };
    }

    @Override
    public Grader grader() {
        return grader;
    }

    @Override
    public int maxTokens() {
        return 12;
    }

    @Override
    public void close() {
        grader.close();
    }
}
