package dev.reft.graders.maths;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The LaTeX commands that stand for a value. */
final class Commands {
    private static final Set<String> OTHERS = Set.of(
            "frac",
            "sqrt",
            "pi",
            "infty",
            "text",
            "boxed",
            "fbox",
            "binom",
            "dbinom",
            "tbinom",
            "sum",
            "prod",
            "int",
            "lim",
            "lfloor",
            "lceil",
            "begin",
            "emptyset",
            "varnothing",
            "mathbb",
            "overline",
            "vec",
            "hat",
            "bar",
            "overrightarrow",
            "angle",
            "mathcal",
            "mathsf",
            "langle");

    private static final Map<String, String> SETS =
            Map.of("R", "reals", "Z", "integers", "N", "naturals", "Q", "rationals", "C", "complex");

    private Commands() {}

    static boolean startsFactor(String name) {
        return OTHERS.contains(name) && !name.equals("text");
    }

    /** The value that starts with the command here. */
    static Node parse(LatexParser in) {
        String name = in.command();
        if (name.isEmpty()) {
            return switch (in.peek(1)) {
                case '{' -> in.set();
                case '|' -> in.bars("\\|");
                default -> throw new LatexScanner.Unparsable("'\\" + in.peek(1) + "'");
            };
        }
        in.at += 1 + name.length();
        if (Names.isGreek(name)) {
            return Names.symbol(in, name, true);
        }
        if (Names.isFunction(name)) {
            return function(in, name);
        }
        return switch (name) {
            case "frac" -> new Node.Op("/", in.argument(), in.argument());
            case "binom", "dbinom", "tbinom" -> new Node.Op("binom", in.argument(), in.argument());
            case "sqrt" -> root(in);
            case "pi" -> new Node.Sym("pi", false);
            case "infty" -> new Node.Sym(Node.INFINITY, false);
            case "emptyset", "varnothing" -> new Node.SetOf(List.of());
            case "boxed", "fbox" -> in.argument();
            case "text" -> text(in);
            case "mathbb", "mathcal", "mathsf" -> letters(in);
            case "overline", "vec", "hat", "bar", "overrightarrow" -> new Node.Op(name, in.argument());
            case "angle" -> new Node.Op(name, in.product());
            case "sum", "prod" -> series(in, name);
            case "int" -> integral(in);
            case "lim" -> limit(in);
            case "lfloor", "lceil" -> rounded(in, name.substring(1));
            case "langle" -> vector(in);
            case "begin" -> grid(in);
            default -> throw new LatexScanner.Unparsable("\\" + name + " is not known");
        };
    }

    static Node root(LatexParser in) {
        in.blanks();
        if (in.peek() == '[') {
            in.at++;
            Node index = in.sum();
            in.expect("]");
            return new Node.Op("root", in.argument(), index);
        }
        return new Node.Op("root", in.argument(), Node.Num.of(2));
    }

    static Node function(LatexParser in, String name) {
        in.blanks();
        Node base = null;
        if (in.peek() == '_') {
            in.at++;
            base = in.argument();
            in.blanks();
        }
        Node power = null;
        if (in.peek() == '^') {
            in.at++;
            power = in.argument();
            in.blanks();
        }
        List<Node> args = in.peek() == '(' ? bracketed(in) : List.of(unbracketed(in));
        Node value = base != null && name.equals("log")
                ? new Node.Op("log", args.get(0), base)
                : new Node.Op(
                        name.equals("log") ? "ln" : name.equals("lg") ? "log" : name,
                        name.equals("lg") ? List.of(args.get(0), Node.Num.of(10)) : args);
        if (power == null) {
            return value;
        }
        boolean inverse = power instanceof Node.Num num
                && num.value().intValue() == -1
                && Set.of("sin", "cos", "tan").contains(name);
        return inverse ? new Node.Op("arc" + name, args) : new Node.Op("^", value, power);
    }

    private static List<Node> bracketed(LatexParser in) {
        in.at++;
        List<Node> args = in.elements();
        in.expect(")");
        return args;
    }

    /** {@code \sin 2x \cos y}: letters, numbers and constants up to the next function. */
    private static Node unbracketed(LatexParser in) {
        List<Node> factors = new ArrayList<>();
        if (in.peek() == '-') {
            in.at++;
            return Grids.negate(unbracketed(in));
        }
        factors.add(in.power());
        while (true) {
            in.blanks();
            boolean letter = (LatexText.isLetter(in.peek())
                            && !in.word().equals("and")
                            && !in.word().equals("or"))
                    || in.isDigit(0);
            boolean greek = in.command().equals("pi")
                    || Names.isGreek(in.command())
                    || in.command().equals("frac");
            boolean differential =
                    in.integrals > 0 && in.word().length() == 2 && in.word().charAt(0) == 'd';
            if (differential || (!letter && !greek) || (in.word().length() > 2 && Names.isFunction(in.word()))) {
                break;
            }
            factors.add(in.power());
        }
        if (in.peek() == '/' && (in.isDigit(1) || LatexText.isLetter(in.peek(1)))) {
            in.at++;
            return new Node.Op("/", Grids.multiply(factors), in.power());
        }
        return Grids.multiply(factors);
    }

