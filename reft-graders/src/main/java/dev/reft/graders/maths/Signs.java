package dev.reft.graders.maths;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The signs of relations. */
final class Signs {
    private static final Map<String, Node.Sign> COMMANDS = Map.ofEntries(
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

    /** Longer ones first, as the shorter ones start them. */
    private static final List<Map.Entry<String, Node.Sign>> CHARACTERS = List.of(
            Map.entry("<=", Node.Sign.LESS_EQUAL),
            Map.entry(">=", Node.Sign.GREATER_EQUAL),
            Map.entry("!=", Node.Sign.UNEQUAL),
            Map.entry("==", Node.Sign.EQUAL),
            Map.entry("=", Node.Sign.EQUAL),
            Map.entry("<", Node.Sign.LESS),
            Map.entry(">", Node.Sign.GREATER));

    private Signs() {}

    /** Takes the sign that stands here; null if none does. */
    static Node.@Nullable Sign take(LatexScanner in) {
        String command = in.command();
        Node.Sign named = COMMANDS.get(command);
        if (named != null) {
            in.at += 1 + command.length();
            return named;
        }
        for (Map.Entry<String, Node.Sign> sign : CHARACTERS) {
            if (in.take(sign.getKey())) {
                return sign.getValue();
            }
        }
        return null;
    }
}
