/** What is on disk: Hugging Face directories, safetensors and GGUF, as configurations and named tensors. */
@NullMarked
package dev.reft.checkpoint;

import org.jspecify.annotations.NullMarked;
