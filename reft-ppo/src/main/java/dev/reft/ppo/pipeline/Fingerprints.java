package dev.reft.ppo.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256 of files, folders and texts. */
public final class Fingerprints {
    private static final int BUFFER = 1 << 16;

    private Fingerprints() {}

    /**
     * The fingerprint of a file's content, or of all files in a folder with their names relative to it, {@value Provenance#FILE}
     * excepted: the same files elsewhere have the same fingerprint.
     *
     * @param path a file or a folder, without links in it
     * @return 64 hexadecimal digits
     * @throws UncheckedIOException if it cannot be read or is neither
     */
    public static String of(Path path) {
        try {
            if (Files.isRegularFile(path)) {
                return hex(digest(path));
            }
            MessageDigest all = sha();
            try (Stream<Path> files = Files.walk(path)) {
                List<Path> sorted = files.filter(f -> !Files.isDirectory(f, LinkOption.NOFOLLOW_LINKS))
                        .filter(f -> !String.valueOf(f.getFileName()).equals(Provenance.FILE))
                        .sorted((a, b) -> name(path, a).compareTo(name(path, b)))
                        .toList();
                for (Path file : sorted) {
                    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                        throw new IOException(file + " is neither a file nor a folder");
                    }
                    all.update(name(path, file).getBytes(StandardCharsets.UTF_8));
                    all.update((byte) 0);
                    all.update(digest(file));
                }
            }
            return hex(all.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + path, e);
        }
    }

    /**
     * The fingerprint of a text.
     *
     * @param text such as the rows of a generated data set
     * @return 64 hexadecimal digits
     */
    public static String of(String text) {
        return hex(sha().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String name(Path root, Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    private static byte[] digest(Path file) throws IOException {
        MessageDigest sha = sha();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha.update(buffer, 0, read);
            }
        }
        return sha.digest();
    }

    private static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
