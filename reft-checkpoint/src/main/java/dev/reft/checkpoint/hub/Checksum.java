package dev.reft.checkpoint.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a file's bytes must hash to, which is also its blob's name: SHA-256 (64 digits) for large files, and git's blob
 * hash (40 digits: SHA-1 of {@code "blob " + length + NUL + bytes}) for those that lie in the repository itself.
 */
record Checksum(String hex) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    /** From an ETag or a field of the listing; empty if it is no hash. */
    static Optional<Checksum> of(String text) {
        String tag = text.strip();
        tag = tag.startsWith("W/") ? tag.substring(2) : tag;
        if (tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"")) {
            tag = tag.substring(1, tag.length() - 1);
        }
        String hex = tag.toLowerCase(Locale.ROOT);
        return HASH.matcher(hex).matches() ? Optional.of(new Checksum(hex)) : Optional.empty();
    }

    boolean matches(Path file) throws IOException {
        MessageDigest digest = digest(hex.length() == 64 ? "SHA-256" : "SHA-1");
        if (hex.length() == 40) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest()).equals(hex);
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + name, e);
        }
    }
}
