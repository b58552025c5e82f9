package dev.reft.ppo.remote;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * How a server gets new weights: a directory that both sides see, and a request to load from it.
 *
 * @param folder where exported weights are put, one directory a version; deleted when two newer ones are there or the sampler
 *     is closed, but for the newest that the server took
 * @param seenAs the folder as the server names it
 * @param endpoint path of the request, relative to the server's address
 * @param body fields of its JSON; in a value, <code>{directory}</code> is the new directory as the server names it and
 *     <code>{version}</code> the number of the weights
 * @param limit most time of the request, positive
 */
public record WeightReload(Path folder, String seenAs, String endpoint, Map<String, String> body, Duration limit) {
    /**
     * Checks the fields.
     *
     * @throws IllegalArgumentException if the endpoint is blank or absolute, no field tells the directory, or the limit is not
     *     positive
     */
    public WeightReload {
        body = Map.copyOf(body);
        if (endpoint.isBlank() || endpoint.startsWith("/") || endpoint.contains("://")) {
            throw new IllegalArgumentException(
                    "endpoint '" + endpoint + "' is no path relative to the server's address");
        }
        if (body.values().stream().noneMatch(value -> value.contains("{directory}"))) {
            throw new IllegalArgumentException("no field of the body " + body.keySet() + " tells the {directory}");
        }
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("limit " + limit + " must be positive");
        }
    }

    /**
     * SGLang's {@code update_weights_from_disk}.
     *
     * @param folder a folder that the server sees under the same name
     * @return the reload, with ten minutes
     */
    public static WeightReload sglang(Path folder) {
        return new WeightReload(
                folder,
                folder.toString(),
                "update_weights_from_disk",
                Map.of("model_path", "{directory}"),
                Duration.ofMinutes(10));
    }

    /**
     * vLLM's {@code v1/load_lora_adapter}, of a server that was started with LoRA and runtime updates allowed; samples have to ask
     * for the adapter's name as their model.
     *
     * @param folder a folder that the server sees under the same name
     * @param adapter the adapter's name
     * @return the reload, with ten minutes
     */
    public static WeightReload vllmAdapter(Path folder, String adapter) {
        return new WeightReload(
                folder,
                folder.toString(),
                "v1/load_lora_adapter",
                Map.of("lora_name", adapter, "lora_path", "{directory}", "load_inplace", "true"),
                Duration.ofMinutes(10));
    }
}
