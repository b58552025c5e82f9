package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the answer in a text: the best kind of candidate, and of that the rightmost that can be parsed. */
final class Extraction {
    /** Of a longer text only the end counts. */
    static final int LONGEST = 50_000;

    /** So many candidates are parsed at most. */
    private static final int MOST_CANDIDATES = 60;

    private Extraction() {}

    /**
     * An answer.
     *
     * @param node what it means, if it could be parsed
     * @param text what it reads; "" if there is none
     */
    record Answer(Optional<Node> node, String text) {
        boolean isEmpty() {
            return node.isEmpty() && text.isEmpty();
        }
    }

    /**
     * A place at which an answer may stand.
     *
     * @param start where it starts, its anchor apart
     * @param end where it ends
     * @param priority lower is better
     * @param parts the pieces that make up the answer
     */
    record Candidate(int start, int end, int priority, List<Part> parts) {}

    /**
     * A piece of an answer.
     *
     * @param text the mathematics
     * @param latex whether it is LaTeX, else plain text
     * @param percent whether a percent sign follows
     */
    record Part(String text, boolean latex, boolean percent) {}

    static Answer from(String whole, Equivalence rule) {
        String text = whole.length() <= LONGEST ? whole : whole.substring(whole.length() - LONGEST);
        List<Candidate> candidates = new ArrayList<>();
        if (rule.latex()) {
            candidates.addAll(Environments.candidates(text, rule.boxedFirst() ? 0 : 50));
        }
        if (rule.plain()) {
            candidates.addAll(PlainNumbers.candidates(text));
        }
        candidates.sort(Comparator.comparingInt(Candidate::priority)
                .thenComparing(Comparator.comparingInt(Candidate::end).reversed())
                .thenComparingInt(Candidate::start));
        String first = "";
        for (Candidate candidate : candidates.subList(0, Math.min(candidates.size(), MOST_CANDIDATES))) {
            Answer answer = read(candidate.parts());
            first = first.isEmpty() ? answer.text() : first;
            if (answer.node().isPresent()) {
                return new Answer(answer.node(), first);
            }
        }
        return new Answer(Optional.empty(), first);
    }

    /** A reference that is nothing but the answer. */
    static Answer whole(String text) {
        String plain = PythonText.strip(text);
        return plain.length() > LatexParser.LONGEST
                ? new Answer(Optional.empty(), "")
                : read(List.of(new Part(plain, true, false)));
    }

    private static Answer read(List<Part> parts) {
        List<Node> nodes = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Part part : parts) {
            String plain = part.latex() ? Units.without(LatexText.plain(Boxes.all(part.text()))) : part.text();
            texts.add(plain);
            Optional<Node> node = part.latex() ? latex(plain) : PlainNumbers.parse(plain);
            node.map(n -> part.percent() ? LatexParser.percent(n) : n).ifPresent(nodes::add);
        }
        String text = String.join(" and ", texts);
        if (nodes.isEmpty() || (nodes.size() < parts.size() && parts.size() > 1)) {
            return new Answer(
                    nodes.isEmpty() ? Optional.empty() : Optional.of(nodes.get(0)),
                    texts.isEmpty() ? "" : texts.get(0));
        }
        if (nodes.size() == 1) {
            return new Answer(Optional.of(nodes.get(0)), text);
        }
        List<Node> elements = new ArrayList<>();
        nodes.forEach(node -> elements.addAll(node instanceof Node.SetOf set ? set.elements() : List.of(node)));
        return new Answer(Optional.of(new Node.SetOf(elements)), text);
    }

    /** The mathematics of a text, or of what follows its last equals sign where the rest is not understood. */
    private static Optional<Node> latex(String text) {
        Optional<Node> node = LatexParser.parse(text);
        int last = text.lastIndexOf('=');
        boolean several = last > text.indexOf('=') && text.indexOf(',') < 0 && text.indexOf(';') < 0;
        return node.isEmpty() && several ? LatexParser.parse(text.substring(last + 1)) : node;
    }
}
