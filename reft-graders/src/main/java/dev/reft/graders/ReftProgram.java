package dev.reft.graders;

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
        StringBuilder source = new StringBuilder("import math\nimport sympy");
        for (String line : program.replace("sys.exit", "print").split("\n", -1)) {
            if (PythonText.strip(line).isEmpty()) {
                break;
            }
            source.append('\n').append(line);
        }
        return source.toString();
    }
}
