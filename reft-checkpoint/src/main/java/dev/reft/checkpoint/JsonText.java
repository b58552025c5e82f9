package dev.reft.checkpoint;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON that may be hostile (strict UTF-8, bounded depth and length, no key twice) and writes it again. */
final class JsonText {
    /** Far above any configuration, far below what a stack bears. */
    static final int MAX_DEPTH = 64;

    private static final int MAX_STRING = 16 << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNumberLength(400)
                    .maxTokenCount(20_000_000)
                    .maxNameLength(16 << 10)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final JsonMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonText() {}

    /** What a caller does with an open parser. */
    @FunctionalInterface
    interface Use<T> {
        T apply(JsonParser parser) throws IOException;
    }

    /** Reads a file that holds one object and is at most so many bytes long. */
    static Map<String, @Nullable Object> readObject(Path file, long maxBytes) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new CheckpointException(file, "file", "is not a regular file");
            }
            long size = Files.size(file);
            if (size > maxBytes) {
                throw new CheckpointException(
                        file, "file", "is " + size + " bytes long, more than the " + maxBytes + " that are read");
            }
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                return parse(file, "JSON", in, JsonText::object);
            }
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    /** Parses a stream; all of Jackson's complaints become one exception that names the file and the field. */
    static <T> T parse(Path file, String field, InputStream in, Use<T> use) throws IOException {
        Reader reader = new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), reader)) {
            T result = use.apply(parser);
            if (parser.nextToken() != null) {
                throw new CheckpointException(file, field, "has something after its end, at " + at(parser));
            }
            return result;
        } catch (JacksonException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw new CheckpointException(file, field, "is not UTF-8", e);
            }
            throw new CheckpointException(file, field, "is not JSON that is read here: " + firstLine(e), e);
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, field, "is not UTF-8", e);
        } catch (SyntaxException e) {
            throw new CheckpointException(file, field, e.getMessage() + "", e);
        }
    }

    /** Something other than what was expected; given a file and a field by {@link #parse}. */
    static final class SyntaxException extends IOException {
        private static final long serialVersionUID = 1L;

        SyntaxException(String message) {
            super(message);
        }
    }

    /** Reads the object that starts at the next token. */
    static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
        expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
        return fields(parser);
    }

    static void expect(JsonParser parser, @Nullable JsonToken found, JsonToken wanted) throws IOException {
        if (found != wanted) {
            throw new SyntaxException(
                    "has " + (found == null ? "its end" : found) + " where " + wanted + " should be, at " + at(parser));
        }
    }

    static String at(JsonParser parser) {
        return "line " + parser.currentTokenLocation().getLineNr() + " column "
                + parser.currentTokenLocation().getColumnNr();
    }

    private static Map<String, @Nullable Object> fields(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            expect(parser, token, JsonToken.PROPERTY_NAME);
            String name = parser.currentName();
            fields.put(name, value(parser, parser.nextToken()));
        }
        return Collections.unmodifiableMap(fields);
    }

    private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token) throws IOException {
        if (token == null) {
            throw new SyntaxException("ends where a value should be, at " + at(parser));
        }
        return switch (token) {
            case START_OBJECT -> fields(parser);
            case START_ARRAY -> list(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new SyntaxException("has " + token + " where a value should be, at " + at(parser));
        };
    }

    private static List<@Nullable Object> list(JsonParser parser) throws IOException {
        List<@Nullable Object> list = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            list.add(value(parser, token));
        }
        return Collections.unmodifiableList(list);
    }

    /** Two spaces of indent and a line feed at the end. */
    static String write(Map<String, ? extends @Nullable Object> fields) {
        return PRETTY.writeValueAsString(fields) + "\n";
    }

    /** On one line. */
    static String writeCompact(Map<String, ? extends @Nullable Object> fields) {
        return PRETTY.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(fields);
    }

    private static String firstLine(JacksonException e) {
        String message = String.valueOf(e.getOriginalMessage());
        @Nullable TokenStreamLocation at = e.getLocation();
        return Strings.clip(message.lines().findFirst().orElse(message))
                + (at == null ? "" : " at line " + at.getLineNr() + " column " + at.getColumnNr());
    }
}
