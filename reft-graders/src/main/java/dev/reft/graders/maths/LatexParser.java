package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.math3.fraction.BigFraction;
import org.jspecify.annotations.Nullable;

/** Parses the subset of LaTeX in which answers are written. Limited in depth and length. */
final class LatexParser extends LatexScanner {
    /** A longer text is no answer. */
    static final int LONGEST = 1000;

    private static final int DEEPEST = 40;
    private static final int LONGEST_NUMBER = 300;

    /** Plus-minus and mixed numbers are read twice; nested, that would double without end. */
    private static final int MOST_STEPS = 3000;

    private static final Map<String, Node.Sign> SIGNS = Map.ofEntries(
            Map.entry("<=", Node.Sign.LESS_EQUAL),
            Map.entry(">=", Node.Sign.GREATER_EQUAL),
            Map.entry("!=", Node.Sign.UNEQUAL),
            Map.entry("=", Node.Sign.EQUAL),
            Map.entry("<", Node.Sign.LESS),
            Map.entry(">", Node.Sign.GREATER));
    private static final Map<String, Node.Sign> SIGN_COMMANDS = Map.ofEntries(
            Map.entry("le", Node.Sign.LESS_EQUAL),
            Map.entry("leq", Node.Sign.LESS_EQUAL),
            Map.entry("leqslant", Node.Sign.LESS_EQUAL),
            Map.entry("ge", Node.Sign.GREATER_EQUAL),
            Map.entry("geq", Node.Sign.GREATER_EQUAL),
            Map.entry("geqslant", Node.Sign.GREATER_EQUAL),
            Map.entry("ne", Node.Sign.UNEQUAL),
            Map.entry("neq", Node.Sign.UNEQUAL),
            Map.entry("in", Node.Sign.EQUAL),
            Map.entry("equiv", Node.Sign.EQUAL));
    private static final Set<String> GREEK = Set.of(
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "varepsilon",
            "zeta",
            "eta",
            "theta",
            "vartheta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "rho",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "varphi",
            "chi",
            "psi",
            "omega",
            "Gamma",
            "Delta",
            "Theta",
            "Lambda",
            "Xi",
            "Sigma",
            "Upsilon",
            "Phi",
            "Psi",
            "Omega",
            "ell",
            "hbar");
    private static final Set<String> FUNCTIONS = Set.of(
            "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log",
            "lg", "exp", "gcd", "lcm", "max", "min", "det");
    private static final Set<String> PERCENT = Set.of("percent", "percentage", "pct", "%");
    private static final String FUNCTION_LETTERS = "fghFGHPQW";

    private int depth;
    private int steps;
    private boolean minus;
    private boolean signed;

    LatexParser(String text) {
        super(text);
    }

    /** The mathematics of a text that {@link LatexText#plain} made; empty if it is not understood. */
    static Optional<Node> parse(String text) {
        if (text.isBlank() || text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            LatexParser parser = new LatexParser(text);
            Node node = parser.list();
            parser.blanks();
            while (parser.peek() == '.' || parser.peek() == ',') {
                parser.at++;
                parser.blanks();
            }
            return parser.atEnd() ? Optional.of(node) : Optional.empty();
        } catch (Unparsable e) {
            return Optional.empty();
        }
    }

    /** Elements with commas, semicolons, "and" or "or" between them, as one node. */
    private Node list() {
        List<Node> elements = elements();
        if (elements.size() == 1) {
            return elements.get(0);
        }
        // "n = 1, 2, 3" names its answers once.
        boolean one = elements.get(0) instanceof Node.Chain chain
                && chain.isEquation()
                && chain.sides().get(0).isName()
                && elements.stream().skip(1).noneMatch(Node.Chain.class::isInstance);
        if (one) {
            Node.Chain chain = (Node.Chain) elements.get(0);
            List<Node> values = new ArrayList<>(elements);
            values.set(0, chain.last());
            return new Node.Chain(List.of(chain.sides().get(0), new Node.SetOf(values)), List.of(Node.Sign.EQUAL));
        }
        return new Node.SetOf(elements);
    }

    private List<Node> elements() {
        deeper();
        List<Node> elements = new ArrayList<>();
        do {
            element(elements);
        } while (separator());
        depth--;
        return elements;
    }

    private void deeper() {
        if (++depth > DEEPEST || ++steps > MOST_STEPS) {
            throw new Unparsable("deeper than " + DEEPEST + " or longer than " + MOST_STEPS + " steps");
        }
    }

