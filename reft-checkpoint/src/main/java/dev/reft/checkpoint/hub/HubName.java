package dev.reft.checkpoint.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a model on a hub: {@code owner/name} or {@code owner/name@revision}.
 *
 * @param owner letters, digits, {@code -}, {@code _} and single dots
 * @param name as the owner
 * @param revision a branch, tag or commit, {@code main} if none is said; may hold {@code /}
 */
public record HubName(String owner, String name, String revision) {
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,95}");

    /**
     * Checks the parts, which become parts of paths.
     *
     * @throws IllegalArgumentException naming the part
     */
    public HubName {
        check("owner", owner, plain(owner) && !owner.contains("--"));
        check("name", name, plain(name) && !name.contains("--"));
        check("revision", revision, revision.length() <= 255);
        for (String part : revision.split("/", -1)) {
            check("revision", revision, plain(part));
        }
    }

    /**
     * Reads a name.
     *
     * @param text {@code owner/name} or {@code owner/name@revision}
     * @return the name
     * @throws IllegalArgumentException if it is none
     */
    public static HubName parse(String text) {
        int at = text.indexOf('@');
        String model = at < 0 ? text : text.substring(0, at);
        int slash = model.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("'" + text + "' is no owner/name or owner/name@revision");
        }
        return new HubName(
                model.substring(0, slash), model.substring(slash + 1), at < 0 ? "main" : text.substring(at + 1));
    }

    static Optional<HubName> ifName(String text) {
        try {
            return Optional.of(parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a path: the question is which of the two it is
        }
    }

    /** As tools of the field name its folder in a cache. */
    String folder() {
        return "models--" + owner + "--" + name;
    }

    private static boolean plain(String part) {
        return PART.matcher(part).matches() && !part.contains("..") && !part.endsWith(".") && !part.endsWith(".lock");
    }

    private static void check(String field, String value, boolean fine) {
        if (!fine) {
            throw new IllegalArgumentException("the " + field + " '" + value
                    + "' of a hub's model is not plain letters," + " digits, '-', '_' and single dots");
        }
    }

    /** The name as {@link #parse} reads it. */
    @Override
    public String toString() {
        return owner + "/" + name + "@" + revision;
    }
}
