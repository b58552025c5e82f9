/** Text and token ids: tokenizers and chat messages. */
@NullMarked
package dev.reft.text;

import org.jspecify.annotations.NullMarked;