    /** One element, or two where it holds a plus-minus. */
    private void element(List<Node> elements) {
        int start = at;
        boolean outerMinus = minus;
        boolean outerSigned = signed;
        minus = false;
        signed = false;
        Node plus = relation();
        elements.add(plus);
        if (signed) {
            int end = at;
            at = start;
            minus = true;
            elements.add(relation());
            at = end;
        }
        minus = outerMinus;
        signed = outerSigned;
    }

    private boolean separator() {
        boolean found = false;
        while (true) {
            blanks();
            Optional<String> word = textHere();
            String text = word.map(w -> w.toLowerCase(Locale.ROOT)).orElse("");
            if (peek() == ',' || peek() == ';') {
                at++;
                // A comma that ends the answer separates nothing.
                if (atEnd()) {
                    at--;
                    return false;
                }
            } else if (text.equals("and")
                    || text.equals("or")
                    || text.equals(", and")
                    || text.equals(", or")
                    || text.equals(",")) {
                at = end;
            } else if (word().equals("and") || word().equals("or")) {
                at += word().length();
            } else if (takeCommand("lor") || takeCommand("vee")) {
                found = true;
                continue;
            } else {
                return found;
            }
            found = true;
        }
    }

    private Node relation() {
        List<Node> sides = new ArrayList<>();
        List<Node.Sign> signs = new ArrayList<>();
        sides.add(sets());
        while (true) {
            blanks();
            int start = at;
            if (takeCommand("approx") || takeCommand("simeq") || takeCommand("sim") || take("~=")) {
                Node approximate = sets();
                if (sides.size() == 1 && sides.get(0).isName()) {
                    return approximate;
                }
                continue;
            }
            Node.Sign sign = sign();
            if (sign == null) {
                at = start;
                break;
            }
            signs.add(sign);
            sides.add(sets());
        }
        return signs.isEmpty() ? sides.get(0) : new Node.Chain(sides, signs);
    }

    private Node.@Nullable Sign sign() {
        Node.Sign command = SIGN_COMMANDS.get(command());
        if (command != null) {
            at += 1 + command().length();
            return command;
        }
        for (String sign : List.of("<=", ">=", "!=", "==", "=", "<", ">")) {
            if (take(sign)) {
                return SIGNS.getOrDefault(sign, Node.Sign.EQUAL);
            }
        }
        return null;
    }

    private Node sets() {
        Node left = sum();
        while (true) {
            blanks();
            char op = takeCommand("cup")
                    ? 'u'
                    : takeCommand("cap") ? 'n' : takeCommand("setminus") || takeCommand("backslash") ? '\\' : ' ';
            if (op == ' ') {
                return left;
            }
            left = new Node.Joined(op, left, sum());
        }
    }

    private Node sum() {
        List<Node> terms = new ArrayList<>();
        blanks();
        terms.add(product());
        while (true) {
            blanks();
            if (peek() == '+') {
                at++;
                terms.add(product());
            } else if (peek() == '-') {
                at++;
                terms.add(Grids.negate(product()));
            } else if (command().equals("pm") || command().equals("mp")) {
                boolean negative = command().equals("mp") != minus;
                at += 3;
                signed = true;
                Node term = product();
                terms.add(negative ? Grids.negate(term) : term);
            } else {
                return terms.size() == 1 ? terms.get(0) : Grids.add(terms);
            }
        }
    }

    private Node product() {
        blanks();
        if (peek() == '-') {
            at++;
            return Grids.negate(product());
        }
        if (peek() == '+') {
            at++;
            return product();
        }
        if (command().equals("pm") || command().equals("mp")) {
            boolean negative = command().equals("mp") != minus;
            at += 3;
            signed = true;
            Node term = product();
            return negative ? Grids.negate(term) : term;
        }
        List<Node> factors = new ArrayList<>();
        factors.add(power());
        while (true) {
            blanks();
            Optional<String> unit = textHere();
            if (peek() == '*'
                    || command().equals("cdot")
                    || command().equals("times")
                    || command().equals("ast")) {
                at += peek() == '*' ? 1 : 1 + command().length();
                factors.add(signedPower());
            } else if (peek() == '/' || peek() == ':' || command().equals("div")) {
                at += peek() == '\\' ? 4 : 1;
                Node bottom = signedPower();
                Node top = Grids.multiply(factors);
                factors.clear();
                factors.add(new Node.Op("/", top, bottom));
            } else if (takeCommand("pmod") || takeCommand("bmod") || takeCommand("mod")) {
                // The modulus of a congruence says where the answer lives, not what it is.
                power();
            } else if (unit.isPresent() && isUnit(unit.get())) {
                at = end;
                if (PERCENT.contains(unit.get())) {
                    factors.set(factors.size() - 1, percent(factors.get(factors.size() - 1)));
                } else {
                    skipUnitPower();
                }
            } else if (startsFactor()) {
                factors.add(power());
            } else {
                return Grids.multiply(factors);
            }
        }
    }

