package dev.reft.graders.maths;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.math3.fraction.BigFraction;

/**
 * Whether an answer means what the reference means. Not symmetric: an answer may be an equation for the reference's number, but not
 * the other way round, so that repeating the question's equation is no answer.
 */
final class Equality {
    private static final int POINTS = 6;
    private static final int ENOUGH_POINTS = 2;
    private static final int MOST_ELEMENTS = 64;

    private final Equivalence rule;

    Equality(Equivalence rule) {
        this.rule = rule;
    }

    boolean equal(Node reference, Node answer) {
        Node right = shortened(reference);
        Node given = shortened(rule.strict() ? answer : renamed(answer, reference));
        if (isEquation(given) && !isEquation(right)) {
            given = ((Node.Chain) given).last();
        } else if (isAssignment(right) && !isEquation(given)) {
            right = ((Node.Chain) right).last();
        }
        if (right.equals(given)) {
            return true;
        }
        if (right instanceof Node.Chain a && given instanceof Node.Chain b) {
            return chains(a, b);
        }
        if (right instanceof Node.Chain || given instanceof Node.Chain) {
            return relationAndSet(right, given);
        }
        if ((Regions.isReals(right) && given.isCollection()) || (Regions.isReals(given) && right.isCollection())) {
            return sameRegion(Regions.of(right), Regions.of(given));
        }
        if (right.isCollection() || given.isCollection()) {
            return collections(right, given);
        }
        if (right instanceof Node.Grid a && given instanceof Node.Grid b) {
            return a.rows().size() == b.rows().size()
                    && a.rows().get(0).size() == b.rows().get(0).size()
                    && inOrder(a.children(), b.children());
        }
        return scalars(right, given);
    }

    private static boolean isEquation(Node node) {
        return node instanceof Node.Chain chain && chain.isEquation();
    }

    private static boolean isAssignment(Node node) {
        return node instanceof Node.Chain chain
                && chain.isEquation()
                && chain.sides().get(0).isName();
    }

    /** {@code x = 5 + 5 = 10} says {@code x = 10}. */
    private static Node shortened(Node node) {
        return node instanceof Node.Chain chain
                        && isAssignment(chain)
                        && chain.sides().size() > 2
                ? new Node.Chain(List.of(chain.sides().get(0), chain.last()), List.of(Node.Sign.EQUAL))
                : node;
    }

