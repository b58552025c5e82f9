package dev.reft.graders.maths;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses the subset of LaTeX in which answers are written. Limited in depth and length. */
final class LatexParser extends LatexScanner {
    /** A longer text is no answer. */
    static final int LONGEST = 1000;

    private static final int DEEPEST = 40;

    /** Plus-minus and mixed numbers are read twice; nested, that would double without end. */
    private static final int MOST_STEPS = 3000;

    private static final Set<String> PERCENT = Set.of("percent", "percentage", "pct", "%");

    int depth;

    /** How many integrals the place is in: there a "dx" ends what a function is applied to. */
    int integrals;

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
    Node list() {
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

    List<Node> elements() {
        deeper();
        List<Node> elements = new ArrayList<>();
        do {
            element(elements);
        } while (Separators.take(this));
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
            Node.Sign sign = Signs.take(this);
            if (sign == null) {
                at = start;
                break;
            }
            signs.add(sign);
            sides.add(sets());
        }
        return signs.isEmpty() ? sides.get(0) : new Node.Chain(sides, signs);
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

    Node sum() {
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

    Node product() {
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
        while (factor(factors)) {
            blanks();
        }
        return Grids.multiply(factors);
    }

    /** Takes one more factor, divisor or unit; false if none follows. */
    private boolean factor(List<Node> factors) {
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
        } else if (unit.isPresent() && !Separators.isWord(unit.get())) {
            unit(unit.get(), factors);
        } else if (startsFactor()) {
            factors.add(power());
        } else {
            return false;
        }
        return true;
    }

    /** Passes over a unit and its power; percent is no unit. */
    private void unit(String word, List<Node> factors) {
        at = end;
        if (PERCENT.contains(word)) {
            factors.set(factors.size() - 1, percent(factors.get(factors.size() - 1)));
            return;
        }
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
                    : Commands.startsFactor(name) || Names.isGreek(name) || Names.isFunction(name);
        }
        return (LatexText.isLetter(c) && !word().equals("and") && !word().equals("or"))
                || isDigit(0)
                || c == '('
                || c == '['
                || c == '{'
                || (c == '.' && isDigit(1));
    }

    Node power() {
        deeper();
        blanks();
        Node node = atom();
        while (true) {
            blanks();
            if (peek() == '^') {
                at++;
                blanks();
                if (!takeDegrees()) {
                    node = takePrimes()
                            ? new Node.Op("'", node)
                            : new Node.Op("^", node, peek() == '(' ? atom() : argument());
                }
            } else if (peek() == '!' && peek(1) != '=') {
                at++;
                node = new Node.Op("!", node);
            } else if (peek() == '\'') {
                at++;
                node = new Node.Op("'", node);
            } else if (peek() == '%' || (peek() == '\\' && peek(1) == '%')) {
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

    /** What a command or a power takes: braces, or one digit, letter or command. */
    Node argument() {
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
            return Names.symbol(this, String.valueOf(text.charAt(at - 1)), false);
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

    Node atom() {
        char c = peek();
        if (isDigit(0) || (c == '.' && isDigit(1))) {
            return Numerals.parse(this);
        }
        if (LatexText.isLetter(c)) {
            return Names.letter(this);
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
}
