package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PythonCaseTest {
    /** Values of CPython's str.lower(). */
    @Test
    void lowersAsPythonDoes() {
        assertEquals("i\u0307stanbul", PythonCase.lower("\u0130STANBUL"));
        assertEquals(
                "\u03BF\u03B4\u03C5\u03C3\u03C3\u03B5\u03C5\u03C2",
                PythonCase.lower("\u039F\u0394\u03A5\u03A3\u03A3\u0395\u03A5\u03A3"));
        assertEquals("\u03C3", PythonCase.lower("\u03A3"));
        assertEquals("a\u03C2.", PythonCase.lower("A\u03A3."));
        assertEquals("a\u03C3.b", PythonCase.lower("A\u03A3.B"));
        assertEquals("a'\u03C2 ", PythonCase.lower("A'\u03A3 "));
        assertEquals("stra\u00DFe", PythonCase.lower("STRA\u00DFE"));
        assertEquals("\uD801\uDC28\uD800", PythonCase.lower("\uD801\uDC00\uD800"));
    }

    /** Values of CPython's str.upper(). */
    @Test
    void uppersAsPythonDoes() {
        assertEquals("STRASSE \uD801\uDC00\uD800", PythonCase.upper("stra\u00DFe \uD801\uDC28\uD800"));
        assertEquals("FFI \u02BCN I", PythonCase.upper("\uFB03 \u0149 \u0131"));
    }

    @Property(tries = 300)
    void isJavasWithoutSigma(@ForAll @StringLength(max = 40) String text) {
        String plain = text.replace('\u03A3', 'x');
        assertEquals(plain.toLowerCase(Locale.ROOT), PythonCase.lower(plain));
        assertEquals(text.toUpperCase(Locale.ROOT), PythonCase.upper(text));
    }

    @Test
    void isLinear() {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (String part : new String[] {"\u03A3", "A\u03A3'", "\u0130", "\u00DF", "\uFB03", "'"}) {
                PythonCase.lower(part.repeat(500_000));
                PythonCase.upper(part.repeat(500_000));
                PythonCase.simpleUpper(part.repeat(500_000));
            }
        });
    }
}
