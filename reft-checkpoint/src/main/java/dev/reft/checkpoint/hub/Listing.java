package dev.reft.checkpoint.hub;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a hub says of a model at a revision: its commit and its files, with sizes and hashes if it tells them here. */
record Listing(String commit, Map<String, Entry> files) {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .build())
            .build();

    /** A file; the size is negative where the hub does not tell it. */
    record Entry(long size, Optional<Checksum> checksum) {}

    static Listing read(URI address, String text) {
        JsonNode root = parse(address, text);
        String commit = root.path("sha").asString("");
        if (commit.length() < 7 || commit.length() > 64 || !commit.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw new HubException(address, 0, "the listing's commit 'sha' is no hash");
        }
        Map<String, Entry> files = new LinkedHashMap<>();
        for (JsonNode file : root.path("siblings")) {
            String name = file.path("rfilename").asString("");
            // Other files may have any name; one that is fetched is plain, so an odd one is never a path here.
            if (ModelFiles.isPlain(name)) {
                JsonNode large = file.path("lfs");
                long size = large.path("size").asLong(file.path("size").asLong(-1));
                Optional<Checksum> checksum = Checksum.of(large.path("sha256").asString(""))
                        .or(() -> large.isObject()
                                ? Optional.empty()
                                : Checksum.of(file.path("blobId").asString("")));
                files.put(name, new Entry(size, checksum));
            }
        }
        return new Listing(commit, files);
    }

    /** Any JSON; what is none names its address. */
    static JsonNode parse(URI address, String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new HubException(address, "the answer is no JSON that is read here", e);
        }
    }
}
