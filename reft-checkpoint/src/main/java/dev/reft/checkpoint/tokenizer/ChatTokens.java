package dev.reft.checkpoint.tokenizer;

/**
 * A chat in tokens, with those that the assistant wrote.
 *
 * @param ids all tokens
 * @param assistant the ascending positions of the tokens in the template's {@code generation} blocks, as the scored
 *     positions of a row; empty if the template marks none
 */
public record ChatTokens(int[] ids, int[] assistant) {}
