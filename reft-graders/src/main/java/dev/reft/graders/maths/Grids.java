package dev.reft.graders.maths;

import java.util.ArrayList;
import java.util.List;

/** Sums and products in which matrices are worked out at once, entry by entry. */
final class Grids {
    private static final int LARGEST = 12;

    private Grids() {}

    static Node negate(Node node) {
        if (node instanceof Node.Num num) {
            return new Node.Num(num.value().negate(), num.decimal());
        }
        if (node instanceof Node.Grid grid) {
            return new Node.Grid(grid.rows().stream()
                    .map(row -> row.stream().map(Grids::negate).toList())
                    .toList());
        }
        return node.isCollection() ? new Node.Op("neg:set", node) : new Node.Op("neg", node);
    }

    static Node add(List<Node> terms) {
        if (terms.stream().allMatch(Node.Grid.class::isInstance)) {
            Node total = terms.get(0);
            for (Node term : terms.subList(1, terms.size())) {
                total = add((Node.Grid) total, (Node.Grid) term);
            }
            return total;
        }
        return new Node.Op("+", terms);
    }

    private static Node add(Node.Grid a, Node.Grid b) {
        List<List<Node>> rows = new ArrayList<>();
        if (a.rows().size() != b.rows().size()
                || a.rows().get(0).size() != b.rows().get(0).size()) {
            throw new LatexScanner.Unparsable("matrices of other sizes are added");
        }
        for (int i = 0; i < a.rows().size(); i++) {
            List<Node> row = new ArrayList<>();
            for (int j = 0; j < a.rows().get(i).size(); j++) {
                row.add(new Node.Op("+", a.rows().get(i).get(j), b.rows().get(i).get(j)));
            }
            rows.add(row);
        }
        return new Node.Grid(rows);
    }

    static Node multiply(List<Node> factors) {
        if (factors.size() == 1) {
            return factors.get(0);
        }
        if (factors.stream().noneMatch(Node.Grid.class::isInstance)) {
            return new Node.Op("*", List.copyOf(factors));
        }
        Node total = factors.get(0);
        for (Node factor : factors.subList(1, factors.size())) {
            if (total instanceof Node.Grid a && factor instanceof Node.Grid b) {
                total = multiply(a, b);
            } else if (total instanceof Node.Grid grid) {
                total = scale(grid, factor);
            } else if (factor instanceof Node.Grid grid) {
                total = scale(grid, total);
            } else {
                total = new Node.Op("*", total, factor);
            }
        }
        return total;
    }

    private static Node scale(Node.Grid grid, Node factor) {
        return new Node.Grid(grid.rows().stream()
                .map(row -> row.stream()
                        .<Node>map(entry -> new Node.Op("*", factor, entry))
                        .toList())
                .toList());
    }

    private static Node multiply(Node.Grid a, Node.Grid b) {
        int inner = b.rows().size();
        if (a.rows().get(0).size() != inner
                || a.rows().size() > LARGEST
                || inner > LARGEST
                || b.rows().get(0).size() > LARGEST) {
            throw new LatexScanner.Unparsable("matrices that do not fit are multiplied");
        }
        List<List<Node>> rows = new ArrayList<>();
        for (List<Node> left : a.rows()) {
            List<Node> row = new ArrayList<>();
            for (int j = 0; j < b.rows().get(0).size(); j++) {
                List<Node> terms = new ArrayList<>();
                for (int k = 0; k < inner; k++) {
                    terms.add(new Node.Op("*", left.get(k), b.rows().get(k).get(j)));
                }
                row.add(new Node.Op("+", terms));
            }
            rows.add(row);
        }
        return new Node.Grid(rows);
    }
}
