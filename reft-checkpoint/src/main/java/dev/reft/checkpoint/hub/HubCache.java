package dev.reft.checkpoint.hub;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which fetched models lie, laid out as other tools of the field share it. Reading it never asks a hub.
 *
 * <p>Its place, if a host names none: the system property {@code reft.hub.cache}, or else the environment's {@code
 * HF_HUB_CACHE}, {@code HF_HOME} + {@code /hub}, {@code XDG_CACHE_HOME} + {@code /huggingface/hub}, or else {@code
 * ~/.cache/huggingface/hub}.
 */
public final class HubCache {
    private final Path root;

    private HubCache(Path root) {
        this.root = root;
    }

    /**
     * A cache.
     *
     * @param folder its folder
     * @return the cache
     */
    public static HubCache at(Path folder) {
        return new HubCache(folder.toAbsolutePath().normalize());
    }

    /**
     * The cache that other tools of this user share.
     *
     * @return the cache, whose folder need not exist
     */
    public static HubCache standard() {
        @Nullable String own = System.getProperty("reft.hub.cache");
        @Nullable String hub = System.getenv("HF_HUB_CACHE");
        @Nullable String home = System.getenv("HF_HOME");
        @Nullable String xdg = System.getenv("XDG_CACHE_HOME");
        if (own != null && !own.isBlank()) {
            return at(Path.of(own));
        } else if (hub != null && !hub.isBlank()) {
            return at(Path.of(hub));
        } else if (home != null && !home.isBlank()) {
            return at(Path.of(home, "hub"));
        } else if (xdg != null && !xdg.isBlank()) {
            return at(Path.of(xdg, "huggingface", "hub"));
        }
        return at(Path.of(System.getProperty("user.home", "."), ".cache", "huggingface", "hub"));
    }

    /**
     * Where the model of a {@code ModelSpec} lies: a path that exists is itself, a name that the standard cache holds is
     * its snapshot, anything else is the path that it spells.
     *
     * @param model a path, or {@code owner/name[@revision]}
     * @return a path, which may not exist
     */
    public static Path locate(String model) {
        Path path;
        try {
            path = Path.of(model);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    "'" + model + "' is neither a path nor a hub's model: " + e.getReason(), e);
        }
        if (Files.exists(path)) {
            return path;
        }
        return HubName.ifName(model).flatMap(standard()::find).orElse(path);
    }

    /**
     * What to do about a model that is not there, for messages.
     *
     * @param model a path or name for which {@link #locate} gave nothing that exists
     * @return what to call where it may be a hub's model, else empty
     */
    public static String advice(String model) {
        return HubName.ifName(model)
                .map(name -> "; if it is a hub's model, it is not in the cache " + standard().root
                        + ": fetch it once by" + " Hub.at(address).fetch(\"" + model
                        + "\") of reft-checkpoint, or open the path that a fetch gave")
                .orElse("");
    }

    /**
     * Finds a model that was fetched.
     *
     * @param model its name
     * @return the snapshot's directory; empty if there is none
     */
    public Optional<Path> find(HubName model) {
        Path snapshots = folder(model).resolve("snapshots");
        Path ref = folder(model).resolve("refs").resolve(model.revision());
        String commit = model.revision();
        try {
            if (Files.isRegularFile(ref) && Files.size(ref) <= 128) {
                commit = Files.readString(ref).strip();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot read " + ref, e);
        }
        boolean plain = !commit.isEmpty() && commit.chars().allMatch(c -> Character.digit(c, 16) >= 0);
        Path snapshot = snapshots.resolve(plain ? commit : "none");
        return plain && Files.isDirectory(snapshot) ? Optional.of(snapshot) : Optional.empty();
    }

    Path folder(HubName model) {
        return root.resolve(model.folder());
    }

    Path blob(HubName model, Checksum checksum) {
        return folder(model).resolve("blobs").resolve(checksum.hex());
    }

    Path lock(HubName model, Checksum checksum) {
        return root.resolve(".locks").resolve(model.folder()).resolve(checksum.hex() + ".lock");
    }

    Path snapshot(HubName model, String commit) {
        return folder(model).resolve("snapshots").resolve(commit);
    }

    /** Makes the snapshot's name of a blob: a relative link, or a copy where there are no links. */
    static void link(Path name, Path blob) throws IOException {
        Path folder = Objects.requireNonNull(name.getParent(), "a snapshot's file lies in its folder");
        Files.createDirectories(folder);
        Path aside = name.resolveSibling("." + name.getFileName() + ".tmp-" + UUID.randomUUID());
        try {
            Files.createSymbolicLink(aside, folder.relativize(blob));
        } catch (UnsupportedOperationException | FileSystemException e) {
            if (e instanceof FileAlreadyExistsException) {
                throw e;
            }
            Files.copy(blob, aside);
        }
        Files.move(aside, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether the snapshot's name leads to this blob, or is a copy as long as it. */
    static boolean isLinked(Path name, Path blob) throws IOException {
        if (!Files.exists(name)) {
            return false;
        }
        return Files.isSymbolicLink(name)
                ? name.toRealPath().equals(blob.toRealPath())
                : Files.isRegularFile(name, LinkOption.NOFOLLOW_LINKS) && Files.size(name) == Files.size(blob);
    }

    /** Written last: a revision that is named is whole. */
    void name(HubName model, String commit) throws IOException {
        if (model.revision().equals(commit)) {
            return;
        }
        Path ref = folder(model).resolve("refs").resolve(model.revision());
        Files.createDirectories(ref.getParent());
        AtomicFiles.writeText(ref, commit);
    }
}
