package dev.reft.checkpoint.tokenizer;

import dev.reft.checkpoint.template.RenderedChat;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The random names under which one of the two native tokenizers knows the control tokens.
 *
 * <p>Nobody can guess them, so no text holds one by design; where a template wrote a control token, its name is put into
 * the text, and the tokenizer finds it there as it would have found the token.
 */
final class ControlNames {
    private static final int NAME_LENGTH = 28;

    private final Map<String, String> names = new HashMap<>();

    /** All added tokens by their first character, longest first: the longest that fits wins, as in the tokenizer. */
    private final Map<Character, List<String>> byFirst = new HashMap<>();

    ControlNames(List<AddedToken> added, Set<Integer> endIds) {
        SecureRandom random = new SecureRandom();
        for (AddedToken token : added) {
            if (token.control(endIds)) {
                StringBuilder name = new StringBuilder();
                random.ints(NAME_LENGTH, 'a', 'z' + 1).forEach(name::appendCodePoint);
                names.put(token.content(), name.toString());
            }
            byFirst.computeIfAbsent(token.content().charAt(0), any -> new ArrayList<>())
                    .add(token.content());
        }
        byFirst.values()
                .forEach(list ->
                        list.sort(Comparator.comparingInt(String::length).reversed()));
    }

    Map<String, String> names() {
        return names;
    }

    /** A text with names for the control tokens that the template wrote, and where its parts went. */
    record Named(String text, List<RenderedChat.Span> generated) {}

    Named name(RenderedChat chat) {
        String text = chat.text();
        StringBuilder out = new StringBuilder(text.length() + 64);
        int[] moved = new int[text.length() + 1];
        int span = 0;
        int at = 0;
        while (at < text.length()) {
            while (span < chat.untrusted().size() && chat.untrusted().get(span).end() <= at) {
                span++;
            }
            @Nullable String token = tokenAt(chat, at, span);
            String name = token == null ? null : names.get(token);
            int length = token == null ? 1 : token.length();
            for (int i = 0; i < length; i++) {
                moved[at + i] = name == null ? out.length() + i : out.length();
            }
            out.append(name == null ? text.substring(at, at + length) : name);
            at += length;
        }
        moved[text.length()] = out.length();
        List<RenderedChat.Span> generated = new ArrayList<>();
        for (RenderedChat.Span one : chat.generated()) {
            generated.add(new RenderedChat.Span(moved[one.start()], moved[one.end()]));
        }
        return new Named(out.toString(), generated);
    }

    private @Nullable String tokenAt(RenderedChat chat, int at, int span) {
        for (String token : byFirst.getOrDefault(chat.text().charAt(at), List.of())) {
            boolean open = span < chat.untrusted().size()
                    && names.containsKey(token)
                    && chat.untrusted().get(span).overlaps(at, at + token.length());
            if (!open && chat.text().startsWith(token, at)) {
                return token;
            }
        }
        return null;
    }
}
