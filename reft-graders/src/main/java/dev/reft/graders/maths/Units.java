package dev.reft.graders.maths;

import java.util.Set;

/** Words of measure that may stand behind a number and say nothing about its value. */
final class Units {
    private static final Set<String> WORDS = Set.of(
            "foot",
            "feet",
            "ft",
            "inch",
            "inches",
            "in",
            "yard",
            "yd",
            "mile",
            "mi",
            "meter",
            "metre",
            "km",
            "cm",
            "mm",
            "dm",
            "m",
            "kilometer",
            "centimeter",
            "gram",
            "kg",
            "g",
            "mg",
            "pound",
            "lb",
            "ounce",
            "oz",
            "ton",
            "liter",
            "litre",
            "gallon",
            "ml",
            "second",
            "sec",
            "s",
            "minute",
            "min",
            "hour",
            "hr",
            "h",
            "day",
            "week",
            "month",
            "year",
            "yr",
            "dollar",
            "cent",
            "rupee",
            "rs",
            "yuan",
            "euro",
            "degree",
            "deg",
            "radian",
            "mph",
            "kmph",
            "unit",
            "square",
            "cubic",
            "sq",
            "cu",
            "point",
            "digit",
            "integer",
            "way",
            "student",
            "people",
            "men",
            "women",
            "man",
            "woman",
            "soldier",
            "apple",
            "coin",
            "tile",
            "acre",
            "hectare",
            "am",
            "pm",
            "number",
            "multiple",
            "edge",
            "meal",
            "toy",
            "monkey",
            "mark",
            "ohm");

    private Units() {}

    /** The text without the units at its end, and with percent written as a sign. */
    static String without(String text) {
        String plain = text;
        for (int i = 0; i < 3; i++) {
            int end = plain.length();
            while (end > 0 && (plain.charAt(end - 1) == ' ' || plain.charAt(end - 1) == '.')) {
                end--;
            }
            int start = end;
            while (start > 0 && LatexText.isLetter(plain.charAt(start - 1))) {
                start--;
            }
            String word = plain.substring(start, end);
            int before = start;
            while (before > 0 && plain.charAt(before - 1) == ' ') {
                before--;
            }
            char last = before > 0 ? plain.charAt(before - 1) : ' ';
            boolean behindNumber = (last >= '0' && last <= '9') || (last == '}' && before < start);
            if (Set.of("percent", "percentage", "pct").contains(word)) {
                return plain.substring(0, before) + "%";
            }
            // A single letter that touches its number is a variable: 2m is no 2.
            boolean touches = before == start;
            if (before == 0
                    || word.isEmpty()
                    || !isUnit(word)
                    || (word.length() == 1 && (touches || !behindNumber))
                    || (touches && !behindNumber)) {
                return plain;
            }
            plain = plain.substring(0, before);
        }
        return plain;
    }

    private static boolean isUnit(String word) {
        return WORDS.contains(word)
                || (word.endsWith("s") && WORDS.contains(word.substring(0, word.length() - 1)))
                || (word.endsWith("es") && WORDS.contains(word.substring(0, word.length() - 2)));
    }
}
