/** Tokenizers from {@code tokenizer.json} and from the metadata of a GGUF file. */
@NullMarked
package dev.reft.checkpoint.tokenizer;

import org.jspecify.annotations.NullMarked;
