package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "18|18",
                " 18 |18",
                "18.|18",
                ".5|0.5",
                "1e3|1000",
                "1E-2|0.01",
                "+5|5",
                "-5|-5",
                "1_000|1000",
                "1_0.0_1|10.01",
                "1e1_0|1e10",
                "\u0661\u0662|12",
                "\uff11\uff18|18",
                "\ud835\udfcf8|18",
                "\u00a018\u2003|18",
                "\u0085\uff118|18",
                "inf|Infinity",
                "-Infinity|-Infinity",
                "+INF|Infinity",
                "NaN|NaN",
                "-nan|NaN",
                "1e400|Infinity",
                "-0|-0.0",
                "007|7"
            })
    void readsAsPython(String text, double value) {
        assertEquals(OptionalDouble.of(value), PythonText.toFloat(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "+",
                "-",
                "e5",
                "1e",
                "1e+",
                "18d",
                "18f",
                "18L",
                "0x1p3",
                "0x12",
                "1__0",
                "_1",
                "1_",
                "1_.5",
                "1._5",
                "1e_5",
                "1,000",
                "$18",
                "1 8",
                "+-5",
                "--5",
                "infin",
                "nan1",
                "1.2.3",
                "18\u0000",
                "\u200b18",
                "\u00bd",
                "\u00b2",
                "\u2212" + "5",
                "eighteen",
                "1e5.0",
                "in_f"
            })
    void refusesAsPython(String text) {
        assertTrue(PythonText.toFloat(text).isEmpty());
    }

    @Property
    void readsWhatItPrints(@ForAll @DoubleRange double value) {
        assertEquals(OptionalDouble.of(value), PythonText.toFloat(Double.toString(value)));
    }

    @Property
    void neverThrows(@ForAll String text) {
        PythonText.toFloat(text);
        String stripped = PythonText.strip(text);
        assertEquals(stripped, PythonText.strip(stripped));
        assertEquals(PythonText.split(text), PythonText.split(stripped));
    }

    @Test
    void stripsAndSplitsUnicodeSpace() {
        String text = "\u3000\u0085a\u00a0b\u2028\u001f c\u180e \t";
        assertEquals("a\u00a0b\u2028\u001f c\u180e", PythonText.strip(text));
        assertEquals(List.of("a", "b", "c\u180e"), PythonText.split(text));
    }

    @Test
    void partsAndEnds() {
        assertEquals("c", PythonText.lastPart("a--b--c", "--"));
        assertEquals("a", PythonText.lastPart("a", "--"));
        // From the left, without overlap: "---" is one separator and "-".
        assertEquals("-x", PythonText.lastPart("a---x", "--"));
        assertEquals("\ud83d\ude00b", PythonText.last("a\ud83d\ude00b", 2));
        assertEquals("ab", PythonText.last("ab", 2));
    }

    @Test
    void countsEverySpaceOfPython() {
        long spaces = java.util.stream.IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(PythonText::isSpace)
                .count();
        assertEquals(29, spaces);
    }

    @Property(tries = 300)
    void countsTheWordsThatSplitFinds(
            @ForAll @CharRange(from = ' ', to = '#') @Chars({'\u00a0', '\u2003', '\n', 'x'}) String text) {
        assertEquals(PythonText.split(text).size(), PythonText.countWords(text));
    }
}
