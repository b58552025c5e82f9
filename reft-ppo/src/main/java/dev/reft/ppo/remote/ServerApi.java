package dev.reft.ppo.remote;

/** How a server is asked. The type grows. */
public sealed interface ServerApi {
    /**
     * {@code POST v1/completions} with the prompt as token ids, as vLLM and SGLang answer it: {@code return_token_ids} (or the
     * older {@code return_tokens_as_token_ids}) for the ids, {@code logprobs} for the log-probabilities.
     *
     * @param model the name that the server knows the model by
     */
    record Completions(String model) implements ServerApi {
        /**
         * Checks the name.
         *
         * @throws IllegalArgumentException if it is blank
         */
        public Completions {
            if (model.isBlank()) {
                throw new IllegalArgumentException("the served model's name '" + model + "' is blank");
            }
        }
    }

    /**
     * {@code POST completion} of llama.cpp's server, with {@code return_tokens} and {@code n_probs}. Stop texts are looked for
     * here, since that server drops the log-probabilities of a stop text's tokens: a sample with one costs all its tokens.
     */
    record LlamaCpp() implements ServerApi {}
}
