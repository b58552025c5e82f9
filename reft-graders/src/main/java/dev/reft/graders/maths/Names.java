package dev.reft.graders.maths;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.List;
import java.util.Set;

/** Letters and words that name variables, constants and functions. */
final class Names {
    private static final Set<String> GREEK =
            words("alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa"
                    + " lambda mu nu xi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon"
                    + " Phi Psi Omega ell hbar");
    private static final Set<String> FUNCTIONS =
            words("sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp gcd lcm max min det");

    /** Functions that are known without their backslash. */
    private static final Set<String> PLAIN = words("arcsin arccos arctan sin cos tan log ln exp");

    /** Letters before a bracket that are functions, not factors. */
    private static final String FUNCTION_LETTERS = "fghFGHPQW";

    private Names() {}

    static Set<String> words(String words) {
        return Set.copyOf(List.of(words.split(" ", -1)));
    }

    static boolean isGreek(String name) {
        return GREEK.contains(name);
    }

    static boolean isFunction(String name) {
        return FUNCTIONS.contains(name);
    }

    /** What the letter that stands here names, with those behind it where they make a known word. */
    static Node letter(LatexParser in) {
        String word = in.word();
        if (word.startsWith("sqrt")) {
            in.at += "sqrt".length();
            return Commands.root(in);
        }
        if (PLAIN.contains(word)) {
            in.at += word.length();
            return Commands.function(in, word);
        }
        if (word.equals("inf") || word.equals("infinity") || word.equals("pi")) {
            in.at += word.length();
            return new Node.Sym(word.equals("pi") ? word : Node.INFINITY, false);
        }
        in.at++;
        String name = word.substring(0, 1);
        if (in.peek() == '(' && FUNCTION_LETTERS.contains(name)) {
            in.at++;
            List<Node> args = in.elements();
            in.expect(")");
            return new Node.Op("f:" + name, args);
        }
        return symbol(in, name, false);
    }

    /** A variable with its subscript, which is part of its name. */
    static Node symbol(LatexParser in, String name, boolean word) {
        StringBuilder full = new StringBuilder(PythonCase.lower(name));
        boolean subscript = in.peek() == '_';
        if (subscript) {
            in.at++;
            in.blanks();
            String index = in.peek() == '{'
                    ? in.braces()
                    : in.text.substring(Math.min(in.at, in.text.length()), Math.min(++in.at, in.text.length()));
            full.append('_').append(PythonCase.lower(String.join("", PythonText.split(index))));
        }
        return new Node.Sym(full.toString(), word || subscript);
    }
}
