package dev.reft.graders;

import java.util.ArrayList;
import java.util.List;

/** Published rules for GSM8K, which compare numbers as texts. The enum grows. */
public enum Gsm8kRule implements AnswerRule {
    /** verl, method strict: the last {@code #### } with a number after it, commas dropped. */
    STRICT {
        @Override
        public Verdict judge(String completion, String reference) {
            String end = PythonText.last(completion, TAIL);
            String answer = null;
            for (int at = end.indexOf(HASHES); at >= 0; at = end.indexOf(HASHES, at + 1)) {
                int stop = numberEnd(end, at + HASHES.length());
                if (stop > 0) {
                    answer = end.substring(at + HASHES.length(), stop).replace(",", "");
                }
            }
            return answer == null ? Verdict.unreadable("no '#### ' with a number after it") : text(answer, reference);
        }
    },
    /** verl, method flexible: the last number, commas kept. */
    FLEXIBLE {
        @Override
        public Verdict judge(String completion, String reference) {
            String end = PythonText.last(completion, TAIL);
            List<String> runs = new ArrayList<>();
            for (int at = 0; at < end.length(); ) {
                int stop = numberEnd(end, at);
                if (stop > 0) {
                    runs.add(end.substring(at, stop));
                }
                at = Math.max(stop, at + 1);
            }
            if (runs.isEmpty()) {
                return Verdict.unreadable("no number");
            }
            // A lone full stop is passed over; where there is nothing else, the first one is taken.
            for (int i = runs.size() - 1; i > 0; i--) {
                if (!runs.get(i).equals(".")) {
                    return text(runs.get(i), reference);
                }
            }
            return text(runs.get(0), reference);
        }
    },
    /** open-instruct: the last number with its sign, commas between digits dropped; the whole text if there is none. */
    LAST_NUMBER {
        @Override
        public Verdict judge(String completion, String reference) {
            String answer = PythonCase.lower(LastNumber.of(completion));
            return text(answer, PythonCase.lower(reference));
        }
    };

    /** Only so many code points at the end are looked at. */
    private static final int TAIL = 300;

    private static final String HASHES = "#### ";

    private static Verdict text(String answer, String reference) {
        return Verdict.of(answer.equals(reference), answer, reference);
    }

    /** The end of a run of ASCII digits, points and commas, perhaps after a minus; 0 if none starts here. */
    private static int numberEnd(String text, int start) {
        int at = start < text.length() && text.charAt(start) == '-' ? start + 1 : start;
        int first = at;
        while (at < text.length() && "0123456789.,".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at > first ? at : 0;
    }
}
