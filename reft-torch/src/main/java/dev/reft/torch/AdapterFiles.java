package dev.reft.torch;

import dev.reft.model.ProviderOption;

/**
 * Puts a LoRA adapter in PEFT's files on the model. A directory of such files may also be given as the model itself, if the
 * base that it names is on this machine.
 *
 * <p>A model opened so scores and generates under the adapter. A policy opened so goes on training it, and its {@link
 * dev.reft.model.Adapter.Lora} has to say what the files say ({@link dev.reft.checkpoint.PeftAdapter#lora} tells);
 * with {@link MergeAdapter} it may train anything.
 *
 * @param directory that holds {@code adapter_config.json} and {@code adapter_model.safetensors}
 */
public record AdapterFiles(String directory) implements ProviderOption {}
