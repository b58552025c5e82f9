package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.ppo.MetricNames;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Java block of README and docs is a region of a compiled file, named in the comment above it. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK =
            Pattern.compile("(?:<!-- code: (\\S+)#(\\S+) -->\\n)?```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    void javaBlocksAreRegionsOfCompiledFiles() throws IOException {
        int blocks = 0;
        for (Path document : documents()) {
            Matcher matcher = BLOCK.matcher(Files.readString(document));
            while (matcher.find()) {
                String where = ROOT.relativize(document) + ", block starting '"
                        + matcher.group(3).lines().findFirst().orElse("") + "'";
                assertTrue(matcher.group(1) != null, where + " does not say which file it comes from");
                String source = Files.readString(ROOT.resolve(matcher.group(1)));
                assertEquals(region(source, matcher.group(2), where), matcher.group(3), where);
                blocks++;
            }
        }
        assertTrue(blocks >= 4, "only " + blocks + " Java blocks found");
    }

    @Test
    void theGuideNamesEveryMetricOfVerl() throws IOException {
        String guide = Files.readString(ROOT.resolve("docs/GUIDE.md"));
        MetricNames.toVerl().forEach((name, verl) -> {
            String row = "| `" + name + "` | `" + verl + "` |";
            assertTrue(guide.contains(row), row);
        });
    }

    @Test
    void relativeLinksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher matcher = LINK.matcher(Files.readString(document));
            while (matcher.find()) {
                if (!Files.exists(document.resolveSibling(matcher.group(1)))) {
                    broken.add(ROOT.relativize(document) + " -> " + matcher.group(1));
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    /** {@code Class} or {@code Class.member} in backquotes, perhaps with a folder before it and arguments after. */
    private static final Pattern NAMED = Pattern.compile("`(?:[a-z-]+/)*([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?[^`\\n]*`");

    @Test
    void classesAndMembersThatTheTablesOfMethodsNameExist() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : files.filter(p ->
                            p.toString().endsWith(".java") && p.toString().contains("src" + File.separator + "main"))
                    .toList()) {
                String name = String.valueOf(file.getFileName()).replace(".java", "");
                sources.merge(name, Files.readString(file), String::concat);
            }
        }
        String all = String.join("\n", sources.values());
        List<String> unknown = new ArrayList<>();
        int names = 0;
        for (String document : List.of("ALGORITHMS.md", "CHOOSING.md")) {
            Matcher named = NAMED.matcher(Files.readString(ROOT.resolve("docs").resolve(document)));
            while (named.find()) {
                names++;
                String type = named.group(1);
                String member = named.group(2);
                String source = sources.getOrDefault(type, "");
                boolean known = source.isEmpty()
                        ? Pattern.compile("(?:record|class|enum|interface) " + type + "\\b")
                                .matcher(all)
                                .find()
                        : member == null
                                || Pattern.compile("\\b" + member + "\\b")
                                        .matcher(source)
                                        .find();
                if (!known) {
                    unknown.add(document + ": " + named.group());
                }
            }
        }
        assertEquals(List.of(), unknown);
        assertTrue(names > 100, names + " names found");
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            List<Path> all = new ArrayList<>(
                    docs.filter(p -> p.toString().endsWith(".md")).sorted().toList());
            all.add(ROOT.resolve("README.md"));
            return all;
        }
    }

    /** The lines between the region's markers, without their common indent. */
    private static String region(String source, String name, String where) {
        int start = source.indexOf("// region " + name + "\n");
        assertTrue(start >= 0, where + ": no region " + name);
        String body = source.substring(source.indexOf('\n', start) + 1);
        body = body.substring(0, body.indexOf("// endregion"));
        body = body.substring(0, body.lastIndexOf('\n') + 1);
        return body.stripTrailing().stripIndent() + "\n";
    }
}