    private static boolean isUnit(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return !lower.equals("and") && !lower.equals("or") && !lower.startsWith(",");
    }

    private void skipUnitPower() {
        blanks();
        if (peek() == '^') {
            at++;
            argument();
        }
    }

    private Node signedPower() {
        blanks();
        if (peek() == '-') {
            at++;
            return Grids.negate(signedPower());
        }
        return power();
    }

    private boolean startsFactor() {
        char c = peek();
        if (c == '\\') {
            String name = command();
            return name.isEmpty()
                    ? peek(1) == '{' || peek(1) == '|'
                    : Commands.startsFactor(name) || GREEK.contains(name) || FUNCTIONS.contains(name);
        }
        return LatexText.isLetter(c) && !word().equals("and") && !word().equals("or")
                || isDigit(0)
                || c == '('
                || c == '['
                || c == '{'
                || c == '.' && isDigit(1);
    }

    private Node power() {
        deeper();
        blanks();
        Node node = atom();
        while (true) {
            blanks();
            if (peek() == '^') {
                at++;
                blanks();
                if (!degrees()) {
                    node = primes()
                            ? new Node.Op("'", node)
                            : new Node.Op("^", node, peek() == '(' ? atom() : argument());
                }
            } else if (peek() == '!' && peek(1) != '=') {
                at++;
                node = new Node.Op("!", node);
            } else if (peek() == '\'') {
                at++;
                node = new Node.Op("'", node);
            } else if (peek() == '%' || peek() == '\\' && peek(1) == '%') {
                at += peek() == '%' ? 1 : 2;
                node = percent(node);
            } else if (takeCommand("degree") || takeCommand("circ")) {
                blanks();
            } else if (peek() == '_' && !(node instanceof Node.Sym)) {
                // The base of a numeral is named by the question as well.
                at++;
                argument();
            } else {
                depth--;
                return node;
            }
        }
    }

    static Node percent(Node node) {
        return node instanceof Node.Num num
                ? new Node.Num(num.value().divide(100), num.decimal())
                : new Node.Op("/", node, Node.Num.of(100));
    }

    /** Degrees are a unit: {@code ^\circ} and {@code ^{\circ}}. */
    private boolean degrees() {
        return take("\\circ") || take("{\\circ}") || take("{\\circ }") || take("\\degree");
    }

    private boolean primes() {
        return takeCommand("prime") || take("{\\prime}");
    }

    /** What a command or a power takes: braces, or one digit, letter or command. */
    private Node argument() {
        deeper();
        Node argument = argumentInside();
        depth--;
        return argument;
    }

    private Node argumentInside() {
        blanks();
        if (peek() == '{') {
            return group();
        }
        if (isDigit(0)) {
            at++;
            return Node.Num.of(text.charAt(at - 1) - '0');
        }
        if (peek() == '-') {
            at++;
            return Grids.negate(argument());
        }
        if (LatexText.isLetter(peek())) {
            at++;
            return symbol(String.valueOf(text.charAt(at - 1)), false);
        }
        return atom();
    }

    /** Braces: a group, or a set if they hold more than one element. */
    private Node group() {
        expect("{");
        Node inside = list();
        expect("}");
        return inside;
    }

    private Node atom() {
        char c = peek();
        if (isDigit(0) || c == '.' && isDigit(1)) {
            return number();
        }
        if (LatexText.isLetter(c)) {
            return letter();
        }
        return switch (c) {
            case '(' -> bracketed(true);
            case '[' -> bracketed(false);
            case '{' -> group();
            case '|' -> bars("|");
            case '\\' -> Commands.parse(this);
            default -> throw new Unparsable("'" + c + "' at " + at);
        };
    }

    private Node bracketed(boolean lowOpen) {
        at++;
        int start = at;
        List<Node> elements = elements();
        boolean semicolons = text.substring(start, at).indexOf(';') >= 0;
        blanks();
        boolean highOpen = peek() == ')';
        if (!highOpen && peek() != ']') {
            throw new Unparsable("a bracket is never closed");
        }
        at++;
        if (elements.size() == 1) {
            return elements.get(0);
        }
        return elements.size() == 2 && !semicolons
                ? new Node.Span(elements.get(0), elements.get(1), lowOpen, highOpen)
                : new Node.Tuple(elements);
    }

    Node bars(String bar) {
        at += bar.length();
        Node inside = sum();
        expect(bar);
        return new Node.Op("abs", inside);
    }

