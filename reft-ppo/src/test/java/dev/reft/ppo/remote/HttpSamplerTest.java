package dev.reft.ppo.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Finish;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.testkit.tiny.TinyModel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an HTTP sampler makes of a server that answers well, and of one that does not. */
class HttpSamplerTest {
    private static final String KEY = "sk-secret789";
    private static final TinyModel MODEL =
            TinyModel.of("01234+=").withContext(16).withSizes(8, 2, 16, 1);

    @TempDir
    Path folder;

    private Policy policy;
    private LanguageModel local;
    private TinyServer server;

    @BeforeEach
    void open() throws IOException {
        policy = MODEL.policy(Training.full(1));
        local = policy.frozenCopy();
        server = new TinyServer(policy.frozenCopy());
    }

    @AfterEach
    void close() {
        server.close();
        local.close();
        policy.close();
    }

    private HttpSamplerConfig config() {
        return HttpSamplerConfig.completions(server.address(), "tiny")
                .withKey(KEY)
                .withLimits(4, Duration.ofSeconds(5), 3, Duration.ofMillis(1))
                .withReload(WeightReload.sglang(folder.resolve("weights")));
    }

    private HttpSampler sampler() {
        return HttpSampler.of(policy, config());
    }

    private static GenerationRequest request(String id, Sampling sampling, List<String> stops, long... seeds) {
        return new GenerationRequest(id, new int[] {3, 7, 4, 8}, seeds, sampling, 6, stops, Constraint.NONE);
    }

