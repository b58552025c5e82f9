package dev.reft.graders.maths;

import dev.reft.graders.PythonCase;
import java.util.Set;

/** What stands between the elements of a list: commas, semicolons, "and", "or". */
final class Separators {
    private static final Set<String> WORDS = Set.of("and", "or", ",and", ",or", ",");

    private Separators() {}

    /** Takes all separators that stand here; false if none does. A comma that ends the text separates nothing. */
    static boolean take(LatexScanner in) {
        boolean found = false;
        while (true) {
            in.blanks();
            String text = in.textHere().orElse("");
            if (in.peek() == ',' || in.peek() == ';') {
                in.at++;
                if (in.atEnd()) {
                    in.at--;
                    return false;
                }
            } else if (isWord(text)) {
                in.at = in.end;
            } else if (isWord(in.word())) {
                in.at += in.word().length();
            } else if (!in.takeCommand("lor") && !in.takeCommand("vee")) {
                return found;
            }
            found = true;
        }
    }

    /** Whether a word separates elements. */
    static boolean isWord(String text) {
        return WORDS.contains(PythonCase.lower(text).replace(" ", ""));
    }
}
