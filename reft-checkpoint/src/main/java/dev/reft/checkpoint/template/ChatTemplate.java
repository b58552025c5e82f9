package dev.reft.checkpoint.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chat template: a program in the part of the Jinja language that published models use. Immutable and thread-safe.
 *
 * <p>It renders what transformers renders (Jinja 3.1 with {@code trim_blocks}, {@code lstrip_blocks}, loop controls, the
 * {@code generation} tag, its {@code tojson}, {@code raise_exception} and {@code strftime_now}), byte by byte, or it throws
 * a {@link TemplateException} that names what and where: constructs that are not implemented are never guessed. A
 * template can reach nothing but the values it is given, and it is stopped when it uses much work, memory or depth.
 */
public final class ChatTemplate {
    private final String name;
    private final TemplateParser.Parsed parsed;

    private ChatTemplate(String name, TemplateParser.Parsed parsed) {
        this.name = name;
        this.parsed = parsed;
    }

    /**
     * A string that the template's side vouches for, such as the text of the BOS token; all other strings that are given
     * to a template are untrusted.
     *
     * @param text the string
     */
    public record Trusted(String text) {}

    /**
     * Reads a template.
     *
     * @param source its text
     * @param name what messages call it, such as a file
     * @return the template
     * @throws TemplateException if it is not valid or not supported
     */
    public static ChatTemplate parse(String source, String name) {
        try {
            return new ChatTemplate(name, TemplateParser.parse(source));
        } catch (Lexer.Failure e) {
            throw new TemplateException(name, e.line(), e.refusal());
        }
    }

    /**
     * Renders the template now, for {@code strftime_now}.
     *
     * @param variables as {@link #render(Map, LocalDateTime)} takes them
     * @return the text
     * @throws TemplateException if the template refuses the chat, fails, or takes too much
     */
    public RenderedChat render(Map<String, ?> variables) {
        return render(variables, LocalDateTime.now());
    }

    /**
     * Renders the template.
     *
     * @param variables what it can read, such as {@code messages}, {@code tools}, {@code add_generation_prompt}: null,
     *     strings, {@link Trusted} strings, numbers, booleans, maps, collections, {@link dev.reft.text.Message}s
     * @param now what {@code strftime_now} tells
     * @return the text
     * @throws TemplateException if the template refuses the chat, fails, or takes too much
     */
    public RenderedChat render(Map<String, ?> variables, LocalDateTime now) {
        @Nullable Run run = null;
        try {
            Conversion conversion = new Conversion();
            Map<String, Object> given = new HashMap<>();
            variables.forEach((key, value) -> given.put(key, conversion.value(value)));
            run = new Run(new Budget(conversion.size()), given, now);
            run.execute(parsed.statements(), new Frame(run, null, parsed.scope()), run.output());
            return result(run);
        } catch (Refusal e) {
            throw new TemplateException(name, run == null ? 1 : run.line(), e);
        }
    }

    private static RenderedChat result(Run run) {
        Text text = run.output().build();
        List<RenderedChat.Span> untrusted = new ArrayList<>();
        for (int i = 0; i < text.taint().length; i += 2) {
            untrusted.add(new RenderedChat.Span(text.taint()[i], text.taint()[i + 1]));
        }
        List<RenderedChat.Span> generated = new ArrayList<>();
        for (int[] span : run.generated()) {
            generated.add(new RenderedChat.Span(span[0], span[1]));
        }
        return new RenderedChat(text.value(), untrusted, generated, run.generatedInside());
    }

    @Override
    public String toString() {
        return "chat template " + name;
    }
}
