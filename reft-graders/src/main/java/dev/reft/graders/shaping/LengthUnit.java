package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.graders.PythonText;

/** What a completion's length is counted in. The enum grows. */
public enum LengthUnit {
    /** Tokens, the ending EOS among them. */
    TOKENS,
    /** Code points of the text. */
    CODE_POINTS,
    /** Words between white space. */
    WORDS;

    /**
     * A completion's length.
     *
     * @param completion any
     * @return &gt;= 0
     */
    public int of(Completion completion) {
        String text = completion.text();
        return switch (this) {
            case TOKENS -> completion.tokens().length;
            case CODE_POINTS -> text.codePointCount(0, text.length());
            case WORDS -> PythonText.countWords(text);
        };
    }
}
