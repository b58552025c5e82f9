package dev.reft.graders;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what a regular expression finds last: its first group, or the whole match if it has none. It cannot run away: an expression that
 * looks at more than {@link RegexBudget#STEPS} characters, or nests too deep, finds nothing, on every machine alike; one that runs past
 * the grading's deadline throws a {@link java.util.concurrent.CancellationException}.
 *
 * @param pattern the expression
 */
public record RegexReader(Pattern pattern) implements AnswerReader {
    @Override
    public Optional<String> read(String completion) {
        Matcher matcher = pattern.matcher(new RegexBudget().of(completion));
        int start = -1;
        int end = -1;
        try {
            int group = matcher.groupCount() > 0 ? 1 : 0;
            while (matcher.find()) {
                start = matcher.start(group);
                end = matcher.end(group);
            }
        } catch (RegexBudget.Spent | StackOverflowError e) {
            return Optional.empty();
        }
        return start < 0 ? Optional.empty() : Optional.of(completion.substring(start, end));
    }
}
