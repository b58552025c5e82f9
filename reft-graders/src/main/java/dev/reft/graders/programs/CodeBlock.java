package dev.reft.graders.programs;

import dev.reft.graders.PythonText;

/** Finds the code in a completion. */
public final class CodeBlock {
    private static final String FENCE = "```";

    private CodeBlock() {}

    /**
     * What stands in the last pair of fences, the word {@code python} after the first left out, without white space around
     * (allenai/open-instruct, CodeVerifier). Fences are paired from the start.
     *
     * @param text a completion
     * @return the code; the whole text if it has no pair of fences
     */
    public static String last(String text) {
        String found = null;
        int at = text.indexOf(FENCE);
        while (at >= 0) {
            int start = at + FENCE.length();
            int end = text.indexOf(FENCE, start);
            if (end < 0) {
                break;
            }
            // "```python" whose name runs into the closing fence is a block of its name's rest, as the peer's pattern
            // has it.
            found = text.startsWith("python", start) && start + "python".length() <= end
                    ? text.substring(start + "python".length(), end)
                    : text.substring(start, end);
            at = text.indexOf(FENCE, end + FENCE.length());
        }
        return found == null ? text : PythonText.strip(found);
    }
}
