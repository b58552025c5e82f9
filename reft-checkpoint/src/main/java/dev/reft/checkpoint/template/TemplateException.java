package dev.reft.checkpoint.template;

/** A chat template that is not valid, is outside the supported language, or refused the chat it was given. */
public final class TemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Where in the template, from 1. */
    private final int line;

    TemplateException(String template, int line, Refusal cause) {
        super(template + ", line " + line + ": " + cause.getMessage(), cause);
        this.line = line;
    }

    /**
     * Where in the template.
     *
     * @return its line, from 1
     */
    public int line() {
        return line;
    }
}
