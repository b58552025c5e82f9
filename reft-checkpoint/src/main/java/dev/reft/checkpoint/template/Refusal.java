package dev.reft.checkpoint.template;

/** Why a template cannot be read or rendered; {@link TemplateException} adds where. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
        super(reason, null, false, false);
    }

    /** Something that Python has and this renderer has not. */
    static Refusal unsupported(String what) {
        return new Refusal(what + " is not supported");
    }
}
