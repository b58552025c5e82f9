package dev.reft.checkpoint.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Skips a property where SmolLM2 is absent; jqwik takes an assumption that never holds for a failure. */
final class NeedsModel implements SkipExecutionHook {
    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
        Path model = Path.of(System.getProperty("reft.shared", "../../shared"), "models", "SmolLM2-135M-Instruct");
        return Files.exists(model) ? SkipResult.doNotSkip() : SkipResult.skip("there is no model at " + model);
    }
}
