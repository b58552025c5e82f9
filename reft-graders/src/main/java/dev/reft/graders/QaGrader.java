package dev.reft.graders;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Scores short answers to questions by a published rule; of several accepted answers the best counts.
 *
 * @param rule how the answer is read and compared
 */
public record QaGrader(QaRule rule) implements Grader {
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        List<String> references = References.of(prompt);
        if (references.stream().allMatch(String::isBlank)) {
            return Grade.none("prompt '" + prompt.id() + "': no reference, or only blank ones");
        }
        String answer = rule.answer(completion.text()).orElse("");
        double score = InTime.get(() -> rule.score(completion.text(), references));
        return new Grade.Score(
                score,
                Map.of("readable", answer.isEmpty() ? 0.0 : 1.0),
                List.of(),
                answer,
                "read '" + PythonText.last(answer, 60) + "', accepted " + references);
    }
}
