package dev.reft.graders.programs;

import dev.reft.generation.Completion;
import dev.reft.graders.AnswerScores;
import dev.reft.graders.CorrectedReft;
import dev.reft.graders.PublishedReft;
import dev.reft.graders.PythonText;
import dev.reft.graders.References;
import dev.reft.graders.ReftData;
import dev.reft.graders.ReftProgram;
import dev.reft.graders.ReftRule;
import dev.reft.graders.Tolerance;
import dev.reft.graders.Verdict;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * ReFT's reward for programs (P-CoT): the completion defines {@code solution()}, which runs in a sandbox; what it returns
 * is compared here. If the prompt ends within the program, as the published prompts do ({@code def solution():} and the
 * question), its part of the program is put before the completion.
 *
 * <p>The published rule takes the program up to its first blank line; the corrected one takes the last code block, or all,
 * and a result that is NaN, infinite or no number is unreadable. Of several accepted answers ({@link References}) the one that fits best
 * counts; the program runs once.
 *
 * @param rule how a result is compared: the published rule or the corrected one
 * @param scores what each verdict is worth
 * @param runner where programs run; not closed by the grader
 * @param limits of a program
 * @param imports modules imported before the program, which the backend has
 * @param lacking modules that programs may expect and the backend has not: a program that fails for want of one is a
 *     failure of the grading, never a score
 */
public record ProgramGrader(
        ReftRule rule,
        AnswerScores scores,
        ProgramRunner runner,
        ProgramLimits limits,
        List<String> imports,
        List<String> lacking)
        implements Grader {
    /** What the published code imports before each program. */
    public static final List<String> PUBLISHED_IMPORTS = List.of("math", "sympy");

    /** Copies the lists. */
    public ProgramGrader {
        imports = List.copyOf(imports);
        lacking = List.copyOf(lacking);
    }

    /**
     * The published rule, with what the backend has of the published imports.
     *
     * @param data the data set
     * @param runner where programs run; not closed by the grader
     * @return the grader
     * @throws SandboxException if the sandbox failed
     * @throws InterruptedException if the thread was interrupted
     */
    public static ProgramGrader published(ReftData data, ProgramRunner runner)
            throws SandboxException, InterruptedException {
        return of(new PublishedReft(data, Tolerance.REFT), runner);
    }

    /**
     * The corrected rule: what new work should use.
     *
     * @param data the data set
     * @param runner where programs run; not closed by the grader
     * @return the grader
     * @throws SandboxException if the sandbox failed
     * @throws InterruptedException if the thread was interrupted
     */
    public static ProgramGrader corrected(ReftData data, ProgramRunner runner)
            throws SandboxException, InterruptedException {
        return of(new CorrectedReft(data, Tolerance.REFT, CorrectedReft.MARKER), runner);
    }

    private static ProgramGrader of(ReftRule rule, ProgramRunner runner) throws SandboxException, InterruptedException {
        List<String> lacking = runner.missing(PUBLISHED_IMPORTS);
        List<String> there = new ArrayList<>(PUBLISHED_IMPORTS);
        there.removeAll(lacking);
        return new ProgramGrader(rule, AnswerScores.REFT, runner, ProgramLimits.DEFAULT, there, lacking);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion)
            throws SandboxException, InterruptedException, TimeoutException {
        List<String> accepted = References.of(prompt);
        String source = source(program(prompt, completion.text()));
        ProgramTask task = new ProgramTask.Call(source, "solution", List.of());
        ProgramOutcome outcome = Runs.run(runner, task, limits);
        if (outcome instanceof ProgramOutcome.Raised raised) {
            String root = raised.missing().split("\\.", 2)[0];
            if (lacking.contains(root)) {
                throw new SandboxException("the program needs the module '" + root + "', which the backend "
                        + runner.report().backend() + " has not");
            }
        }
        return scores.grade(accepted.stream()
                .map(reference -> judge(outcome, reference))
                .min(Comparator.comparing(Verdict::kind))
                .orElseThrow());
    }

    /**
     * Looks for programs that would fail for want of a module: the data set's own solutions, before training.
     *
     * @param programs from {@code def solution} on, in the order of the data set
     * @return the problems, each naming the row (from 0) and the module or syntax error; empty if none was found
     * @throws SandboxException if the sandbox failed
     * @throws InterruptedException if the thread was interrupted
     */
    public List<String> validate(List<String> programs) throws SandboxException, InterruptedException {
        List<String> problems = new ArrayList<>();
        for (int row = 0; row < programs.size(); row++) {
            String source = source(programs.get(row));
            ProgramInspection inspection = runner.inspect(source);
            if (!inspection.syntaxError().isEmpty()) {
                problems.add("row " + row + ": the program does not compile: " + inspection.syntaxError());
            }
            List<String> needed = new ArrayList<>(inspection.modules());
            lacking.stream()
                    .filter(module -> source.contains(module + ".") && !needed.contains(module))
                    .forEach(needed::add);
            for (String module : runner.missing(needed)) {
                problems.add("row " + row + ": module '" + module + "' is not in the backend "
                        + runner.report().backend());
            }
        }
        return problems;
    }

    private String program(Prompt prompt, String completion) {
        String before = prompt.input() instanceof Prompt.Input.Text text ? text.text() : "";
        int at = before.lastIndexOf(PublishedReft.REASONING);
        String whole = at < 0 ? completion : before.substring(at) + completion;
        return PythonText.strip(PythonText.lastPart(whole, PublishedReft.REASONING));
    }

    private String source(String program) {
        if (rule instanceof PublishedReft) {
            return ReftProgram.source(program, imports);
        }
        StringBuilder source = new StringBuilder();
        imports.forEach(module -> source.append("import ").append(module).append('\n'));
        return source.append(CodeBlock.last(program)).toString();
    }

    private Verdict judge(ProgramOutcome outcome, String reference) {
        @Nullable PythonValue value = outcome instanceof ProgramOutcome.Completed completed ? completed.value() : null;
        Verdict verdict = rule instanceof PublishedReft published
                ? published.judgeResult(result(value, published.data().isChoice()), reference)
                : value == null || !isAnswer(value)
                        ? checked(reference, Verdict.unreadable(Runs.why(outcome)))
                        : rule.judge(text(value), reference);
        return verdict.kind() == Verdict.Kind.UNREADABLE ? Verdict.unreadable(Runs.why(outcome)) : verdict;
    }

    /** A container is no answer, though its text may show one. */
    private boolean isAnswer(PythonValue value) {
        return value.kind() == PythonValue.Kind.TEXT
                || (!rule.data().isChoice() && value.number().isPresent());
    }

    /** A useless reference is one whether the program ran or not. */
    private Verdict checked(String reference, Verdict otherwise) {
        Verdict verdict = rule.judge("", reference);
        return verdict.kind() == Verdict.Kind.BAD_REFERENCE ? verdict : otherwise;
    }

    /** What the published rule is told: numbers by their float(), choices by their str(). */
    private static @Nullable Object result(@Nullable PythonValue value, boolean choice) {
        if (value == null || value.kind() == PythonValue.Kind.NONE) {
            return null;
        }
        return choice
                ? value.text()
                : value.number().isPresent() ? (Object) value.number().getAsDouble() : null;
    }

    private String text(PythonValue value) {
        if (rule.data().isChoice() || value.number().isEmpty()) {
            return value.text();
        }
        double number = value.number().getAsDouble();
        return Double.isFinite(number) ? new BigDecimal(number).toPlainString() : "";
    }
}
