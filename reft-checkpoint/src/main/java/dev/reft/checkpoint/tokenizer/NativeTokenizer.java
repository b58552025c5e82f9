package dev.reft.checkpoint.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** The native tokenizer behind DJL: whole texts, no special tokens added, nothing cut off or filled up. */
final class NativeTokenizer implements AutoCloseable {
    private static final String OPT_OUT = "OPT_OUT_TRACKING";

    static {
        // DJL reports its first use of an engine to its makers unless told otherwise; a host may have decided already.
        if (System.getProperty(OPT_OUT) == null) {
            System.setProperty(OPT_OUT, "true");
        }
    }

    private final HuggingFaceTokenizer tokenizer;

    NativeTokenizer(byte[] json, String source) {
        Map<String, String> plain = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), plain);
        } catch (IOException e) {
            throw new UncheckedIOException(source + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(source + ": the tokenizer is refused: " + e.getMessage(), e);
        }
    }

    Encoding encoding(String text) {
        return tokenizer.encode(wellFormed(text), false, false);
    }

    int[] encode(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        return ids(encoding(text));
    }

    static int[] ids(Encoding encoding) {
        long[] wide = encoding.getIds();
        int[] ids = new int[wide.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Math.toIntExact(wide[i]);
        }
        return ids;
    }

    String decode(long[] ids) {
        return ids.length == 0 ? "" : tokenizer.decode(ids, false);
    }

    /** A lone half of a surrogate pair is no text; it becomes U+FFFD, as in {@code String.getBytes}' manner. */
    private static String wellFormed(String text) {
        StringBuilder fixed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (fixed == null) {
                fixed = new StringBuilder(text);
            }
            fixed.setCharAt(i, '\uFFFD');
        }
        return fixed == null ? text : fixed.toString();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
