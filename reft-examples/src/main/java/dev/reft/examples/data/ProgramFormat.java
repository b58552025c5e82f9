package dev.reft.examples.data;

import dev.reft.grading.Prompt;
import java.util.Map;

/**
 * How a problem becomes text where its chain of thought is a program (P-CoT): the prompt of the ReFT paper's published code ends within the
 * program, after its head and the question as its documentation, and the model goes on with the body.
 */
public final class ProgramFormat {
    private static final String BEFORE = "Question:\n";
    private static final String AFTER = "\nAnswer reasoning:\n";
    private static final String HEAD = "def solution():\n    \"\"\"";
    private static final String END = "\"\"\"\n";

    private ProgramFormat() {}

    /**
     * What the model reads.
     *
     * @param problem the problem
     * @return a text prompt with the right answer as reference and the kind as attribute {@code kind}
     */
    public static Prompt prompt(Problem problem) {
        String text = BEFORE + problem.question() + AFTER + HEAD + problem.question() + END;
        return new Prompt(problem.id(), new Prompt.Input.Text(text), problem.answer(), Map.of("kind", problem.kind()));
    }

    /**
     * What the model is taught to write: the program's body.
     *
     * @param problem a problem whose chain of thought is a program
     * @return the body, lines indented
     * @throws IllegalArgumentException naming the problem, if its chain does not begin as a program's does
     */
    public static String target(Problem problem) {
        String program = problem.chain();
        int end = program.startsWith(HEAD) ? program.indexOf(END, HEAD.length()) : -1;
        String body = end < 0 ? "" : program.substring(end + END.length());
        if (body.isBlank()) {
            throw new IllegalArgumentException("problem '" + problem.id() + "': its chain of thought must be a program"
                    + " that begins with 'def solution():' and the question as its documentation, found '"
                    + program.substring(0, Math.min(80, program.length())) + "'");
        }
        return body;
    }
}
