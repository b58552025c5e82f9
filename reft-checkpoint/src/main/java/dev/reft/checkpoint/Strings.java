package dev.reft.checkpoint;

/** Text of files in messages: never long, never with control characters. */
final class Strings {
    private static final int LONGEST = 120;

    private Strings() {}

    static String clip(String text) {
        StringBuilder clipped = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
                .forEach(clipped::appendCodePoint);
        return text.length() > LONGEST ? clipped + "..." : clipped.toString();
    }
}
