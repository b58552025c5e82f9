package dev.reft.checkpoint.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** One fetch of one model. */
final class Fetch {
    private static final long MOST_INDEX = 64L << 20;

    private final Hub.Settings settings;
    private final HubName model;
    private final FetchMeter meter;
    private final HubClient client;

    Fetch(Hub.Settings settings, HubName model, FetchMeter meter) {
        this.settings = settings;
        this.model = model;
        this.meter = meter;
        client = new HubClient(settings);
    }

    /** A file of the plan. */
    private record Wanted(String name, URI address, long size, Checksum checksum) {}

    Path run() throws InterruptedException {
        try {
            Listing listing = listing();
            Path snapshot = settings.cache().snapshot(model, listing.commit());
            Optional<String> chosen = settings.chosen().isEmpty() ? Optional.empty() : Optional.of(settings.chosen());
            List<Wanted> plan = plan(listing, snapshot, chosen);
            long bytes = 0;
            for (Wanted file : plan) {
                bytes = Math.addExact(bytes, file.size());
            }
            if (bytes > settings.mostBytes()) {
                throw new HubException(
                        address("resolve/" + listing.commit()),
                        0,
                        "the model has " + bytes + " bytes, more than the " + settings.mostBytes()
                                + " that this hub is asked for at most");
            }
            meter.plan(plan.size(), bytes);
            for (Wanted file : plan) {
                meter.begin(file.name());
                place(file, snapshot, meter);
                meter.end();
            }
            settings.cache().name(model, listing.commit());
            return chosen.isPresent() ? snapshot.resolve(chosen.get()) : snapshot;
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + model + " into the cache: " + e.getMessage(), e);
        }
    }

    private Listing listing() throws InterruptedException {
        URI address = root("api/models/" + model.owner() + "/" + model.name() + "/revision/"
                + URLEncoder.encode(model.revision(), StandardCharsets.UTF_8) + "?blobs=true");
        HubClient.Answer answer = client.text(address);
        checkStatus(address, answer.status(), model.toString());
        return Listing.read(address, answer.response().body());
    }

    private List<Wanted> plan(Listing listing, Path snapshot, Optional<String> chosen)
            throws IOException, InterruptedException {
        Set<String> there = listing.files().keySet();
        List<String> names = new ArrayList<>(ModelFiles.first(there, chosen));
        Map<String, Wanted> known = new LinkedHashMap<>();
        if (names.contains(ModelFiles.INDEX)) {
            Wanted index = wanted(listing, ModelFiles.INDEX);
            if (index.size() > MOST_INDEX) {
                throw new HubException(index.address(), 0, "an index of " + index.size() + " bytes is not read");
            }
            place(index, snapshot, new FetchMeter());
            known.put(index.name(), index);
            names.addAll(shards(index, snapshot, there));
        } else {
            try {
                names.addAll(ModelFiles.weights(there, chosen));
            } catch (IllegalArgumentException e) {
                throw new HubException(address("tree/" + listing.commit()), e.getMessage() + "", e);
            }
        }
        List<Wanted> plan = new ArrayList<>();
        for (String name : names) {
            Wanted found = known.get(name);
            plan.add(found != null ? found : wanted(listing, name));
        }
        return plan;
    }

    private Set<String> shards(Wanted index, Path snapshot, Set<String> there) throws IOException {
        JsonNode places = Listing.parse(index.address(), Files.readString(snapshot.resolve(index.name())))
                .path("weight_map");
        Set<String> shards = new TreeSet<>();
        for (JsonNode place : places) {
            String shard = place.asString("");
            if (!ModelFiles.isPlain(shard) || shard.contains("/") || !there.contains(shard)) {
                throw new HubException(
                        index.address(), 0, "weight_map names a file that the model has not, or that is no plain name");
            }
            shards.add(shard);
        }
        if (shards.isEmpty()) {
            throw new HubException(index.address(), 0, "weight_map names no file");
        }
        return shards;
    }

    /** Size and hash from the listing, or else from the file's own headers. */
    private Wanted wanted(Listing listing, String name) throws InterruptedException {
        StringBuilder path = new StringBuilder("resolve/" + listing.commit());
        for (String segment : name.split("/", -1)) {
            path.append('/')
                    .append(URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        URI address = address(path.toString());
        Listing.Entry entry = listing.files().getOrDefault(name, new Listing.Entry(-1, Optional.empty()));
        if (entry.size() >= 0 && entry.checksum().isPresent()) {
            return new Wanted(name, address, entry.size(), entry.checksum().get());
        }
        HubClient.Answer head = client.head(address);
        if (head.header("X-Linked-Etag").isEmpty()) {
            checkStatus(address, head.status(), name);
        }
        Checksum checksum = head.header("X-Linked-Etag")
                .or(() -> head.header("ETag"))
                .flatMap(Checksum::of)
                .or(entry::checksum)
                .orElseThrow(() -> new HubException(
                        address, 0, "the hub names no hash of the file, so what comes could not be checked"));
        long size = entry.size() >= 0
                ? entry.size()
                : number(head.header("X-Linked-Size").or(() -> head.header("Content-Length")));
        if (size < 0) {
            throw new HubException(address, 0, "the hub does not tell the file's size");
        }
        return new Wanted(name, address, size, checksum);
    }

    private static long number(Optional<String> text) {
        String digits = text.orElse("").strip();
        return !digits.isEmpty() && digits.length() < 19 && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Long.parseLong(digits)
                : -1;
    }

    /** Brings a file into the snapshot. */
    private void place(Wanted file, Path snapshot, FetchMeter counted) throws IOException, InterruptedException {
        Path blob = settings.cache().blob(model, file.checksum());
        Path name = snapshot.resolve(file.name());
        try (HubLocks.Held held = HubLocks.take(
                settings.cache().lock(model, file.checksum()),
                settings.stallLimit().multipliedBy(60))) {
            if (Files.isRegularFile(blob)
                    && Files.size(blob) == file.size()
                    && held.lock().isValid()) {
                counted.add(file.size());
            } else {
                download(file, blob, counted);
            }
            if (!HubCache.isLinked(name, blob)) {
                HubCache.link(name, blob);
            }
        }
    }

    private void download(Wanted file, Path blob, FetchMeter counted) throws IOException, InterruptedException {
        Files.createDirectories(blob.getParent());
        Path part = blob.resolveSibling(blob.getFileName() + ".incomplete");
        long came = Files.exists(part) ? Files.size(part) : 0;
        if (came > file.size()) {
            Files.delete(part);
            came = 0;
        }
        counted.add(came);
        boolean resumed = came > 0;
        for (int again = 0; again < 2; again++) {
            bytes(file, part, counted);
            if (file.checksum().matches(part)) {
                Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            counted.add(-Files.size(part));
            Files.delete(part);
            if (!resumed) {
                break; // the hub itself gave these bytes, all in one fetch
            }
            resumed = false; // the beginning may be of an older or torn fetch: once more from the start
        }
        throw new HubException(
                file.address(),
                0,
                "the bytes of '" + file.name() + "' do not have the hash "
                        + file.checksum().hex());
    }

    /** Asks for what is missing until all is there; attempts count while nothing new comes. */
    private void bytes(Wanted file, Path part, FetchMeter counted) throws IOException, InterruptedException {
        int fruitless = 0;
        while (true) {
            long came = Files.exists(part) ? Files.size(part) : 0;
            if (came == file.size() && Files.exists(part)) {
                return;
            }
            String problem;
            int status = 0;
            String retryAfter = "";
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                HubClient.Answer answer =
                        client.part(file.address(), new HubClient.Part(channel, came, file.size(), counted));
                status = answer.status();
                retryAfter = answer.header("Retry-After").orElse("");
                if (status == 200 || status == 206) {
                    checkTag(file, answer, part);
                    channel.force(true);
                    if (channel.size() == file.size()) {
                        return;
                    }
                } else if (!HubClient.isPassing(status)) {
                    checkStatus(file.address(), status, file.name());
                }
                problem = "the answer ended after " + channel.size() + " of " + file.size() + " bytes";
            } catch (PartBody.TooLongException e) {
                throw new HubException(file.address(), "'" + file.name() + "': " + e.getMessage(), e);
            } catch (IOException e) {
                if (e.getCause() instanceof PartBody.TooLongException) {
                    Files.deleteIfExists(part);
                    throw new HubException(file.address(), "'" + file.name() + "': " + e.getMessage(), e);
                }
                problem = String.valueOf(e.getMessage());
            }
            fruitless = Files.size(part) > came ? 0 : fruitless + 1;
            if (fruitless == settings.attempts()) {
                throw new HubException(
                        file.address(),
                        status,
                        "'" + file.name() + "': nothing new in " + fruitless + " attempts, the last: " + problem);
            }
            client.pause(Math.max(1, fruitless), retryAfter);
        }
    }

    /** A file that changed since it was listed; its address holds the commit, so it must not. */
    private static void checkTag(Wanted file, HubClient.Answer answer, Path part) throws IOException {
        Optional<Checksum> tag = answer.header("X-Linked-Etag")
                .or(() -> answer.address().equals(file.address()) ? answer.header("ETag") : Optional.empty())
                .flatMap(Checksum::of);
        if (tag.isPresent() && !tag.get().equals(file.checksum())) {
            Files.delete(part); // of two contents
            throw new HubException(
                    file.address(),
                    0,
                    "'" + file.name() + "' changed while it was fetched: its tag is "
                            + tag.get().hex() + ", not " + file.checksum().hex());
        }
    }

    private void checkStatus(URI address, int status, String what) {
        if (status == 200 || status == 206) {
            return;
        }
        String problem =
                switch (status) {
                    case 401, 403 ->
                        "'" + what + "' needs "
                                + (settings.token().isEmpty()
                                        ? "a token: Hub.token(...)"
                                        : "another token: this one has no access");
                    case 404 ->
                        "'" + what + "' is not there"
                                + (settings.token().isEmpty()
                                        ? ", or it is private and needs a token: Hub.token(...)"
                                        : "");
                    case 429 -> "the hub asks for fewer requests, after " + settings.attempts() + " attempts";
                    default -> "'" + what + "' was not given";
                };
        throw new HubException(address, status, problem);
    }

    private URI address(String rest) {
        return root(model.owner() + "/" + model.name() + "/" + rest);
    }

    private URI root(String rest) {
        String base = settings.address().toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + rest);
    }
}
