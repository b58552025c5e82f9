package dev.reft.graders;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Reads one number, as people write it, and compares it as a number. Several numbers are no answer.
 *
 * @param reader finds the part that states the answer
 * @param tolerance how far it may be off
 */
public record NumberRule(AnswerReader reader, Tolerance tolerance) implements AnswerRule {
    @Override
    public Verdict judge(String completion, String reference) {
        OptionalDouble right = NumberText.only(reference);
        if (right.isEmpty()) {
            return Verdict.badReference("the reference '" + reference + "' is not one number");
        }
        Optional<String> part = reader.read(completion);
        if (part.isEmpty()) {
            return Verdict.unreadable("the completion states no answer");
        }
        OptionalDouble read = NumberText.only(part.get());
        if (read.isEmpty()) {
            return Verdict.unreadable("not one number: '" + PythonText.last(part.get(), 60) + "'");
        }
        return Verdict.of(
                tolerance.admits(read.getAsDouble(), right.getAsDouble()),
                NumberText.canonical(read.getAsDouble()),
                NumberText.canonical(right.getAsDouble()));
    }
}
