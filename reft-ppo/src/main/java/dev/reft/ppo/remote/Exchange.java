package dev.reft.ppo.remote;

import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The words of a server's interface: what a sample's request says, and where its answer has the tokens. */
abstract class Exchange {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .build())
            .build();

    /** What an answer says before it is checked; the counts are negative where it does not tell them. */
    record Said(int[] tokens, float[] logProbs, String ending, int @Nullable [] prompt, int count) {}

    /** An answer without something that learning needs. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    static Exchange of(ServerApi api) {
        return api instanceof ServerApi.Completions completions ? new Completions(completions.model()) : new LlamaCpp();
    }

    static String write(Object fields) {
        return MAPPER.writeValueAsString(fields);
    }

    /** Any JSON. */
    static JsonNode parse(String body) throws JacksonException {
        return MAPPER.readTree(body);
    }

    abstract String path();

    abstract String body(GenerationRequest request, int sample);

    abstract Said read(JsonNode answer) throws UnusableException;

    private static final class Completions extends Exchange {
        private final String model;

        Completions(String model) {
            this.model = model;
        }

        @Override
        String path() {
            return "v1/completions";
        }

        /** Every setting is said, since servers take unsaid ones from the model's own generation settings. */
        @Override
        String body(GenerationRequest request, int sample) {
            Sampling sampling = request.sampling();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("model", model);
            fields.put("prompt", request.prompt());
            fields.put("max_tokens", request.maxTokens());
            fields.put("n", 1);
            fields.put("seed", request.seeds()[sample]);
            fields.put("temperature", sampling.temperature());
            fields.put("top_k", sampling.topK() == 0 ? -1 : sampling.topK());
            fields.put("top_p", sampling.topP());
            fields.put("min_p", sampling.minP());
            fields.put("repetition_penalty", sampling.repetitionPenalty());
            fields.put("frequency_penalty", 0);
            fields.put("presence_penalty", 0);
            if (!request.stops().isEmpty()) {
                fields.put("stop", request.stops());
            }
            fields.put("logprobs", 1);
            fields.put("return_token_ids", true);
            fields.put("return_tokens_as_token_ids", true);
            fields.put("stream", false);
            return write(fields);
        }

        @Override
        Said read(JsonNode answer) throws UnusableException {
            JsonNode choices = answer.path("choices");
            if (choices.size() != 1) {
                throw new UnusableException("it has " + choices.size() + " choices, one was asked for");
            }
            JsonNode choice = choices.get(0);
            JsonNode logProbs = choice.path("logprobs");
            int[] named = named(logProbs.path("tokens"));
            int[] tokens = choice.path("token_ids").isArray() ? ints("token_ids", choice.path("token_ids")) : named;
            if (tokens == null) {
                throw new UnusableException(
                        "it has text only: no token_ids, and no tokens as 'token_id:N'. The server must"
                                + " return token ids with log-probabilities (return_token_ids of vLLM and SGLang)");
            }
            if (named != null && !Arrays.equals(named, tokens)) {
                throw new UnusableException("its log-probabilities are of other tokens than its token_ids");
            }
            JsonNode prompt = choice.path("prompt_token_ids").isArray()
                    ? choice.path("prompt_token_ids")
                    : answer.path("prompt_token_ids");
            return new Said(
                    tokens,
                    floats(logProbs.path("token_logprobs")),
                    choice.path("finish_reason").asString(""),
                    prompt.isArray() ? ints("prompt_token_ids", prompt) : null,
                    answer.path("usage").path("completion_tokens").asInt(-1));
        }

        private static int @Nullable [] named(JsonNode tokens) {
            String prefix = "token_id:";
            List<String> texts = IntStream.range(0, tokens.size())
                    .mapToObj(t -> tokens.get(t).asString(""))
                    .toList();
            boolean all = tokens.isArray()
                    && texts.stream()
                            .allMatch(text -> text.startsWith(prefix) && isNumber(text.substring(prefix.length())));
            return all
                    ? texts.stream()
                            .mapToInt(text -> Integer.parseInt(text.substring(prefix.length())))
                            .toArray()
                    : null;
        }

        private static boolean isNumber(String digits) {
            return !digits.isEmpty() && digits.length() < 10 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        }
    }

    private static final class LlamaCpp extends Exchange {
        @Override
        String path() {
            return "completion";
        }

        @Override
        String body(GenerationRequest request, int sample) {
            Sampling sampling = request.sampling();
            long seed = request.seeds()[sample];
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("prompt", request.prompt());
            fields.put("n_predict", request.maxTokens());
            // 32 bits without the value that stands for a random seed
            fields.put("seed", (seed ^ (seed >>> 32)) & 0x7fff_ffffL);
            fields.put("samplers", List.of("penalties", "temperature", "top_k", "top_p", "min_p"));
            fields.put("temperature", sampling.temperature());
            fields.put("top_k", sampling.temperature() == 0 ? 1 : sampling.topK());
            fields.put("top_p", sampling.topP());
            fields.put("min_p", sampling.minP());
            fields.put("repeat_penalty", sampling.repetitionPenalty());
            // The whole row; newer servers refuse the -1 that used to say so.
            fields.put(
                    "repeat_last_n",
                    sampling.repetitionPenalty() == 1 ? 0 : request.prompt().length + request.maxTokens());
            fields.put("n_probs", 1);
            fields.put("post_sampling_probs", false);
            fields.put("return_tokens", true);
            fields.put("cache_prompt", true);
            fields.put("stream", false);
            return write(fields);
        }

        @Override
        Said read(JsonNode answer) throws UnusableException {
            JsonNode tokens = answer.path("tokens");
            if (!tokens.isArray()
                    || (tokens.isEmpty() && answer.path("tokens_predicted").asInt(0) > 0)) {
                throw new UnusableException("it has text only, no tokens: the server is too old for return_tokens");
            }
            int[] ids = ints("tokens", tokens);
            JsonNode each = answer.path("completion_probabilities");
            float[] logProbs = new float[each.size()];
            for (int t = 0; t < logProbs.length; t++) {
                logProbs[t] = number(t, each.get(t).path("logprob"));
                if (t < ids.length && each.get(t).path("id").asInt(-1) != ids[t]) {
                    throw new UnusableException("its log-probability " + t + " is of another token than its tokens");
                }
            }
            if (answer.path("truncated").asBoolean(false)) {
                throw new UnusableException("the server's context is too short: it truncated");
            }
            String ending =
                    switch (answer.path("stop_type").asString("")) {
                        case "eos", "word" -> "stop";
                        case "limit" -> "length";
                        default -> answer.path("stop_type").asString("");
                    };
            return new Said(
                    ids, logProbs, ending, null, answer.path("tokens_predicted").asInt(-1));
        }
    }

    private static int[] ints(String field, JsonNode array) throws UnusableException {
        int[] ints = new int[array.size()];
        for (int t = 0; t < ints.length; t++) {
            if (!array.get(t).canConvertToInt() || !array.get(t).isIntegralNumber()) {
                throw new UnusableException(field + "[" + t + "] is no token id");
            }
            ints[t] = array.get(t).asInt();
        }
        return ints;
    }

    private static float[] floats(JsonNode array) throws UnusableException {
        float[] floats = new float[array.size()];
        for (int t = 0; t < floats.length; t++) {
            floats[t] = number(t, array.get(t));
        }
        return floats;
    }

    private static float number(int t, JsonNode node) throws UnusableException {
        float value = node.isNumber() ? (float) node.asDouble() : Float.NaN;
        // Rounding may put a sure token a little above 0.
        if (!Float.isFinite(value) || value > 1e-3f) {
            throw new UnusableException("the log-probability of token " + t + " is "
                    + (node.isNumber() ? node.toString() : "missing or no number"));
        }
        return Math.min(0, value);
    }
}