    private static void assertSame(List<Completion> expected, List<Completion> found) {
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i).tokens(), found.get(i).tokens());
            assertEquals(expected.get(i).text(), found.get(i).text());
            assertEquals(expected.get(i).finish(), found.get(i).finish());
            assertEquals(
                    expected.get(i).request() + expected.get(i).sample(),
                    found.get(i).request() + found.get(i).sample());
            assertArrayEquals(
                    ((Segment.Sampled) expected.get(i).segments().get(0)).logProbs(),
                    ((Segment.Sampled) found.get(i).segments().get(0)).logProbs(),
                    1e-6f);
        }
    }

    @Test
    void givesTheServersSamples() {
        List<GenerationRequest> requests = List.of(
                request("a", Sampling.at(1), List.of(), 1, 2, 3, 4, 5, 6, 7, 8),
                request("b", Sampling.at(1), List.of("+", "3"), 9, 10, 11, 12),
                request("c", Sampling.GREEDY, List.of(), 13));
        try (HttpSampler sampler = sampler()) {
            List<Completion> found = sampler.generate(requests);
            assertSame(local.generate(requests), found);
            assertTrue(found.stream().anyMatch(one -> one.finish() == Finish.STOP), "no stop was drawn");
            assertEquals(new SamplerLag(0, 13, 0, 0, 0), sampler.lag());
        }
        assertTrue(server.requests.get(0).contains("Bearer " + KEY));
    }

    @Test
    void cutsAtAStopTextThatTheServerRunsPast() {
        HttpSamplerConfig llama = HttpSamplerConfig.llamaCpp(server.address());
        List<GenerationRequest> requests = List.of(
                request("a", Sampling.at(1), List.of("+", "3"), 9, 10, 11, 12),
                request("b", Sampling.at(1), List.of(), 1));
        try (HttpSampler sampler = HttpSampler.of(policy, llama)) {
            assertSame(local.generate(requests), sampler.generate(requests));
        }
        assertTrue(server.requests.stream().noneMatch(line -> line.contains("\"stop\"")));
    }

    @Test
    void repeatsWhatMayGoBetterLater() {
        GenerationRequest request = request("a", Sampling.at(1), List.of(), 5);
        server.steps.addAll(List.of(TinyServer.says(500, "down"), TinyServer.breaksOff()));
        try (HttpSampler sampler = sampler()) {
            assertSame(local.generate(List.of(request)), sampler.generate(List.of(request)));
            assertEquals(2, sampler.lag().repeated());
            server.steps.addAll(List.of(TinyServer.says(200, "{\"choices\": [garb"), TinyServer.says(429, "slowly")));
            assertSame(local.generate(List.of(request)), sampler.generate(List.of(request)));
        }
    }

    private void assertRefused(String said, TinyServer.Step... steps) {
        server.steps.clear();
        server.steps.addAll(List.of(steps));
        try (HttpSampler sampler = sampler()) {
            RemoteSamplerException e = assertThrows(
                    RemoteSamplerException.class,
                    () -> sampler.generate(List.of(request("asked", Sampling.at(1), List.of(), 5))),
                    said);
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains(said), message);
            assertTrue(message.contains("sample 0 of request 'asked'"), message);
            assertFalse(message.contains(KEY), message);
        }
    }

    @Test
    void endsWhereNothingHelps() {
        TinyServer.Step down = TinyServer.says(503, "for " + KEY);
        assertRefused("status 503, 'for (key)'", down, down, down);
        assertRefused("status 401", TinyServer.says(401, "who?"));
        assertRefused("no JSON", TinyServer.says(200, "a"), TinyServer.says(200, "["), TinyServer.says(200, "{"));
        assertRefused("failed: ", TinyServer.breaksOff(), TinyServer.breaksOff(), TinyServer.breaksOff());
        assertRefused("0 choices", TinyServer.says(200, "null"));
    }

    @SuppressWarnings("unchecked") // the server's own map
    private void changed(String said, Consumer<Map<String, Object>> choice) {
        server.change = fields -> {
            choice.accept((Map<String, Object>) ((List<Object>) fields.get("choices")).get(0));
            return fields;
        };
        assertRefused(said);
    }

    @Test
    void learnsFromNothingThatIsInconsistent() {
        changed("it has text only", choice -> choice.remove("token_ids"));
        changed("0 log-probabilities of", choice -> choice.remove("logprobs"));
        changed("log-probability of token 0 is missing", choice -> choice.put("logprobs", logProbs(null, -1.0)));
        changed("log-probability of token 0 is 2.5", choice -> choice.put("logprobs", logProbs(2.5)));
        changed("7 tokens, more than the 6", choice -> choice.put("token_ids", new int[7]));
        changed(
                "other token ids than the request's",
                choice -> choice.put("prompt_token_ids", new int[] {1, 3, 7, 4, 8}));
        changed("it has no tokens", choice -> choice.put("token_ids", new int[0]));
        changed("is no token id", choice -> choice.put("token_ids", List.of("3", 4)));
        server.change = fields -> {
            fields.put("usage", Map.of("completion_tokens", 99));
            return fields;
        };
        assertRefused("but counts 99");
    }

    @SafeVarargs
    private static <T> Map<String, Object> logProbs(T... values) {
        List<Object> all = new ArrayList<>();
        for (T value : values) {
            all.add(value);
        }
        return new LinkedHashMap<>(Map.of("token_logprobs", all));
    }

    @Test
    void refusesAnEndThatIsNone() {
        server.change = fields -> Map.of(
                "choices",
                List.of(Map.of(
                        "token_ids", List.of(3, 4),
                        "finish_reason", "stop",
                        "logprobs", Map.of("token_logprobs", List.of(-1, -1)))));
        assertRefused("no end token here");
        server.change = fields -> Map.of(
                "choices",
                List.of(Map.of(
                        "token_ids", List.of(3, 4),
                        "finish_reason", "length",
                        "logprobs", Map.of("token_logprobs", List.of(-1, -1)))));
        assertRefused("cut off after 2 of 6");
        server.change = fields -> Map.of(
                "choices",
                List.of(Map.of(
                        "token_ids", List.of(0, 4),
                        "finish_reason", "stop",
                        "logprobs", Map.of("token_logprobs", List.of(-1, -1)))));
        assertRefused("goes on after the end token");
        server.change = fields -> Map.of(
                "choices",
                List.of(Map.of(
                        "token_ids", List.of(3, 99),
                        "finish_reason", "stop",
                        "logprobs", Map.of("token_logprobs", List.of(-1, -1)))));
        assertRefused("outside the vocabulary of 9");
    }

    @Test
    void whatIsNotKnownIsNotSaid() {
        try (HttpSampler raw = sampler();
                HttpSampler processed = HttpSampler.of(policy, config().withReported(ReportedLogProbs.PROCESSED))) {
            Sampling filtered = new Sampling(1, 3, 1f, 0f, 1f);
            assertLengths(true, true, raw, Sampling.at(1));
            assertLengths(true, false, raw, filtered);
            assertLengths(true, false, raw, Sampling.GREEDY);
            assertLengths(true, true, processed, Sampling.at(0.5f));
            assertLengths(false, true, processed, filtered);
            assertLengths(false, false, processed, Sampling.GREEDY);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> raw.generate(List.of(request("a", Sampling.at(0.5f), List.of(), 1))));
        }
    }

    private static void assertLengths(boolean own, boolean drawn, HttpSampler sampler, Sampling sampling) {
        Segment.Sampled found = (Segment.Sampled) sampler.generate(List.of(request("a", sampling, List.of(), 1)))
                .get(0)
                .segments()
                .get(0);
        assertEquals(own, found.logProbs().length > 0, sampling.toString());
        assertEquals(drawn, found.drawLogProbs().length > 0, sampling.toString());
    }

    @Test
    void refusesRequestsThatCannotBeSent() {
        try (HttpSampler sampler = sampler();
                HttpGeneration generation = sampler.generation()) {
            GenerationRequest fine = request("a", Sampling.at(1), List.of(), 1);
            generation.add(fine);
            assertThrows(IllegalArgumentException.class, () -> generation.add(fine));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> generation.add(new GenerationRequest(
                            "b", new int[] {3}, new long[] {1}, Sampling.at(1), 6, List.of(), (row, allowed) -> {})));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> generation.add(new GenerationRequest(
                            "b", new int[] {3}, new long[] {1}, Sampling.at(1), 60, List.of(), Constraint.NONE)));
            generation.close();
            assertThrows(IllegalStateException.class, generation::advance);
        }
        assertFalse(config().toString().contains(KEY));
        assertThrows(
                IllegalArgumentException.class,
                () -> HttpSamplerConfig.completions(URI.create("http://user:pass@host"), "m"));
    }

    @Test
    void newWeightsGoOverAndOldAnswersAreTagged() throws IOException {
        Path exported = folder.resolve("exported");
        try (Policy other = MODEL.withSeed(77).policy(Training.full(1));
                HttpSampler sampler = sampler();
                HttpGeneration early = sampler.generation()) {
            other.export(exported);
            GenerationRequest request = request("a", Sampling.at(1), List.of(), 5, 6, 7);
            early.add(request);
            while (server.requests.size() < 3) {
                Thread.onSpinWait();
            }
            sampler.refresh(exported);
            List<RemoteAnswer> answers = new ArrayList<>();
            while (early.unfinished() > 0) {
                answers.addAll(early.answers());
            }
            assertTrue(answers.stream().allMatch(one -> one.weights() == 0 && one.behind() == 1), answers.toString());
            assertEquals(new SamplerLag(1, 3, 3, 1, 0), sampler.lag());
            try (LanguageModel copy = other.frozenCopy()) {
                assertSame(copy.generate(List.of(request)), sampler.generate(List.of(request)));
            }
            sampler.refresh(exported);
            sampler.refresh(exported);
            assertEquals(3, server.loaded.size());
            assertEquals(2, kept());
            server.steps.add(TinyServer.says(400, "{\"success\":false}"));
            RemoteSamplerException failed = assertThrows(RemoteSamplerException.class, () -> sampler.refresh(exported));
            assertTrue(String.valueOf(failed.getMessage()).contains("status 400"), failed.getMessage());
            assertThrows(IllegalStateException.class, () -> sampler.generate(List.of(request)));
            assertEquals(3, kept(), "two, and one that the server may still read");
            sampler.refresh(exported);
            assertEquals(2, kept());
            assertEquals(3, sampler.generate(List.of(request)).size());
            assertEquals(server.loaded.size(), server.loaded.stream().distinct().count());
            server.steps.add(TinyServer.says(400, "{\"success\":false}"));
            assertThrows(RemoteSamplerException.class, () -> sampler.refresh(exported));
        }
        assertEquals(1, kept(), "what the server has last");
    }

    private long kept() throws IOException {
        try (Stream<Path> kept = Files.list(folder.resolve("weights"))) {
            return kept.count();
        }
    }
}
