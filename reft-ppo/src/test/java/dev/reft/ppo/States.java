package dev.reft.ppo;

import dev.reft.io.AtomicFiles;
import dev.reft.model.Policy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What must be equal where two runs are. */
final class States {
    private States() {}

    /** A digest of all that a policy's next step depends on. */
    static String of(Policy policy) {
        try {
            Path directory = Files.createTempDirectory("reft-state");
            try {
                policy.saveState(directory);
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                try (Stream<Path> files =
                        Files.walk(directory).filter(Files::isRegularFile).sorted()) {
                    for (Path file : files.toList()) {
                        digest.update(file.getFileName().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
                        digest.update(Files.readAllBytes(file));
                    }
                }
                return HexFormat.of().formatHex(digest.digest());
            } finally {
                AtomicFiles.deleteTree(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A report without what the clock decides. */
    static Map<String, Double> timeless(StepReport report) {
        Map<String, Double> metrics = new TreeMap<>(report.metrics());
        metrics.keySet().removeIf(name -> name.startsWith("time/") || name.equals("eps"));
        return metrics;
    }
}
