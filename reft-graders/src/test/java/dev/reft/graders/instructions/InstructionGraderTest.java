package dev.reft.graders.instructions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.CpuTime;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstructionGraderTest {
    /** Arguments with which each instruction can be made. */
    static final Map<String, Object> ANY = Map.ofEntries(
            Map.entry("keywords", List.of("aab", "\u00E9")),
            Map.entry("keyword_list", List.of("aab")),
            Map.entry("keyword", "aab"),
            Map.entry("keyword1", "a"),
            Map.entry("keyword2", "ab"),
            Map.entry("word", "a"),
            Map.entry("frequency", 2),
            Map.entry("relation", "at least"),
            Map.entry("forbidden_words", List.of("aab")),
            Map.entry("letter", "a"),
            Map.entry("let_frequency", 3),
            Map.entry("let_relation", "less than"),
            Map.entry("language", "en"),
            Map.entry("num_sentences", 3),
            Map.entry("num_paragraphs", 3),
            Map.entry("num_words", 9),
            Map.entry("nth_paragraph", 1),
            Map.entry("first_word", "a"),
            Map.entry("last_word", "a"),
            Map.entry("num_placeholders", 2),
            Map.entry("postscript_marker", "P.S."),
            Map.entry("num_bullets", 3),
            Map.entry("num_highlights", 2),
            Map.entry("section_spliter", "S"),
            Map.entry("section_splitter", "S"),
            Map.entry("num_sections", 2),
            Map.entry("prompt_to_repeat", "a cat"),
            Map.entry("original_prompt", "a"),
            Map.entry("end_phrase", "end"),
            Map.entry("capital_frequency", 2),
            Map.entry("capital_relation", "at least"),
            Map.entry("phrase", "a b c"),
            Map.entry("small_n", 2),
            Map.entry("n_start", 0),
            Map.entry("n_end", 3),
            Map.entry("N", 2),
            Map.entry("n", 1),
            Map.entry("m", 1),
            Map.entry("n_sent", 2),
            Map.entry("n_words", 2),
            Map.entry("quantifier", "around"),
            Map.entry("i", 1),
            Map.entry("options", List.of("a")));

    static Instruction make(String name) {
        Map<String, Object> arguments = new HashMap<>(ANY);
        arguments.keySet().retainAll(Instructions.arguments(name));
        return Instructions.of(name, arguments);
    }

    static Prompt prompt(Map<String, Object> attributes) {
        return new Prompt("q7", new Prompt.Input.Text(""), "", attributes);
    }

    static Grade.Score grade(InstructionGrader grader, Map<String, Object> attributes, String text) throws Exception {
        return (Grade.Score) grader.grade(prompt(attributes), new Completion("q7", 0, List.of(), text, Finish.END));
    }

    @Test
    void allThreeSetsAreThere() {
        assertEquals(79, Instructions.names().size());
        Instructions.names().forEach(InstructionGraderTest::make);
    }

    @Test
    void shareAndAll() throws Exception {
        Map<String, Object> attributes = Map.of(
                "instruction_id_list",
                        List.of("punctuation:no_comma", "length_constraints:number_words", "punctuation:no_comma"),
                "kwargs", List.of(Map.of(), Map.of("num_words", 3, "relation", "at least"), Map.of()));
        Grade.Score share = grade(InstructionGrader.share(), attributes, "<think>a, b</think>two words");
        assertEquals(2.0 / 3, share.value());
        assertEquals(
                Map.of(
                        "punctuation:no_comma",
                        1.0,
                        "length_constraints:number_words",
                        0.0,
                        "punctuation:no_comma#2",
                        1.0),
                share.parts());
        assertEquals(0, grade(InstructionGrader.all(), attributes, "two words").value());
        assertEquals(
                1, grade(InstructionGrader.all(), attributes, "now three words").value());
        assertEquals(
                0,
                grade(InstructionGrader.share(), attributes, "<think>one two three</think> \n")
                        .value());
    }

    @Test
    void olderFunctions() throws Exception {
        Map<String, Object> attributes =
                Map.of("func_name", "verify_bullet_points", "N", 2, "question", "of the data set");
        assertEquals(1, grade(InstructionGrader.all(), attributes, "* a\n- b").value());
        assertEquals(0, grade(InstructionGrader.all(), attributes, "* a").value());
    }

    @Test
    void nullArgumentsAreAbsent() throws Exception {
        Map<String, Object> kwargs = new HashMap<>();
        kwargs.put("num_bullets", null);
        Map<String, Object> attributes =
                Map.of("instruction_id_list", List.of("punctuation:no_comma"), "kwargs", List.of(kwargs));
        assertEquals(1, grade(InstructionGrader.all(), attributes, "a b").value());
    }

    @Test
    void mistakesNamePromptAndArgument() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> InstructionGrader.all()
                                .constraints(prompt(Map.of(
                                        "instruction_id_list", List.of("length_constraints:number_words"),
                                        "kwargs", List.of(Map.of("num_words", 2.5, "relation", "at least"))))))
                .getMessage();
        assertTrue(message.contains("q7") && message.contains("num_words") && message.contains("2.5"), message);
        assertThrows(IllegalArgumentException.class, () -> Instructions.of("keywords:unknown", Map.of()));
        assertThrows(IllegalArgumentException.class, () -> Instructions.of("punctuation:no_comma", Map.of("comma", 1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> Instructions.of("keywords:existence", Map.of("keywords", List.of())));
        assertThrows(
                IllegalArgumentException.class,
                () -> Instructions.of(
                        "keywords:frequency", Map.of("keyword", "a", "frequency", 1, "relation", "more than")));
    }

    @Test
    void keywordsArePlainText() {
        Instruction plus = Instructions.of("keywords:existence", Map.of("keywords", List.of("C++ (a+)+$")));
        assertTrue(plus.followedBy("I like c++ (a+)+$"));
        assertFalse(plus.followedBy("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Desayunamos en McDonalds hoy|es", "Today we visit the Louvre|en", "THIS IS AN ENGLISH SENTENCE|en",
                "Wir gehen heute nicht in die Schule|de", "Nous ne sommes pas encore l\u00E0|fr",
                        "N\u00E3o quero falar sobre isso|pt",
                "Questo \u00E8 il libro che mi hai dato|it", "\u042F \u043D\u0435 \u0437\u043D\u0430\u044E|ru",
                        "\u0426\u0435 \u043D\u0430\u0448\u0430 \u043C\u043E\u0432\u0430 \u0456 \u043A\u0440\u0430\u0457\u043D\u0430|uk",
                "\u4ECA\u65E5\u306F\u3044\u3044\u5929\u6C17\u3067\u3059|ja", "\uC548\uB155\uD558\uC138\uC694|ko",
                        "\u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35|th",
                "Nie wiem, co si\u0119 sta\u0142o|pl", "T\u00F4i kh\u00F4ng bi\u1EBFt|vi",
                        "Min\u00E4 en tied\u00E4, mit\u00E4 t\u00E4m\u00E4 on|fi",
                "Hii ni nyumba ya watu wengi|sw", "\u092F\u0939 \u092E\u0947\u0930\u093E \u0918\u0930 \u0939\u0948|hi",
                        "\u0647\u0630\u0627 \u0645\u0646 \u0639\u0644\u0649 \u0627\u0644\u0637\u0627\u0648\u0644\u0629|ar"
            })
    void languages(String text, String code) {
        assertEquals(Optional.of(code), LanguageDetector.byFrequentWords().detect(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Dr. Smith came. He left.|2", "We met at 5 p.m. yesterday. Fine!|2", "One... two... three|1",
                        "Is it? \"Yes.\" Good|3",
                "It cost 3.50 dollars. Cheap.|2", "J. R. Smith wrote it.|1", "no end|1", "Hello!!! What?!|2"
            })
    void sentences(String text, int count) {
        assertEquals(count, Sentences.count(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "Don't stop, can't you?|Do n't stop , ca n't you ?",
                "He said \"go\" (twice).|He said `` go '' ( twice ) .",
                "It's $3.50: a cat-flap|It 's $ 3.50 : a cat-flap",
                "I cannot wait... ok|I can not wait ... ok",
                "the U.S. army|the U.S. army"
            })
    void words(String text, String words) {
        assertEquals(words, String.join(" ", Treebank.words(text)));
    }

    @Test
    void aPassedDeadlineEndsIt() {
        Map<String, Object> attributes = Map.of("instruction_id_list", List.of("punctuation:no_comma"));
        Thread.currentThread().interrupt();
        try {
            assertThrows(
                    TimeoutException.class,
                    () -> Deadline.NEVER.call(() -> grade(InstructionGrader.all(), attributes, "a")));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Property(tries = 200)
    void anyTextGetsAVerdict(@ForAll("texts") String text) throws Exception {
        for (String name : Instructions.names()) {
            make(name).followedBy(text);
        }
    }

    @Provide
    static Arbitrary<String> texts() {
        Arbitrary<String> any = Arbitraries.strings().all().ofMaxLength(200);
        Arbitrary<String> marks = Arbitraries.strings()
                .withChars("a \n*.[]<>\"'-#,S1\uD800\uDC00\u0000\u0130\u00DF")
                .ofMaxLength(200);
        return Arbitraries.oneOf(any, marks);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\u0001',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "a",
                " ",
                "*",
                "**a",
                "[",
                "<<",
                "a ",
                "a. ",
                ". ",
                "\"",
                "- ",
                "***",
                "a b",
                "p.",
                "S",
                "A.B. ",
                "'",
                "`",
                "aab",
                "{",
                ".",
                "\u03A3",
                "A\u03A3 ",
                "\uFB03"
            })
    void longRepetitionsAreQuick(String unit) {
        String text = unit.repeat(InstructionGrader.LONGEST / unit.length());
        String broken = text.substring(0, text.length() - 1) + "\n";
        for (String name : Instructions.names()) {
            Instruction instruction = make(name);
            CpuTime.within(200, () -> instruction.followedBy(text), name + " on repeated '" + unit + "'");
            CpuTime.within(200, () -> instruction.followedBy(broken), name + " on repeated '" + unit + "'");
        }
    }

    @Test
    void starsAndDashesAreLookedForOneAfterTheOther() {
        // The published pattern for stars takes "*\n- a" as one line, the one for dashes finds "- a" again.
        assertTrue(bullets("*\n- a", 2));
        assertTrue(bullets("- a\n* b\n\n  - c", 3));
        assertTrue(bullets("*\n* a", 1));
        assertTrue(bullets("** a\n*", 0));
        assertTrue(bullets("-\n-", 2));
    }

    private static boolean bullets(String text, int wanted) {
        return Instructions.of("detectable_format:number_bullet_lists", Map.of("num_bullets", wanted))
                .followedBy(text);
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, true",
        "-Infinity, true",
        "INF, false",
        "-INF, false",
        "+Infinity, false",
        "+1, false",
        "-NaN, false",
        "1e999, true",
        "'\u00A0{}', false",
        "' {} ', true"
    })
    void jsonIsWhatPythonTakesForIt(String text, boolean valid) {
        assertEquals(valid, Instructions.of("validate_json_format", Map.of()).followedBy(text));
    }

    @Test
    void jsonMayBeDeepAndLongAsInPython() {
        Instruction json = Instructions.of("validate_json_format", Map.of());
        assertTrue(json.followedBy("[".repeat(900) + "]".repeat(900)));
        assertTrue(json.followedBy("1".repeat(3000)));
        assertFalse(json.followedBy("[".repeat(100_000) + "]".repeat(100_000)));
        Instruction fenced = Instructions.of("detectable_format:json_format", Map.of());
        assertTrue(fenced.followedBy("```json\n\u00A0{}\u00A0\n```"));
    }
}
