package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.ppo.MetricNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
