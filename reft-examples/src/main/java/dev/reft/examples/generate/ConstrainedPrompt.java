package dev.reft.examples.generate;

import dev.reft.graders.instructions.InstructionGrader;
import dev.reft.grading.Prompt;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A prompt with checkable constraints.
 *
 * @param id names it
 * @param persona who asks
 * @param request what is asked, without the constraints
 * @param own whether the request is a template of ours because the model gave none of use
 * @param constraints what the answer must keep to, at least one
 */
public record ConstrainedPrompt(String id, String persona, String request, boolean own, List<Constraint> constraints) {
    /**
     * Copies the list and checks it.
     *
     * @throws IllegalArgumentException if there is no constraint, two contradict each other, or a grader would refuse one
     */
    public ConstrainedPrompt {
        constraints = List.copyOf(constraints);
        if (constraints.isEmpty() || request.isBlank()) {
            throw new IllegalArgumentException("prompt '" + id + "' has no request or no constraint");
        }
        for (int i = 0; i < constraints.size(); i++) {
            for (int j = i + 1; j < constraints.size(); j++) {
                Contradictions.between(constraints.get(i), constraints.get(j)).ifPresent(why -> {
                    throw new IllegalArgumentException("prompt '" + id + "': " + why);
                });
            }
        }
        InstructionGrader.all().constraints(prompt(id, request, constraints));
    }

    /**
     * The prompt for {@link InstructionGrader}.
     *
     * @return a text prompt with {@code instruction_id_list} and {@code kwargs}
     */
    public Prompt prompt() {
        return prompt(id, request, constraints);
    }

    private static Prompt prompt(String id, String request, List<Constraint> constraints) {
        StringBuilder text = new StringBuilder(request);
        constraints.forEach(constraint -> text.append("\n").append(constraint.sentence()));
        return new Prompt(
                id,
                new Prompt.Input.Text(text.toString()),
                "",
                Map.of(
                        "instruction_id_list",
                        constraints.stream().map(Constraint::name).toList(),
                        "kwargs",
                        constraints.stream().map(Constraint::arguments).toList()));
    }

    /**
     * Writes prompts, a row each in the form of the published data sets: {@code id, persona, request, own, prompt,
     * instruction_id_list, kwargs, sentences}.
     *
     * @param file replaced as a whole
     * @param prompts the prompts
     */
    public static void write(Path file, List<ConstrainedPrompt> prompts) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (ConstrainedPrompt made : prompts) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", made.id());
            row.put("persona", made.persona());
            row.put("request", made.request());
            row.put("own", made.own());
            row.put("prompt", ((Prompt.Input.Text) made.prompt().input()).text());
            row.put(
                    "instruction_id_list",
                    made.constraints().stream().map(Constraint::name).toList());
            row.put(
                    "kwargs",
                    made.constraints().stream().map(Constraint::arguments).toList());
            row.put(
                    "sentences",
                    made.constraints().stream().map(Constraint::sentence).toList());
            rows.add(row);
        }
        JsonLines.write(file, rows);
    }

    /**
     * Reads prompts back and checks them as if they were new.
     *
     * @param file from {@link #write}
     * @return the prompts
     * @throws IllegalArgumentException naming file, row and field, if a row is not as it should be, an id or a request occurs twice,
     *     constraints contradict each other or a grader would refuse them
     */
    public static List<ConstrainedPrompt> read(Path file) {
        List<ConstrainedPrompt> prompts = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonRow row : JsonLines.read(file)) {
            List<String> names = row.texts("instruction_id_list");
            List<String> sentences = row.texts("sentences");
            List<?> kwargs = row.typed("kwargs", List.class, "a list");
            if (kwargs.size() != names.size() || sentences.size() != names.size()) {
                throw row.wrong("kwargs", "must be as many as instruction_id_list and sentences");
            }
            List<Constraint> constraints = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                if (!(kwargs.get(i) instanceof Map<?, ?> map)) {
                    throw row.wrong("kwargs", "must hold maps");
                }
                Map<String, Object> arguments = new LinkedHashMap<>();
                map.forEach((name, value) -> arguments.put(String.valueOf(name), value));
                constraints.add(new Constraint(names.get(i), arguments, sentences.get(i)));
            }
            if (!ids.add(row.text("id"))) {
                throw row.wrong("id", "must not occur twice");
            }
            try {
                prompts.add(new ConstrainedPrompt(
                        row.text("id"),
                        row.text("persona"),
                        row.text("request"),
                        row.typed("own", Boolean.class, "true or false"),
                        constraints));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(row.file() + ", row " + row.row() + ": " + e.getMessage(), e);
            }
        }
        return prompts;
    }
}
