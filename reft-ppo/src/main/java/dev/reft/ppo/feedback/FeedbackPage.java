package dev.reft.ppo.feedback;

import dev.reft.io.AtomicFiles;
import dev.reft.ppo.data.JsonLines;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The page. Completions are hostile: they stand in a block of JSON in which every character that is not plain ASCII, and all that
 * HTML gives a meaning, is escaped; the script puts them on the page as text, never as markup; and a policy admits no script but
 * this one, by its digest, and no connection.
 */
final class FeedbackPage {
    private static final String SCRIPT_START = "<script id=\"program\">";
    private static final String SCRIPT_END = "</script>";

    private FeedbackPage() {}

    static void write(Path file, String title, FeedbackSheet sheet) {
        String page = template();
        int start = page.indexOf(SCRIPT_START) + SCRIPT_START.length();
        String script = page.substring(start, page.indexOf(SCRIPT_END, start));
        // The data last: what it holds is never searched for placeholders.
        String whole = page.replace("@DIGEST@", digest(script)).replace("@DATA@", json(title, sheet));
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            AtomicFiles.writeText(file, whole);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    private static String json(String title, FeedbackSheet sheet) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("title", title);
        data.put("sheet", sheet.digest());
        if (sheet.task() instanceof FeedbackTask.Scores scores) {
            data.put("task", "scores");
            data.put("low", scores.low());
            data.put("high", scores.high());
        } else {
            data.put("task", sheet.task() instanceof FeedbackTask.Choice ? "choice" : "ranking");
        }
        data.put("items", sheet.shuffledRows());
        return escaped(JsonLines.text(data));
    }

    /** JSON of printable ASCII without a character that could end the block or begin markup; it means the same. */
    private static String escaped(String json) {
        StringBuilder safe = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c < ' ' || c > '~' || c == '<' || c == '>' || c == '&') {
                safe.append(String.format("\\u%04x", (int) c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    private static String digest(String script) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(sha);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String template() {
        try (InputStream in = FeedbackPage.class.getResourceAsStream("page.html")) {
            if (in == null) {
                throw new IllegalStateException("page.html is not beside " + FeedbackPage.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
