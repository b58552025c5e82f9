package dev.reft.graders.judges;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How open-instruct (at e6c3044) reads a judge's reply, number for number: what holds no verdict is 0 there. For own judges
 * use {@link Ruling}s, which tell "no verdict" from "0". One thing is not imitated: "incorrect" and "not good" are no praise.
 * All scans are linear in the reply's length.
 */
public final class PublishedVerdicts {
    private static final List<String> PRAISE = List.of("yes", "correct", "good", "true", "pass");
    private static final List<String> NEGATIONS = List.of("not", "no", "never", "isn't", "wasn't", "hardly");

    private PublishedVerdicts() {}

    /**
     * {@code quality}: the {@code SCORE} of a JSON reply divided by ten, not clamped.
     *
     * @param reply what the judge said
     * @return the score; 0 if there is none
     * @throws JudgeException if the reply is JSON other than an object, or its number is not finite
     */
    public static double qualityOfTen(String reply) throws JudgeException {
        return jsonScore(reply) / 10.0;
    }

    /**
     * {@code quality_rubric}: the {@code SCORE} of a JSON reply; where the JSON is broken, the number after
     * {@code "SCORE":}.
     *
     * @param reply what the judge said
     * @return the score; 0 if there is none
     * @throws JudgeException if the reply is JSON other than an object, or its number is not finite
     */
    public static double jsonScore(String reply) throws JudgeException {
        String text = PythonText.strip(reply);
        text = text.startsWith("```json") ? text.substring(7) : text.startsWith("```") ? text.substring(3) : text;
        text = text.endsWith("```") ? text.substring(0, text.length() - 3) : text;
        String clean =
                PythonText.strip(escapeBackslashes(text.replace("\r\n", "\n").replace("\n", "\\n")));
        Object value;
        try {
            value = Json.readLenient(clean);
        } catch (JsonException e) {
            return finite(numberAfterScore(clean), reply);
        }
        Map<String, @Nullable Object> fields = Json.object(value);
        if (fields == null) {
            throw none("is JSON but no object", reply);
        }
        Object score = fields.getOrDefault("SCORE", 0.0);
        if (score instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        return score instanceof Number number
                ? finite(number.doubleValue(), reply)
                : score instanceof String number
                        ? finite(PythonText.toFloat(number).orElse(0), reply)
                        : 0;
    }

    /** A backslash that begins no JSON escape becomes two. */
    private static String escapeBackslashes(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(c);
            if (c == '\\') {
                boolean escape = i + 1 < text.length() && "\"\\/bfnrtu".indexOf(text.charAt(i + 1)) >= 0;
                if (!escape) {
                    out.append('\\');
                }
                // The published rule looks at each backslash by itself, the second of a pair too.
            }
        }
        return out.toString();
    }

    private static double numberAfterScore(String text) {
        String key = "\"SCORE\"";
        for (int at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) {
            int start = skipSpace(text, at + key.length());
            if (start < text.length() && text.charAt(start) == ':') {
                start = skipSpace(text, start + 1);
                start += start < text.length() && text.charAt(start) == '"' ? 1 : 0;
                int end = asciiDigits(text, start);
                if (end > start) {
                    int fraction = end < text.length() && text.charAt(end) == '.' ? asciiDigits(text, end + 1) : end;
                    return Double.parseDouble(text.substring(start, fraction > end + 1 ? fraction : end));
                }
            }
        }
        return 0;
    }

    private static int skipSpace(String text, int start) {
        int at = start;
        while (at < text.length() && PythonText.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int asciiDigits(String text, int start) {
        int at = start;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /**
     * A score in free text: the first fraction ({@code 4/5}), else the first percentage, else the first number as it is, else
     * 1 for a word of praise that is not denied, else 0.
     *
     * @param reply what the judge said
     * @return the score, in no particular range
     * @throws JudgeException if the fraction divides by zero, or a number is not finite
     */
    public static double freeText(String reply) throws JudgeException {
        int ratio = firstRatio(reply);
        if (ratio >= 0) {
            int slash = digits(reply, ratio);
            double above = number(reply, ratio, slash);
            double below = number(reply, slash + 1, digits(reply, slash + 1));
            if (below == 0) {
                throw none("divides by zero", reply);
            }
            return finite(above / below, reply);
        }
        OptionalDouble share = firstNumber(reply, true);
        if (share.isPresent()) {
            return finite(share.getAsDouble() / 100.0, reply);
        }
        OptionalDouble number = firstNumber(reply, false);
        return number.isPresent() ? finite(number.getAsDouble(), reply) : praise(PythonCase.lower(reply)) ? 1 : 0;
    }

    private static int firstRatio(String text) {
        for (int at = 0; at < text.length(); ) {
            int end = digits(text, at);
            if (end == at) {
                at += Character.charCount(text.codePointAt(at));
            } else if (end < text.length() && text.charAt(end) == '/' && digits(text, end + 1) > end + 1) {
                return at;
            } else {
                at = end;
            }
        }
        return -1;
    }

    /** The first {@code 12}, {@code 12.}, {@code 1.5} or {@code .5}, if wanted with a percent sign right after it. */
    private static OptionalDouble firstNumber(String text, boolean percent) {
        for (int at = 0; at < text.length(); ) {
            int whole = digits(text, at);
            int end = whole;
            if (end < text.length() && text.charAt(end) == '.') {
                int fraction = digits(text, end + 1);
                end = whole > at || fraction > end + 1 ? fraction : end;
            }
            if (end > at && (!percent || (end < text.length() && text.charAt(end) == '%'))) {
                return OptionalDouble.of(number(text, at, end));
            }
            at = whole > at ? whole : at + Character.charCount(text.codePointAt(at));
        }
        return OptionalDouble.empty();
    }

    private static int digits(String text, int start) {
        int at = start;
        while (at < text.length() && PythonText.isDigit(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    private static double number(String text, int start, int end) {
        return PythonText.toFloat(text.substring(start, end)).orElse(Double.NaN);
    }

    private static boolean praise(String text) {
        List<String> words = PythonText.split(text);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean denied = i > 0 && NEGATIONS.contains(words.get(i - 1));
            for (String good : PRAISE) {
                int at = denied ? -1 : word.indexOf(good);
                while (at > 0 && Character.isLetter(word.codePointBefore(at))) {
                    at = word.indexOf(good, at + 1);
                }
                if (at >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * {@code web_instruct_general_verifier}: 1 if the reply says "Final Decision: Yes" somewhere, in any case.
     *
     * @param reply what the judge said
     * @return 1 or 0
     */
    public static double finalDecision(String reply) {
        return PythonCase.lower(reply).contains("final decision: yes") ? 1 : 0;
    }

    private static double finite(double value, String reply) throws JudgeException {
        if (!Double.isFinite(value)) {
            throw none("is a number that is not finite", reply);
        }
        return value;
    }

    private static JudgeException none(String why, String reply) {
        return new JudgeException(
                JudgeException.Kind.PARSE, "the judge's reply " + why + ": " + ChatWire.excerpt(reply));
    }
}
