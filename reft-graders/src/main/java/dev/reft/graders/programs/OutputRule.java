package dev.reft.graders.programs;

import dev.reft.graders.InTime;
import dev.reft.graders.PythonText;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** When a program's output is the expected one. The type grows; callers keep a default branch. */
public sealed interface OutputRule {
    /** Words alike, or numbers within 0.001: the default. */
    OutputRule TOLERANT = new Tolerant(1e-3);

    /**
     * Compares outputs.
     *
     * @param output what the program wrote
     * @param expected what it should have written
     * @return whether that will do
     */
    boolean accepts(String output, String expected);

    /**
     * The same words between white space; or as many words, all finite numbers, each within a distance of the expected
     * one (PrimeIntellect-ai/verifiers, compare_stdout_results).
     *
     * @param tolerance absolute, &gt;= 0
     */
    record Tolerant(double tolerance) implements OutputRule {
        private static final MathContext DECIMAL = new MathContext(28);

        /**
         * Checks the number.
         *
         * @throws IllegalArgumentException if it is negative or not finite
         */
        public Tolerant {
            if (!(tolerance >= 0) || Double.isInfinite(tolerance)) {
                throw new IllegalArgumentException("tolerance " + tolerance + " must be finite and not negative");
            }
        }

        @Override
        public boolean accepts(String output, String expected) {
            List<String> actual = PythonText.split(output);
            List<String> wanted = PythonText.split(expected);
            if (actual.equals(wanted)) {
                return true;
            }
            if (actual.size() != wanted.size()) {
                return false;
            }
            for (int i = 0; i < actual.size(); i++) {
                InTime.poll();
                if (!near(actual.get(i), wanted.get(i))) {
                    return false;
                }
            }
            return true;
        }

        private boolean near(String actual, String wanted) {
            if (!isFinite(actual) || !isFinite(wanted)) {
                return false;
            }
            try {
                // In decimals, as written; 28 digits, so that 1e999999999 does not take that many.
                BigDecimal distance = new BigDecimal(plain(actual)).subtract(new BigDecimal(plain(wanted)), DECIMAL);
                return distance.abs().compareTo(BigDecimal.valueOf(tolerance)) <= 0;
            } catch (ArithmeticException | NumberFormatException e) {
                return false; // an exponent beyond BigDecimal's, or digits of another script
            }
        }

        /** Python's Decimal reads what float() reads; numbers beyond a double are finite too. */
        private static boolean isFinite(String word) {
            OptionalDouble number = PythonText.toFloat(word);
            // "inf" and "nan" end in letters, 1e999 does not.
            return number.isPresent() && !Character.isLetter(word.charAt(word.length() - 1));
        }

        private static String plain(String word) {
            return word.replace("_", "");
        }
    }

    /**
     * As many lines, alike but for white space around each, and around the whole (huggingface/open-r1, which compares only
     * as many lines as the shorter side has).
     */
    record Lines() implements OutputRule {
        @Override
        public boolean accepts(String output, String expected) {
            return lines(output).equals(lines(expected));
        }

        private static List<String> lines(String text) {
            List<String> lines = new ArrayList<>();
            for (String line : PythonText.strip(text).split("\n", -1)) {
                lines.add(PythonText.strip(line));
            }
            return lines;
        }
    }
}
