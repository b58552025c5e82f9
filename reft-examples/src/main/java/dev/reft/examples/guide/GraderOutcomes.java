package dev.reft.examples.guide;

import dev.reft.generation.Completion;
import dev.reft.graders.execution.RetryableException;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

// region grader-outcomes
/**
 * Asks a service whether an equation is an identity; shows every way in which a grading can end.
 *
 * @param service answers 200, 401, 429 or 503
 * @param longest characters of an answer that are looked at
 */
public record GraderOutcomes(Service service, int longest) implements Grader {
    /** A service far away. */
    public interface Service {
        /** The status of its answer to a question. */
        int ask(String equation) throws IOException;
    }

    /** Wrong settings are refused when the grader is made, before any sample is spent. */
    public GraderOutcomes {
        if (longest < 1) {
            throw new IllegalArgumentException("longest " + longest + " must be positive");
        }
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        if (!prompt.reference().contains("=")) {
            // Nothing can be said about any answer: left out of every baseline.
            return Grade.none("prompt '" + prompt.id() + "': the reference is no equation");
        }
        String text = completion.text();
        int equals = text.indexOf('=');
        if (equals < 0 || text.length() > longest) {
            // Nonsense of the model is its own fault: a score, never an exception.
            return Grade.of(0);
        }
        for (int i = 0; i < text.length(); i++) {
            // Whatever loops polls; this throws when the time limit has passed: a failure.
            Deadline.current().check();
        }
        return switch (service.ask(text)) { // an IOException fails the grading; RetryingGrader tries again
            case 200 ->
                new Grade.Score(
                        1,
                        Map.of("steps", 1.0),
                        List.of(),
                        text.substring(0, equals).strip(),
                        "the service agrees");
            case 429 -> throw new RetryableException("busy", null, Duration.ofMillis(20)); // tried again, after 20 ms
            case 401 -> throw new GradingException("the key was refused", null); // the whole run stops
            default -> throw new IOException("the service is ill"); // a failure: dropped and counted, not scored 0
        };
    }
}
// endregion
