package dev.reft.checkpoint.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Follows characters through a template: Cyrillic letters are the chat's, Greek ones the template's. */
class TrustTest {
    private static final String CHAT_LETTERS = "жцю";
    private static final String TEMPLATE_LETTERS = "αβγδ";

    private static final List<String> STEPS = List.of(
            "(V ~ 'αβ')",
            "('γ' + V)",
            "V[1:]",
            "V[::-1]",
            "V[:-1]",
            "(V | trim)",
            "V.strip('жα')",
            "V.replace('ц', 'δ')",
            "(V | replace('α', u))",
            "(V.split('ю') | join('β'))",
            "V.split('α')[0]",
            "V.partition('ж')[2]",
            "(V * 2)",
            "('%sα%s' % (V, u))",
            "('{}γ{}'.format(u, V))",
            "(V | indent(1, true))",
            "V.center(9, 'δ')",
            "V.zfill(5)[-6:]",
            "(V | list | reverse | join)",
            "([V, u] | join('α'))",
            "({'α': V} | tojson)",
            "([V, u] | string)",
            "(V | upper | lower)",
            "(V | title)",
            "(V | batch(2) | list | string)",
            "(V.splitlines() | join('β'))",
            "(V | truncate(6, true, 'δ', 0))",
            "(V | e | string)",
            "(V | urlencode)",
            "m(V)",
            "(V if true else u)",
            "(V | default(u))",
            "({u: V} | dictsort)[0][1]",
            "(V | format)");

    @Provide
    Arbitrary<String> programs() {
        return Arbitraries.of(STEPS).list().ofMinSize(1).ofMaxSize(6).map(steps -> {
            String value = "v";
            for (String step : steps) {
                value = step.replace("V", value);
            }
            return "{% macro m(a) %}α{{ a }}{% endmacro %}{% set v = t %}{{ " + value + " }}";
        });
    }

    @Property(tries = 1500)
    void trustFollowsEveryCharacter(
            @ForAll("programs") String template, @ForAll("chatTexts") String text, @ForAll("chatTexts") String other) {
        RenderedChat chat;
        try {
            chat = ChatTemplate.parse(template, "t").render(Map.of("t", text, "u", other));
        } catch (TemplateException e) {
            // Such as a step that cannot take what 'safe' gave; nothing was rendered.
            return;
        }
        for (int i = 0; i < chat.text().length(); i++) {
            int at = i;
            boolean untrusted = chat.untrusted().stream().anyMatch(span -> span.overlaps(at, at + 1));
            char c = chat.text().toLowerCase(Locale.ROOT).charAt(i);
            if (CHAT_LETTERS.indexOf(c) >= 0) {
                assertTrue(untrusted, template + " made trusted: " + chat);
            } else if (TEMPLATE_LETTERS.indexOf(c) >= 0) {
                assertTrue(!untrusted, template + " lost trust: " + chat);
            }
        }
    }

    @Provide
    Arbitrary<String> chatTexts() {
        return Arbitraries.strings().withChars('ж', 'ц', 'ю', '\n', ' ', '"').ofMaxLength(8);
    }

    @Property(tries = 300)
    void roundTripsAnyText(@ForAll String text) {
        String clean = text.codePoints()
                .filter(c -> !(c >= 0xD800 && c <= 0xDFFF))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        RenderedChat chat = ChatTemplate.parse("<{{ t }}>{{ t | list | join }}{{ t[::-1][::-1] }}", "t")
                .render(Map.of("t", clean));
        assertEquals("<" + clean + ">" + clean + clean, chat.text());
    }
}
