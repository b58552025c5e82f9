package dev.reft.ppo.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Finish;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.testkit.tiny.TinyProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/**
 * A real server on this machine that samples a tiny model with its own weights and loads others from a directory; its
 * answers can be made to fail, one after the other, or be changed.
 */
final class TinyServer implements AutoCloseable {
    /** Answers instead of the server. */
    interface Step {
        void answer(HttpExchange exchange) throws IOException;
    }

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // else 40 ms an answer
    }

    private final HttpServer server;
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private LanguageModel model;
    final Queue<Step> steps = new ConcurrentLinkedQueue<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> loaded = new CopyOnWriteArrayList<>();
    volatile UnaryOperator<Map<String, Object>> change = fields -> fields;
    volatile boolean loads = true;

    TinyServer(LanguageModel first) throws IOException {
        model = first;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(pool);
        server.createContext("/", this::answer);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    static Step says(int status, String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Announces more than it sends. */
    static Step breaksOff() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        try {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String path = exchange.getRequestURI().getPath();
            requests.add(path + " " + exchange.getRequestHeaders().getFirst("Authorization") + " " + body);
            Step step = steps.poll();
            if (step != null) {
                step.answer(exchange);
            } else if (path.equals("/update_weights_from_disk")) {
                load(Exchange.parse(body).path("model_path").asString(""));
                says(200, "{\"success\":true}").answer(exchange);
            } else {
                says(200, Exchange.write(change.apply(sample(Exchange.parse(body), path.equals("/completion")))))
                        .answer(exchange);
            }
        } finally {
            exchange.close();
        }
    }

    private synchronized void load(String directory) {
        loaded.add(directory);
        if (loads) {
            model.close();
            model = new TinyProvider().open(ModelSpec.of(directory));
        }
    }

    private synchronized Map<String, Object> sample(JsonNode asked, boolean llamaCpp) {
        int[] prompt = new int[asked.path("prompt").size()];
        for (int t = 0; t < prompt.length; t++) {
            prompt[t] = asked.path("prompt").get(t).asInt();
        }
        List<String> stops = new ArrayList<>();
        asked.path("stop").forEach(stop -> stops.add(stop.asString()));
        Sampling sampling = new Sampling(
                (float) asked.path("temperature").asDouble(),
                Math.max(0, asked.path("top_k").asInt()),
                1f,
                0f,
                1f);
        long[] seeds = {asked.path("seed").asLong()};
        int most = asked.path("max_tokens").asInt(asked.path("n_predict").asInt());
        Completion made = model.generate(
                        List.of(new GenerationRequest("r", prompt, seeds, sampling, most, stops, Constraint.NONE)))
                .get(0);
        Segment.Sampled sampled = (Segment.Sampled) made.segments().get(0);
        return llamaCpp ? llamaCpp(made, sampled) : completions(made, sampled, prompt);
    }

    private static Map<String, Object> completions(Completion made, Segment.Sampled sampled, int[] prompt) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("text", made.text());
        choice.put("finish_reason", made.finish() == Finish.LENGTH ? "length" : "stop");
        choice.put("token_ids", sampled.tokens());
        choice.put("prompt_token_ids", prompt);
        choice.put("logprobs", new LinkedHashMap<>(Map.of("token_logprobs", sampled.logProbs())));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("object", "text_completion");
        answer.put("choices", new ArrayList<>(List.of(choice)));
        answer.put("usage", Map.of("completion_tokens", sampled.tokens().length));
        return answer;
    }

    private static Map<String, Object> llamaCpp(Completion made, Segment.Sampled sampled) {
        List<Object> each = new ArrayList<>();
        for (int t = 0; t < sampled.tokens().length; t++) {
            each.add(Map.of("id", sampled.tokens()[t], "logprob", sampled.logProbs()[t]));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("content", made.text());
        answer.put("tokens", sampled.tokens());
        answer.put("stop_type", made.finish() == Finish.LENGTH ? "limit" : "eos");
        answer.put("completion_probabilities", each);
        answer.put("tokens_predicted", sampled.tokens().length);
        return answer;
    }

    @Override
    public void close() {
        server.stop(0);
        pool.shutdownNow();
        model.close();
    }
}
