package dev.reft.checkpoint.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.template.RenderedChat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * The native tokenizer behind DJL: whole texts, no special tokens added, nothing cut off or filled up.
 *
 * <p>A tokenizer is handed out by models and shared with their copies, so nobody knows when its last use is over. One that
 * was not closed is freed when it is out of reach; DJL itself would never free it.
 */
final class NativeTokenizer implements AutoCloseable {
    private static final String OPT_OUT = "OPT_OUT_TRACKING";

    static {
        // DJL reports its first use of an engine to its makers unless told otherwise; a host may have decided already.
        if (System.getProperty(OPT_OUT) == null) {
            System.setProperty(OPT_OUT, "true");
        }
    }

    private static final Cleaner CLEANER = Cleaner.create();

    private final HuggingFaceTokenizer tokenizer;
    private final Cleaner.Cleanable cleanable;

    NativeTokenizer(byte[] json, Path source) {
        Map<String, String> plain = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), plain);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot load " + source, e);
        } catch (RuntimeException e) {
            throw new CheckpointException(source, "tokenizer", "is refused: " + e.getMessage(), e);
        }
        cleanable = CLEANER.register(this, tokenizer::close);
    }

    /** Tells whether the natives are freed, without keeping this within reach. */
    BooleanSupplier released() {
        return tokenizer::isReleased;
    }

    int[] encode(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        return ids(encoding(wellFormed(text)));
    }

    private Encoding encoding(String text) {
        try {
            return tokenizer.encode(text, false, false);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static int[] ids(Encoding encoding) {
        long[] wide = encoding.getIds();
        int[] ids = new int[wide.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Math.toIntExact(wide[i]);
        }
        return ids;
    }

    /** Tokens, and the positions of those that share a character with the given ranges of the text. */
    ChatTokens encodeMarked(String text, List<RenderedChat.Span> marked) {
        if (text.isEmpty()) {
            return new ChatTokens(new int[0], new int[0]);
        }
        String checked = wellFormed(text);
        Encoding encoding = encoding(checked);
        CharSpan[] places = encoding.getCharTokenSpans();
        IntStream.Builder assistant = IntStream.builder();
        int codePoints = 0;
        int units = 0;
        for (int i = 0; i < places.length; i++) {
            if (places[i] == null) {
                continue;
            }
            // Places are in code points and, but for tokens of one character, ascending.
            if (places[i].getStart() < codePoints) {
                codePoints = 0;
                units = 0;
            }
            units = checked.offsetByCodePoints(units, places[i].getStart() - codePoints);
            codePoints = places[i].getStart();
            int start = units;
            int end = checked.offsetByCodePoints(start, places[i].getEnd() - codePoints);
            if (marked.stream().anyMatch(span -> span.overlaps(start, end))) {
                assistant.add(i);
            }
        }
        return new ChatTokens(ids(encoding), assistant.build().toArray());
    }

    String decode(long[] ids) {
        try {
            return ids.length == 0 ? "" : tokenizer.decode(ids, false);
        } finally {
            Reference.reachabilityFence(this);
        }
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
        cleanable.clean();
    }
}
