package dev.reft.graders;

import java.util.Optional;

/**
 * Reads one number, as people write it, and compares it as a number. Several numbers are no answer. Units are
 * converted where the reference names one.
 *
 * @param reader finds the part that states the answer
 * @param tolerance how far it may be off
 */
public record NumberRule(AnswerReader reader, Tolerance tolerance) implements AnswerRule {
    @Override
    public Verdict judge(String completion, String reference) {
        Optional<Quantity> right = Quantity.read(reference);
        if (right.isEmpty()) {
            return Verdict.badReference("the reference '" + reference + "' is not one number");
        }
        Optional<String> part = reader.read(completion);
        if (part.isEmpty()) {
            return Verdict.unreadable("the completion states no answer");
        }
        Optional<Quantity> read = Quantity.read(part.get());
        return read.isEmpty()
                ? Verdict.unreadable("not one number: '" + PythonText.last(part.get(), 60) + "'")
                : read.get().judge(right.get(), tolerance);
    }
}
