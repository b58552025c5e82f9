package dev.reft.graders;

import java.util.List;

/** What the published ReFT code makes of a program before it runs it (P-CoT, src/python_engine.py). */
public final class ReftProgram {
    private ReftProgram() {}

    /**
     * The program to run: two imports are put before it, {@code sys.exit} becomes {@code print}, and the first blank line
     * ends it, even one within a string.
     *
     * @param program what the model wrote, from {@code def solution} on
     * @return the source whose {@code solution()} is the answer
     */
    public static String source(String program) {
        return source(program, List.of("math", "sympy"));
    }

    /**
     * The program to run, with other imports: not every interpreter has sympy, and few programs need it.
     *
     * @param program what the model wrote, from {@code def solution} on
     * @param imports modules to import before it
     * @return the source whose {@code solution()} is the answer
     */
    public static String source(String program, List<String> imports) {
        StringBuilder source = new StringBuilder();
        for (String module : imports) {
            source.append(source.isEmpty() ? "" : "\n").append("import ").append(module);
        }
        for (String line : program.replace("sys.exit", "print").split("\n", -1)) {
            if (PythonText.strip(line).isEmpty()) {
                break;
            }
            source.append(source.isEmpty() ? "" : "\n").append(line);
        }
        return source.toString();
    }
}