    /** The answer with the reference's variables, by their order in the alphabet. */
    private static Node renamed(Node answer, Node reference) {
        List<String> from = List.copyOf(answer.variables());
        List<String> to = List.copyOf(reference.variables());
        if (from.size() != to.size()) {
            return answer;
        }
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < from.size(); i++) {
            names.put(from.get(i), to.get(i));
        }
        return rename(answer, names);
    }

    private static Node rename(Node node, Map<String, String> names) {
        if (node instanceof Node.Sym sym) {
            return new Node.Sym(names.getOrDefault(sym.name(), sym.name()), sym.word());
        }
        if (node instanceof Node.Op op) {
            return new Node.Op(
                    op.name(), op.args().stream().map(arg -> rename(arg, names)).toList());
        }
        return node;
    }

    private boolean relationAndSet(Node right, Node given) {
        if (right instanceof Node.Chain chain && (given.isCollection() || Regions.isReals(given))) {
            return sameRegion(Regions.of(chain), Regions.of(given));
        }
        return rule.setsForRelations()
                && given instanceof Node.Chain chain
                && (right.isCollection() || Regions.isReals(right))
                && sameRegion(Regions.of(right), Regions.of(chain));
    }

    private static boolean sameRegion(Optional<List<Regions.Piece>> a, Optional<List<Regions.Piece>> b) {
        return a.isPresent() && b.isPresent() && Regions.same(a.get(), b.get());
    }

    private boolean chains(Node.Chain right, Node.Chain given) {
        int count = right.signs().size();
        if (given.signs().size() != count) {
            return false;
        }
        boolean forward = true;
        boolean backward = true;
        for (int i = 0; i < count; i++) {
            forward &= relations(right, i, given, i);
            backward &= relations(right, i, given, count - 1 - i);
        }
        return forward || backward;
    }

    private boolean relations(Node.Chain right, int i, Node.Chain given, int j) {
        Node.Sign sign = forward(right.signs().get(i));
        if (sign != forward(given.signs().get(j))) {
            return false;
        }
        boolean flipRight = sign != right.signs().get(i);
        boolean flipGiven = sign != given.signs().get(j);
        Node a = right.sides().get(flipRight ? i + 1 : i);
        Node b = right.sides().get(flipRight ? i : i + 1);
        Node c = given.sides().get(flipGiven ? j + 1 : j);
        Node d = given.sides().get(flipGiven ? j : j + 1);
        if (equal(a, c) && equal(b, d)) {
            return true;
        }
        boolean ordered = sign == Node.Sign.LESS || sign == Node.Sign.LESS_EQUAL;
        if (!ordered && equal(a, d) && equal(b, c)) {
            return true;
        }
        return List.of(a, b, c, d).stream()
                        .noneMatch(
                                side -> side.isCollection() || side instanceof Node.Chain || side instanceof Node.Grid)
                && proportional(new Node.Op("+", a, Grids.negate(b)), new Node.Op("+", c, Grids.negate(d)), ordered);
    }

    private static Node.Sign forward(Node.Sign sign) {
        return switch (sign) {
            case GREATER -> Node.Sign.LESS;
            case GREATER_EQUAL -> Node.Sign.LESS_EQUAL;
            default -> sign;
        };
    }

    /** Whether one is the other times a number other than 0, greater than 0 if asked for: then both vanish together. */
    private static boolean proportional(Node right, Node given, boolean positive) {
        Set<String> names = names(right, given);
        if (names.isEmpty()) {
            return false;
        }
        Value ratio = null;
        int points = 0;
        for (int i = 0; i < POINTS; i++) {
            Evaluator at = new Evaluator(point(names, i));
            Value a = at.value(right);
            Value b = at.value(given);
            if (!a.isDefined() || !b.isDefined()) {
                continue;
            }
            if (a.sign() == 0 || b.sign() == 0) {
                return false;
            }
            Value next = b.over(a);
            if (ratio != null && !ratio.equal(next)) {
                return false;
            }
            ratio = next;
            points++;
        }
        return points >= ENOUGH_POINTS && ratio != null && (!positive || ratio.sign() > 0);
    }

    private boolean collections(Node right, Node given) {
        if (right instanceof Node.Span a && given instanceof Node.Span b) {
            return a.lowOpen() == b.lowOpen()
                    && a.highOpen() == b.highOpen()
                    && equal(a.low(), b.low())
                    && equal(a.high(), b.high());
        }
        if (right instanceof Node.Joined || given instanceof Node.Joined) {
            return sameRegion(Regions.of(asSet(right)), Regions.of(asSet(given))) || joined(right, given);
        }
        List<Node> expected = elements(right);
        List<Node> found = elements(given);
        if (expected.isEmpty() || found.isEmpty() || isHalfOpen(right) || isHalfOpen(given)) {
            return false;
        }
        // A reference in order wants its order; one without takes any.
        boolean anyOrder = right instanceof Node.SetOf || !right.isCollection();
        return anyOrder ? matched(distinct(expected), distinct(found)) : inOrder(expected, found);
    }

    private boolean joined(Node right, Node given) {
        if (!(right instanceof Node.Joined a) || !(given instanceof Node.Joined b) || a.op() != b.op()) {
            return false;
        }
        return (equal(a.left(), b.left()) && equal(a.right(), b.right()))
                || (a.op() != '\\' && equal(a.left(), b.right()) && equal(a.right(), b.left()));
    }

    private static Node asSet(Node node) {
        return node.isCollection() || node instanceof Node.Sym ? node : new Node.SetOf(List.of(node));
    }

    private static boolean isHalfOpen(Node node) {
        return node instanceof Node.Span span && !span.isOpen();
    }

    private static List<Node> elements(Node node) {
        return node.isCollection() ? node.children() : List.of(node);
    }

    private List<Node> distinct(List<Node> elements) {
        List<Node> distinct = new ArrayList<>();
        for (Node element : elements) {
            if (elements.size() > MOST_ELEMENTS
                    || distinct.stream().noneMatch(known -> known.equals(element) || equal(known, element))) {
                distinct.add(element);
            }
        }
        return distinct;
    }

    private boolean inOrder(List<Node> right, List<Node> given) {
        if (right.size() != given.size()) {
            return false;
        }
        for (int i = 0; i < right.size(); i++) {
            if (!equal(right.get(i), given.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean matched(List<Node> right, List<Node> given) {
        if (right.size() != given.size()) {
            return false;
        }
        if (right.size() > MOST_ELEMENTS) {
            return inOrder(right, given);
        }
        List<Node> left = new ArrayList<>(given);
        for (Node element : right) {
            int at = 0;
            while (at < left.size() && !equal(element, left.get(at))) {
                at++;
            }
            if (at == left.size()) {
                return false;
            }
            left.remove(at);
        }
        return true;
    }

    private boolean scalars(Node right, Node given) {
        if (right instanceof Node.Sym || given instanceof Node.Sym) {
            String a = letters(right);
            if (!a.isEmpty() && a.equals(letters(given))) {
                return true;
            }
        }
        Set<String> names = names(right, given);
        if (!names.isEmpty() && identical(right, given, names)) {
            return true;
        }
        if (!names.isEmpty()) {
            return rule.imaginaryUnit() && names.contains(Complex.UNIT) && identicalComplex(right, given, names);
        }
        Value a = new Evaluator(Map.of()).value(right);
        Value b = new Evaluator(Map.of()).value(given);
        return (right.isDecimal() || given.isDecimal()) ? a.equalRounded(b, rule.decimals()) : a.equal(b);
    }

    /** The letters of a word, or of a product of variables, as words without a text command are read. */
    private static String letters(Node node) {
        if (node instanceof Node.Sym sym) {
            return sym.name();
        }
        if (node instanceof Node.Op op
                && op.name().equals("*")
                && op.args().stream().allMatch(Node.Sym.class::isInstance)) {
            StringBuilder word = new StringBuilder();
            op.args().forEach(arg -> word.append(((Node.Sym) arg).name()));
            return word.toString();
        }
        return "";
    }

    /** Equal at every point at which both have a value. */
    private static boolean identical(Node right, Node given, Set<String> names) {
        int points = 0;
        for (int i = 0; i < POINTS; i++) {
            Evaluator at = new Evaluator(point(names, i));
            Value a = at.value(right);
            Value b = at.value(given);
            if (a.isDefined() && b.isDefined()) {
                if (!a.equal(b)) {
                    return false;
                }
                points++;
            }
        }
        return points >= ENOUGH_POINTS;
    }

    /** The same with i as the imaginary unit. */
    private static boolean identicalComplex(Node right, Node given, Set<String> names) {
        Set<String> others = new TreeSet<>(names);
        others.remove(Complex.UNIT);
        int wanted = others.isEmpty() ? 1 : POINTS;
        int points = 0;
        for (int i = 0; i < wanted; i++) {
            Complex.At at = new Complex.At(point(others, i));
            Complex a = at.value(right);
            Complex b = at.value(given);
            if (a.isDefined() && b.isDefined()) {
                if (!a.equal(b)) {
                    return false;
                }
                points++;
            }
        }
        return points >= Math.min(wanted, ENOUGH_POINTS);
    }

    private static Set<String> names(Node right, Node given) {
        Set<String> names = new TreeSet<>(right.variables());
        names.addAll(given.variables());
        return names;
    }

    /** Always the same numbers for a name: small and large ones, some below zero. */
    private static Map<String, BigFraction> point(Set<String> names, int index) {
        Map<String, BigFraction> point = new HashMap<>();
        for (String name : names) {
            long hash = name.hashCode() * 0x9E3779B97F4A7C15L + (index + 1) * 0xBF58476D1CE4E5B9L;
            hash = (hash ^ (hash >>> 31)) * 0x94D049BB133111EBL;
            int numerator = 211 + (int) Math.floorMod(hash ^ (hash >>> 29), 1801L);
            int scale = index < 3 ? 1 : index == 3 ? 7 : -1;
            point.put(name, new BigFraction(numerator * scale, 997));
        }
        return point;
    }
}