    /** {@code \{ ... \}}: a set. */
    Node set() {
        at += 2;
        blanks();
        List<Node> elements = take("\\}") ? List.of() : elements();
        if (!elements.isEmpty()) {
            expect("\\}");
        }
        return new Node.SetOf(elements);
    }

    private Node letter() {
        String word = word();
        if (word.startsWith("sqrt")) {
            at += 4;
            return Commands.root(this);
        }
        for (String name : List.of(
                "arcsin", "arccos", "arctan", "sin", "cos", "tan", "log", "ln", "exp", "infinity", "inf", "pi")) {
            if (word.equals(name)) {
                at += name.length();
                return name.startsWith("inf")
                        ? new Node.Sym(Node.INFINITY, false)
                        : name.equals("pi") ? new Node.Sym("pi", false) : Commands.function(this, name);
            }
        }
        at++;
        String name = word.substring(0, 1);
        if (peek() == '(' && FUNCTION_LETTERS.contains(name)) {
            at++;
            List<Node> args = elements();
            expect(")");
            return new Node.Op("f:" + name, args);
        }
        return symbol(name, false);
    }

    /** A variable with its subscript, which is part of its name. */
    Node symbol(String name, boolean word) {
        StringBuilder full = new StringBuilder(name.toLowerCase(Locale.ROOT));
        if (peek() == '_') {
            at++;
            blanks();
            String subscript = peek() == '{' ? braces() : text.substring(at, Math.min(text.length(), ++at));
            full.append('_').append(String.join("", PythonText.split(subscript)).toLowerCase(Locale.ROOT));
        }
        return new Node.Sym(full.toString(), word || full.indexOf("_") > 0);
    }

    private Node number() {
        StringBuilder digits = new StringBuilder();
        int whole = at;
        digits(digits);
        boolean decimal = false;
        if (at - whole <= 3) {
            thousands(digits, whole);
        }
        boolean comma = depth <= 2 && peek() == ',' && digits.toString().equals("0") && isDigit(1);
        if (peek() == '.' && isDigit(1) || comma) {
            at++;
            digits.append('.');
            digits(digits);
            decimal = true;
        } else if (peek() == '.'
                && at + 1 < text.length()
                && digits.length() > 0
                && !PythonText.isSpace(peek(1))
                && peek(1) != '}'
                && peek(1) != ')') {
            at++;
        }
        if (digits.length() > LONGEST_NUMBER) {
            throw new Unparsable("a number of " + digits.length() + " digits");
        }
        Node.Num number = new Node.Num(Numbers.exact(digits.toString()), decimal);
        return mixed(number);
    }

    private void digits(StringBuilder out) {
        while (isDigit(0)) {
            out.append(peek());
            at++;
        }
    }

    /** Groups of three behind commas, unless within brackets, where commas separate; or behind thin blanks. */
    private void thousands(StringBuilder out, int start) {
        while (at > start
                && (peek() == ',' && depth <= 2 || peek() == ' ')
                && isDigit(1)
                && isDigit(2)
                && isDigit(3)
                && !isDigit(4)) {
            at++;
            digits(out);
        }
    }

    /** {@code 2\frac{1}{2}} and {@code 7 3/4} are mixed numbers. */
    private Node mixed(Node.Num number) {
        int start = at;
        blanks();
        if (!number.decimal() && command().equals("frac")) {
            int behind = at;
            Node fraction = Commands.parse(this);
            if (fraction instanceof Node.Op op && op.args().stream().allMatch(Node.Num.class::isInstance)) {
                return new Node.Op("+", number, fraction);
            }
            at = behind;
        }
        if (!number.decimal() && at > start && isDigit(0)) {
            StringBuilder top = new StringBuilder();
            StringBuilder bottom = new StringBuilder();
            digits(top);
            if (peek() == '/' && isDigit(1)) {
                at++;
                digits(bottom);
                BigFraction divisor = Numbers.exact(bottom.toString());
                if (!divisor.equals(BigFraction.ZERO)) {
                    return new Node.Num(
                            number.value().add(Numbers.exact(top.toString()).divide(divisor)), false);
                }
            }
            throw new Unparsable("two numbers side by side at " + at);
        }
        at = start;
        return number;
    }

    Node sumHere() {
        return sum();
    }

    Node powerHere() {
        return power();
    }

    Node productHere() {
        return product();
    }

    Node argumentHere() {
        return argument();
    }

    Node listHere() {
        return list();
    }

    List<Node> elementsHere() {
        return elements();
    }

    static boolean isGreek(String name) {
        return GREEK.contains(name);
    }

    static boolean isFunction(String name) {
        return FUNCTIONS.contains(name);
    }
}
