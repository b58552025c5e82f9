package dev.reft.checkpoint.template;

/**
 * A piece of a template.
 *
 * @param kind what it is
 * @param text for DATA and STRING what they stand for, else as written
 * @param line where it begins, from 1
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        DATA,
        BLOCK_BEGIN,
        BLOCK_END,
        VARIABLE_BEGIN,
        VARIABLE_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String wantedText) {
        return kind == wanted && text.equals(wantedText);
    }

    String shown() {
        return switch (kind) {
            case END -> "the end of the template";
            case BLOCK_END -> "the end of the statement";
            case VARIABLE_END -> "the end of the print statement";
            case STRING -> "a string";
            default -> "'" + text + "'";
        };
    }
}
