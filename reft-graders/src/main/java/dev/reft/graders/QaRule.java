package dev.reft.graders;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Published rules for short answers to questions, all over {@link Squad}'s comparison. The enum grows. */
public enum QaRule {
    /** open-instruct's puzzle: the text after thinking, without answer tags, matches. */
    PUZZLE {
        @Override
        public Optional<String> answer(String text) {
            return Optional.of(withoutThinking(text));
        }
    },
    /** open-instruct's string_f1: F1 of the text after thinking, without answer tags. */
    STRING_F1 {
        @Override
        public Optional<String> answer(String text) {
            return Optional.of(withoutThinking(text));
        }

        @Override
        double compare(String answer, String reference) {
            return Squad.f1(answer, reference);
        }
    },
    /** open-instruct's flan: what follows the last "The answer is: " matches, or the whole text. */
    FLAN {
        @Override
        public Optional<String> answer(String text) {
            return Optional.of(PythonText.strip(PythonText.lastPart(text, "The answer is: ")));
        }
    },
    /** open-instruct's string_matcher: what follows the last {@code <answer>} matches; both tags must be there. */
    STRING_MATCHER {
        @Override
        public Optional<String> answer(String text) {
            return text.contains(ANSWER) && text.contains(END_ANSWER)
                    ? Optional.of(upTo(PythonText.lastPart(text, ANSWER), END_ANSWER))
                    : Optional.empty();
        }
    },
    /** open-instruct's re_search_f1: F1 of what follows the last {@code <finish>}, at least 0.1 for an answer; references may be JSON. */
    RESEARCH_F1 {
        @Override
        public Optional<String> answer(String text) {
            return Optional.of(text)
                    .filter(t -> t.contains(FINISH) || t.contains(END_FINISH))
                    .map(t -> upTo(PythonText.lastPart(t, FINISH), END_FINISH))
                    .filter(answer -> !answer.isEmpty());
        }

        @Override
        double compare(String answer, String reference) {
            double best = 0;
            for (String label : labels(reference)) {
                InTime.poll();
                best = Math.max(best, Squad.f1(answer, label));
            }
            return best == 0 ? 0.1 : best;
        }
    },
    /** open-instruct's re_search: the first {@code <finish>} part, tags in any case, matches; references may be JSON. */
    SEARCH_R1 {
        @Override
        public Optional<String> answer(String text) {
            // Only ASCII letters change, so that places stay the same.
            String lower = asciiLower(text);
            int start = lower.indexOf(FINISH);
            int end = start < 0 ? -1 : lower.indexOf(END_FINISH, start);
            return end < 0
                    ? Optional.empty()
                    : Optional.of(PythonText.strip(text.substring(start + FINISH.length(), end)))
                            .filter(answer -> !answer.isEmpty());
        }

        @Override
        double compare(String answer, String reference) {
            for (String label : labels(reference)) {
                InTime.poll();
                if (matches(answer, label)) {
                    return 1;
                }
            }
            return 0;
        }
    },
    /** verl's search_r1_like_qa_em: the last {@code <answer>} part matches; a quarter if there are more than ten tags of a kind. */
    VERL_SEARCH_R1 {
        @Override
        public Optional<String> answer(String text) {
            Optional<String> last = Optional.empty();
            int end = 0;
            for (int start = text.indexOf(ANSWER); start >= 0; start = text.indexOf(ANSWER, end)) {
                int from = start + ANSWER.length();
                end = text.indexOf(END_ANSWER, from);
                if (end < 0) {
                    break;
                }
                last = Optional.of(PythonText.strip(text.substring(from, end)));
                end += END_ANSWER.length();
            }
            return last;
        }

        @Override
        double factor(String text) {
            return PythonText.count(text, ANSWER) > 10 || PythonText.count(text, END_ANSWER) > 10 ? 0.25 : 1;
        }
    };

    /** A longer completion or reference is no short answer: it scores 0. In UTF-16 units; the length to which every rule stays quick. */
    public static final int LONGEST = 100_000;

    private static final String ANSWER = "<answer>";
    private static final String END_ANSWER = "</answer>";
    private static final String FINISH = "<finish>";
    private static final String END_FINISH = "</finish>";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * The part of a completion that is the answer.
     *
     * @param text the completion's text
     * @return empty if there is none
     */
    public abstract Optional<String> answer(String text);

    double compare(String answer, String reference) {
        return matches(answer, reference) ? 1 : 0;
    }

    /**
     * SQuAD's comparison, but where it leaves nothing of the reference, as of the choice "A" or of "The", the texts themselves are compared:
     * the peers would pay an empty answer, and any article.
     */
    private static boolean matches(String answer, String reference) {
        String wanted = Squad.normalise(reference);
        if (!wanted.isEmpty()) {
            return Squad.normalise(answer).equals(wanted);
        }
        String given = PythonCase.lower(PythonText.strip(answer));
        return !given.isEmpty() && given.equals(PythonCase.lower(PythonText.strip(reference)));
    }

    double factor(String text) {
        return 1;
    }

    /**
     * The score of a completion; of several references the best counts.
     *
     * @param text the completion's text
     * @param references accepted answers
     * @return from 0 to 1; 0 where a text is longer than {@link #LONGEST}
     * @throws java.util.concurrent.CancellationException if the grading's deadline passes
     */
    public double score(String text, List<String> references) {
        if (text.length() > LONGEST) {
            return 0;
        }
        Optional<String> answer = answer(text);
        double best = 0;
        for (String reference : references) {
            InTime.poll();
            best = answer.isEmpty() || reference.length() > LONGEST
                    ? 0
                    : Math.max(best, compare(answer.get(), reference));
        }
        return best * factor(text);
    }

    /**
     * The text after the last {@code </think>}, without answer tags (open-instruct's remove_thinking_section).
     *
     * @param text any text
     * @return without white space at the ends
     */
    public static String withoutThinking(String text) {
        String rest = PythonText.lastPart(PythonText.strip(text.replace("<|assistant|>", "")), "</think>");
        return PythonText.strip(rest.replace(ANSWER, "").replace(END_ANSWER, ""));
    }

    private static String upTo(String text, String end) {
        int at = text.indexOf(end);
        return at < 0 ? text : text.substring(0, at);
    }

    private static String asciiLower(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.chars().forEach(c -> out.append((char) (c >= 'A' && c <= 'Z' ? c + 32 : c)));
        return out.toString();
    }

    /** A reference that is JSON is read: a list gives its elements, anything else its text. */
    private static List<String> labels(String reference) {
        try {
            JsonNode node = JSON.readTree(reference);
            List<String> labels = new ArrayList<>();
            if (node.isArray()) {
                node.forEach(label -> labels.add(pythonText(label)));
            } else {
                labels.add(node.isMissingNode() ? PythonText.strip(reference) : pythonText(node));
            }
            return labels;
        } catch (JacksonException e) {
            return List.of(PythonText.strip(reference));
        }
    }

    private static String pythonText(JsonNode node) {
        if (node.isBoolean()) {
            return node.asBoolean() ? "True" : "False";
        }
        return node.isNull() ? "None" : node.isValueNode() ? node.asString() : PythonCase.lower(node.toString());
    }
}