    /** A word; a single letter is a variable of that name, whatever brackets stand around it. */
    private static Node text(LatexParser in) {
        in.blanks();
        String inside = PythonText.strip(in.braces());
        String word =
                inside.startsWith("(") && inside.endsWith(")") ? inside.substring(1, inside.length() - 1) : inside;
        StringBuilder letters = new StringBuilder();
        word.codePoints().filter(Character::isLetterOrDigit).forEach(letters::appendCodePoint);
        if (letters.length() == 0) {
            throw new LatexScanner.Unparsable("a text without letters");
        }
        if (letters.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return LatexParser.parse(word).orElseThrow(() -> new LatexScanner.Unparsable(word));
        }
        return Names.symbol(in, letters.toString(), true);
    }

    private static Node letters(LatexParser in) {
        String name = in.peek() == '{' ? PythonText.strip(in.braces()) : "";
        return new Node.Sym(SETS.getOrDefault(name, PythonCase.lower(name)), true);
    }

    private static Node series(LatexParser in, String name) {
        in.expect("_");
        Node from = in.argument();
        in.expect("^");
        Node to = in.argument();
        Node term = in.product();
        if (from instanceof Node.Chain chain && chain.sides().size() == 2) {
            return new Node.Op(name, chain.sides().get(0), chain.last(), to, term);
        }
        throw new LatexScanner.Unparsable("a series without a first index");
    }

    private static Node integral(LatexParser in) {
        List<Node> parts = new ArrayList<>();
        in.blanks();
        while (in.peek() == '_' || in.peek() == '^') {
            in.at++;
            parts.add(in.argument());
            in.blanks();
        }
        int start = in.at;
        in.integrals++;
        Differential whole = parts.size() == 2 ? Differential.of(in.sum()) : null;
        in.integrals--;
        if (whole != null) {
            return new Node.Op(Node.INTEGRAL, whole.variable(), parts.get(0), parts.get(1), whole.integrand());
        }
        in.at = start;
        // The differential is read as a product of d and the variable, which tells integrals apart as well.
        parts.add(in.product());
        return new Node.Op("f:int", parts);
    }

    private static Node limit(LatexParser in) {
        in.expect("_");
        String to = in.braces().replace("\\rightarrow", "=").replace("\\to", "=");
        Node where = LatexParser.parse(to).orElseThrow(() -> new LatexScanner.Unparsable(to));
        if (where instanceof Node.Chain chain) {
            return new Node.Op(
                    chain.sides().get(0) instanceof Node.Sym ? Node.LIMIT : "f:lim",
                    chain.sides().get(0),
                    chain.last(),
                    in.product());
        }
        throw new LatexScanner.Unparsable("a limit without a point");
    }

    private static Node rounded(LatexParser in, String name) {
        Node inside = in.sum();
        in.expect("\\r" + name);
        return new Node.Op(name, inside);
    }

    private static Node vector(LatexParser in) {
        List<Node> elements = in.elements();
        in.expect("\\rangle");
        return new Node.Tuple(elements);
    }

    private static Node grid(LatexParser in) {
        String kind = in.braces();
        if (!kind.endsWith("matrix") && !kind.equals("array")) {
            throw new LatexScanner.Unparsable("\\begin{" + kind + "} is not known");
        }
        if (kind.equals("array")) {
            in.braces();
        }
        List<List<Node>> rows = new ArrayList<>();
        List<Node> row = new ArrayList<>();
        while (true) {
            in.blanks();
            if (in.take("\\end")) {
                in.braces();
                break;
            }
            if (in.take("\\\\")) {
                rows.add(row);
                row = new ArrayList<>();
            } else if (!in.take("&")) {
                row.add(in.sum());
            }
        }
        if (!row.isEmpty()) {
            rows.add(row);
        }
        int width = rows.isEmpty() ? 0 : rows.get(0).size();
        if (width == 0 || rows.stream().anyMatch(r -> r.size() != width)) {
            throw new LatexScanner.Unparsable("a matrix with rows of other lengths");
        }
        Node.Grid grid = new Node.Grid(rows);
        return kind.equals("vmatrix") ? new Node.Op("f:det", grid.children()) : grid;
    }
}
