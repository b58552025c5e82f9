package dev.reft.checkpoint;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** All architectures by their types: a new one is added here. */
final class Architectures {
    static final SortedMap<String, Architecture> KNOWN = known();

    private Architectures() {}

    private static SortedMap<String, Architecture> known() {
        TreeMap<String, Architecture> known = new TreeMap<>();
        for (Architecture one : List.of(
                new LlamaArchitecture("llama", "LlamaForCausalLM"),
                new LlamaArchitecture("mistral", "MistralForCausalLM"),
                new LlamaArchitecture("qwen2", "Qwen2ForCausalLM"),
                new LlamaArchitecture("qwen3", "Qwen3ForCausalLM"),
                new Olmo2Architecture(),
                new Gpt2Architecture(),
                new OptArchitecture())) {
            known.put(one.type(), one);
        }
        return Collections.unmodifiableSortedMap(known);
    }
}
