package dev.reft.graders.structured;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.CpuTime;
import dev.reft.graders.Tolerance;
import dev.reft.graders.execution.Sample;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.graders.structured.ObjectGrader.Field;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StructuredGraderTest {
    /** The example of the RFT announcements: facts of a person read from a text. */
    private static final String PERSON = """
            {"university": "University of California, Berkeley", "programming_languages": ["Python", "Java", "Rust"],
             "city": "Oakland", "state": "CA"}""";

    private static final StructuredGrader PERSONS = StructuredGrader.of(
            new Field("university", FieldGrader.similarity(SimilarityMetric.named("fuzzy_match")), 1),
            new Field("programming_languages", FieldGrader.listF1(FieldGrader.TEXT), 2),
            new Field("city", FieldGrader.TEXT, 0.5),
            new Field("state", FieldGrader.TEXT, 0.5));

    private static Grade grade(StructuredGrader grader, String reference, String text) throws Exception {
        Prompt prompt = Prompt.text("p", "", reference);
        return grader.grade(prompt, Sample.of(prompt, 0, text).completion());
    }

    private static double score(StructuredGrader grader, String reference, String text) throws Exception {
        return ((Grade.Score) grade(grader, reference, text)).value();
    }

    @Test
    void theExampleOfTheAnnouncementsWorksWithoutSettings() throws Exception {
        StructuredGrader grader = StructuredGrader.inferred();
        assertEquals(1, score(grader, PERSON, PERSON));
        assertEquals(1, score(grader, PERSON, """
                        ```json
                        {"state": "ca", "city": " oakland", "programming_languages": ["rust", "python", "java"],
                         "university": "university of california, berkeley", "more": 1}
                        ```
                        """));
        // Two of three languages and one too many: 2 * 2 / (3 + 3); the city is missing.
        assertEquals((1 + 2.0 / 3 + 0 + 1) / 4, score(grader, PERSON, """
                        {"university": "University of California, Berkeley",
                         "programming_languages": ["Python", "Java", "C"], "state": "CA"}"""), 1e-12);
    }

    @Test
    void fieldsHaveGradersWeightsAndParts() throws Exception {
        Grade.Score score = (Grade.Score) grade(PERSONS, PERSON, """
                {"university": "Univ. of California Berkeley", "programming_languages": ["Python"],
                 "city": "OAKLAND", "state": "NY"}""");
        double university = score.parts().get("field.university");
        assertTrue(university > 0.8 && university < 1, "" + university);
        assertEquals(0.5, score.parts().get("field.programming_languages"));
        assertEquals(1, score.parts().get("field.city"));
        assertEquals(0, score.parts().get("field.state"));
        assertEquals((university + 2 * 0.5 + 0.5) / 4, score.value(), 1e-12);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no",
                "{",
                "{\"a\":1}{\"a\":1}",
                "{\"a\":1,\"a\":1}",
                "{'a':1}",
                "{\"a\":NaN}",
                "```json\n```"
            })
    void whatIsNoJsonScoresNothing(String text) throws Exception {
        Grade.Score score = (Grade.Score) grade(StructuredGrader.inferred(), "{\"a\":1}", text);
        assertEquals(0, score.value());
        assertEquals(0, score.parts().get("parsed"));
    }

    @Test
    void aReferenceThatIsNoJsonSaysNothing() throws Exception {
        assertInstanceOf(Grade.None.class, grade(StructuredGrader.inferred(), "Oakland", "{}"));
    }

    @Test
    void deepAndHugeAnswersAreJustWrong() throws Exception {
        assertEquals(0, score(StructuredGrader.inferred(), "{\"a\":1}", "[".repeat(100_000) + "]".repeat(100_000)));
        assertEquals(0, score(StructuredGrader.inferred(), "{\"a\":1}", "{\"a\":1e999999999}"));
        assertEquals(0, score(StructuredGrader.inferred(), "{\"a\":1}", "{\"a\":" + "9".repeat(5000) + "}"));
        assertEquals(0, score(StructuredGrader.inferred(), "{\"a\":1}", "{\"a\":\"" + "x".repeat(2_000_000) + "\"}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PRECISION|['a','b','x']|['a','b','c','d']|0.6666666666666666",
                "RECALL|['a','b','x']|['a','b','c','d']|0.5",
                "F1|['a','b','x']|['a','b','c','d']|0.5714285714285714",
                "F1|['a','a','a']|['a']|0.5",
                "F1|[]|[]|1",
                "F1|[]|['a']|0",
                "F1|['a']|[]|0",
                "F1|{}|['a']|0",
                "F1|[['a'],1]|[1.0,['a']]|1"
            })
    void lists(ListGrader.Measure measure, String actual, String expected, double score) throws Exception {
        FieldGrader element = (a, b) -> JsonValues.same(a, b) ? 1 : 0;
        assertEquals(score, new ListGrader(element, measure).score(value(actual), value(expected)), 1e-12);
    }

    @Test
    void theBestPairsAreTakenFirst() throws Exception {
        FieldGrader closeness = (a, b) -> {
            double x = ((Number) a).doubleValue();
            double y = ((Number) b).doubleValue();
            return Math.max(0, 1 - Math.abs(x - y) / 10);
        };
        ListGrader grader = new ListGrader(closeness, ListGrader.Measure.RECALL);
        assertEquals((1 + 0.9) / 2, grader.score(List.of(1, 2), List.of(2, 0)), 1e-12);
    }

    private static Object value(String json) {
        return JsonValues.parse(json.replace('\'', '"')).orElseThrow().value();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|{}|1",
                "{'a':null}|{}|1",
                "{'a':1}|{'a':1.0}|1",
                "{'a':'1'}|{'a':1}|1",
                "{'a':1.004}|{'a':1}|1",
                "{'a':1.2}|{'a':1}|0",
                "{'a':1}|{}|0",
                "{}|{'a':1}|0",
                "{'a':{}}|{'a':1}|0",
                "[]|{'a':1}|0",
                "[]|{}|0"
            })
    void missingFieldsAndNumbers(String actual, String expected, double score) throws Exception {
        StructuredGrader grader = StructuredGrader.of(new Field("a", FieldGrader.number(Tolerance.REFT), 1));
        assertEquals(score, score(grader, expected.replace('\'', '"'), actual.replace('\'', '"')));
    }

    @Test
    void furtherFieldsMayBeForbidden() throws Exception {
        ObjectGrader strict = new ObjectGrader(List.of(new Field("a", FieldGrader.EXACT, 1)), true);
        StructuredGrader grader = new StructuredGrader(strict, JsonGate.OPEN, StructuredGrader.FENCED_OR_WHOLE);
        assertEquals(1, score(grader, "{\"a\":[1,{\"b\":2}]}", "{\"a\":[1.0,{\"b\":2}]}"));
        assertEquals(0, score(grader, "{\"a\":[1,{\"b\":2}]}", "{\"a\":[{\"b\":2},1]}"));
        assertEquals(0, score(grader, "{\"a\":1}", "{\"a\":1,\"b\":2}"));
    }

    @Test
    void theSchemaIsAGate() throws Exception {
        StructuredGrader grader = PERSONS.withGate(new JsonSchemaGate("""
                        {"type": "object", "required": ["university", "programming_languages", "city", "state"],
                         "properties": {"state": {"type": "string", "minLength": 2, "maxLength": 2},
                                        "programming_languages": {"type": "array", "items": {"type": "string"}}},
                         "additionalProperties": true}"""));
        assertEquals(1, score(grader, PERSON, PERSON));
        Grade.Score refused = (Grade.Score) grade(grader, PERSON, PERSON.replace("\"CA\"", "\"California\""));
        assertEquals(0, refused.value());
        assertEquals(0, refused.parts().get("gate"));
        assertTrue(refused.explanation().contains("state"), refused.explanation());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no JSON", "{\"type\": 5}", "{\"$ref\": \"http://localhost:1/schema\"}"})
    void whatIsNoSchemaIsRefusedAtOnce(String schema) {
        assertThrows(IllegalArgumentException.class, () -> new JsonSchemaGate(schema));
    }

    @Test
    void settingsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new Field("a", FieldGrader.TEXT, -1));
        assertThrows(IllegalArgumentException.class, () -> new Field("a", FieldGrader.TEXT, Double.NaN));
        Field a = new Field("a", FieldGrader.TEXT, 1);
        assertThrows(IllegalArgumentException.class, () -> ObjectGrader.of(a, a));
        assertThrows(IllegalArgumentException.class, () -> ObjectGrader.of(new Field("a", FieldGrader.TEXT, 0)));
    }

    @Test
    void toolCalls() {
        String two =
                "[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}},{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":2}}}]";
        String one = "[{\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\": 2.0}\"}}]";
        assertEquals(2.0 / 3, ToolCalls.f1(one, two), 1e-12);
        assertEquals(0, ToolCalls.f1("nonsense", two));
        assertEquals(1, ToolCalls.f1("nonsense", "[]"));
        assertThrows(IllegalArgumentException.class, () -> ToolCalls.f1(two, "{}"));
    }

    /**
     * Each would take hours (a back-reference: without it Java remembers where it failed); "not" must not let through what
     * gave up, and many short runs are one long one.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"properties\": {\"a\": {\"pattern\": \"^(a+)+\\\\1x$\"}}}",
                "{\"properties\": {\"a\": {\"not\": {\"pattern\": \"^(a+)+\\\\1x$\"}}}}",
                "{\"properties\": {\"a\": {\"anyOf\": [{\"pattern\": \"^(a|a)*\\\\1x$\"}, {\"type\": \"string\"}]}}}",
                "{\"patternProperties\": {\"^(a+)+\\\\1x$\": {}}}",
                "{\"properties\": {\"b\": {\"items\": {\"pattern\": \"(a+)+\\\\1x$\"}}}}",
                "{\"properties\": {\"c\": {\"pattern\": \"^(a|b)*$\"}}}"
            })
    void aPatternThatRunsAwayRefuses(String schema) {
        JsonSchemaGate gate = new JsonSchemaGate(schema);
        String bad = "\"" + "a".repeat(50) + "!\"";
        String many = String.join(",", Collections.nCopies(5_000, "\"aaaaaaaaaaaaaa!\""));
        String json =
                "{\"a\": " + bad + ", " + bad + ": 1, \"b\": [" + many + "], \"c\": \"" + "ab".repeat(50_000) + "\"}";
        CpuTime.within(
                2_000,
                () -> assertTrue(gate.refuses(json).orElse("").contains("takes too much on it"), schema),
                schema);
        assertEquals(Optional.empty(), gate.refuses("{\"d\": \"aaa\"}"));
    }

    @Test
    void numbersComeAsDecimals() throws Exception {
        List<Object> seen = new ArrayList<>();
        FieldGrader recorder = (actual, expected) -> {
            seen.add(String.valueOf(actual));
            assertInstanceOf(BigDecimal.class, actual);
            return assertInstanceOf(BigDecimal.class, expected).signum();
        };
        StructuredGrader grader = StructuredGrader.of(new Field("a", recorder, 1));
        assertEquals(1, score(grader, "{\"a\": 1}", "{\"a\": 1.50}"));
        assertEquals(List.of("1.50"), seen);
    }

    @Test
    void exponentsBeyondDecimalsAreNoJson() throws Exception {
        assertEquals(0, score(StructuredGrader.inferred(), "{\"a\": 1}", "{\"a\": 1e99999999999}"));
    }
}
