package dev.reft.graders.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.CpuTime;
import dev.reft.graders.Golden;
import dev.reft.graders.PythonText;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class SimilarityGoldenTest {
    @TestFactory
    Stream<DynamicTest> fuzzy() {
        return Golden.tests("text_similarity_fuzzy", c -> {
            String input = c.get("input").asString();
            if (c.get("metric").asString().equals("default_process")) {
                assertEquals(c.get("expected").asString(), FuzzyMatch.process(input));
            } else {
                String reference = c.get("reference").asString();
                boolean processed = !c.get("processor").isNull();
                double value = fuzzy(
                        c.get("metric").asString(),
                        processed ? FuzzyMatch.process(input) : input,
                        processed ? FuzzyMatch.process(reference) : reference);
                near(c, "expected", value);
            }
        });
    }

    private static double fuzzy(String metric, String a, String b) throws TimeoutException {
        return switch (metric) {
            case "ratio" -> FuzzyMatch.ratio(a, b);
            case "QRatio" -> FuzzyMatch.quick(a, b);
            case "WRatio" -> FuzzyMatch.weighted(a, b);
            case "token_sort_ratio" -> FuzzyMatch.tokenSortRatio(a, b);
            case "token_set_ratio" -> FuzzyMatch.tokenSetRatio(a, b);
            case "token_ratio" -> FuzzyMatch.tokenRatio(a, b);
            case "partial_ratio" -> FuzzyMatch.partialRatio(a, b);
            case "partial_token_sort_ratio" -> FuzzyMatch.partialTokenSortRatio(a, b);
            case "partial_token_set_ratio" -> FuzzyMatch.partialTokenSetRatio(a, b);
            case "partial_token_ratio" -> FuzzyMatch.partialTokenRatio(a, b);
            default -> fail("unknown metric " + metric);
        };
    }

    @TestFactory
    Stream<DynamicTest> bleu() {
        return Golden.tests("text_similarity_bleu", c -> {
            double value =
                    switch (c.get("metric").asString()) {
                        case "bleu" ->
                            Bleu.sentence(
                                    words(c, "input"),
                                    references(c),
                                    c.get("weights")
                                            .valueStream()
                                            .mapToDouble(JsonNode::asDouble)
                                            .toArray(),
                                    Bleu.Smoothing.valueOf(
                                            c.get("smoothing").asString().replace("method", "METHOD_")));
                        case "bleu_modified_precision" ->
                            Bleu.modifiedPrecision(
                                    words(c, "input"), references(c), c.get("n").asInt());
                        case "bleu_brevity_penalty" ->
                            Bleu.brevityPenalty(
                                    c.get("hypothesis_length").asInt(),
                                    c.get("reference_lengths")
                                            .valueStream()
                                            .mapToInt(JsonNode::asInt)
                                            .toArray());
                        default -> fail("unknown metric in " + c);
                    };
            near(c, "expected", value);
            if (c.path("tokenizer").asString("").equals("nltk_word_tokenize") && isAzure(c)) {
                near(
                        c,
                        "expected",
                        Bleu.score(
                                c.get("input").asString(),
                                c.get("references").get(0).asString()));
            }
        });
    }

    private static boolean isAzure(JsonNode c) {
        return c.get("references").size() == 1
                && c.get("smoothing").asString().equals("method4")
                && c.get("weights").size() == 4;
    }

    @TestFactory
    Stream<DynamicTest> gleu() {
        return Golden.tests(
                "text_similarity_gleu",
                c -> near(
                        c,
                        "expected",
                        Gleu.sentence(
                                words(c, "input"),
                                references(c),
                                c.get("min_len").asInt(),
                                c.get("max_len").asInt())));
    }

    @TestFactory
    Stream<DynamicTest> meteorWithoutWordNet() {
        return Golden.tests(
                "text_similarity_meteor", c -> near(c, "expected_without_wordnet", meteor(c, SynonymSource.NONE)));
    }

    @TestFactory
    Stream<DynamicTest> meteorWithWordNet() {
        SynonymSource wordNet = WordNetSynonyms.load();
        return Golden.tests(
                "text_similarity_meteor",
                "text_similarity_meteor with WordNet",
                c -> near(c, "expected", meteor(c, wordNet)));
    }

    private static double meteor(JsonNode c, SynonymSource synonyms) {
        Meteor meteor = new Meteor(
                c.get("alpha").asDouble(),
                c.get("beta").asDouble(),
                c.get("gamma").asDouble(),
                synonyms);
        return meteor.score(words(c, "input"), references(c));
    }

    @TestFactory
    Stream<DynamicTest> rouge() {
        return Golden.tests("text_similarity_rouge", c -> {
            String input = c.get("input").asString();
            String reference = c.get("reference").asString();
            boolean stem = c.get("use_stemmer").asBoolean();
            String kind =
                    c.get("metric").asString().substring("rouge_".length()).toLowerCase(Locale.ROOT);
            Rouge.Scores scores = kind.equals("l")
                    ? Rouge.l(input, reference, stem)
                    : Rouge.n(input, reference, Integer.parseInt(kind), stem);
            near(c, "expected", scores.f1());
            near(c, "expected_precision", scores.precision());
            near(c, "expected_recall", scores.recall());
        });
    }

    @TestFactory
    Stream<DynamicTest> cosine() {
        return Golden.tests(
                "text_similarity_cosine",
                c -> near(c, "expected", Cosine.of(vector(c.get("vector_a")), vector(c.get("vector_b")))));
    }

    private static float[] vector(JsonNode node) {
        float[] out = new float[node.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) node.get(i).asDouble();
        }
        return out;
    }

    private static void near(JsonNode c, String field, double value) {
        if (c.has(field)) {
            assertEquals(c.get(field).asDouble(), value, c.path("tolerance").asDouble(1e-9));
        }
    }

    private static List<String> words(JsonNode c, String field) {
        return c.has(field + "_tokens")
                ? strings(c.get(field + "_tokens"))
                : split(c, c.get(field).asString());
    }

    private static List<List<String>> references(JsonNode c) {
        List<List<String>> all = new ArrayList<>();
        if (c.has("references_tokens")) {
            c.get("references_tokens").forEach(r -> all.add(strings(r)));
        } else {
            c.get("references").forEach(r -> all.add(split(c, r.asString())));
        }
        return all;
    }

    private static List<String> split(JsonNode c, String text) {
        return switch (c.get("tokenizer").asString()) {
            case "whitespace" -> PythonText.split(text);
            case "nltk_word_tokenize" -> WordTokenizer.of(text);
            default -> fail("unknown tokenizer in " + c);
        };
    }

    private static List<String> strings(JsonNode node) {
        return Arrays.asList(node.valueStream().map(JsonNode::asString).toArray(String[]::new));
    }

    /** The reference's windows of the completion all differ a little: nothing can be left out early. */
    @Test
    void theLongestTextsGetAScore() throws Exception {
        Random random = new Random(7);
        for (int size : new int[] {1_000, 5_000, 6_600}) {
            String reference = letters(random, size);
            String completion = letters(random, 50_000);
            for (String metric : SimilarityMetric.NAMES) {
                SimilarityGrader grader = SimilarityGrader.of(SimilarityMetric.named(metric));
                Prompt prompt = Prompt.text("p", "", reference);
                Completion longer = new Completion("p", 0, List.of(), completion, Finish.END);
                CpuTime.within(
                        500, () -> assertInstanceOf(Grade.Score.class, grade(grader, prompt, longer)), metric + size);
            }
        }
    }

    private static Grade grade(SimilarityGrader grader, Prompt prompt, Completion completion) {
        try {
            return grader.grade(prompt, completion);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String letters(Random random, int size) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < size; i++) {
            out.append(random.nextInt(6) == 0 ? ' ' : (char) ('a' + random.nextInt(4)));
        }
        return out.toString();
    }
}
