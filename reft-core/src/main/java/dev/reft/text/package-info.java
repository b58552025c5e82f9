/** Text, token ids and vectors of meaning: tokenizers, chat messages, embedders. */
@NullMarked
package dev.reft.text;

import org.jspecify.annotations.NullMarked;
