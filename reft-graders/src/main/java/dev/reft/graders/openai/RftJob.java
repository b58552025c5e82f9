package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.graders.structured.JsonSchemaGate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A job file of OpenAI's reinforcement fine-tuning: the body of the request that creates it, or its {@code method}, or the
 * {@code reinforcement} part alone.
 *
 * @param model the model named, or ""; which model is tuned here is the host's choice
 * @param trainingFile as named, or ""
 * @param validationFile as named, or ""
 * @param seed of the run, or null
 * @param grader what grades the samples
 * @param format the form that samples must have, or null
 * @param hyperparameters as given: name -&gt; number or text, {@code auto} and {@code default} among them
 * @param ignored the settings without effect, each with its reason
 */
public record RftJob(
        String model,
        String trainingFile,
        String validationFile,
        @Nullable Long seed,
        GraderDefinition grader,
        @Nullable ResponseFormat format,
        Map<String, Object> hyperparameters,
        List<RftSetting> ignored) {
    private static final System.Logger LOG = System.getLogger(RftJob.class.getName());

    /** Copies map and list. */
    public RftJob {
        hyperparameters = Map.copyOf(hyperparameters);
        ignored = List.copyOf(ignored);
    }

    /**
     * Reads a job.
     *
     * @param text its JSON
     * @return the job
     * @throws IllegalArgumentException if it is no such job, or a value is outside of OpenAI's range; the message names every
     *     field at fault
     */
    public static RftJob read(String text) {
        List<Issue> issues = new ArrayList<>();
        Fields whole = new Fields(Json.readObject(text), "job", issues);
        RftJob job = new RftJobReader(whole).read();
        String errors = issues.stream()
                .filter(i -> i.severity() == Issue.Severity.ERROR)
                .map(Issue::toString)
                .collect(Collectors.joining("; "));
        if (job == null || !errors.isEmpty()) {
            throw new IllegalArgumentException(errors.isEmpty() ? "job: is no reinforcement job" : errors);
        }
        return job;
    }

    /**
     * The grader for training, with the job's response format. Samples are checked against its schema if
     * {@code com.networknt:json-schema-validator} is there; else they need only be JSON objects, which is logged.
     *
     * @param services what it needs
     * @return the grader
     * @throws IllegalArgumentException if a service is missing, a formula cannot be used, or the schema is none
     */
    public OpenAiGrader trainingGrader(GraderServices services) {
        OpenAiGrader plain = new OpenAiGrader(grader, services);
        return format == null ? plain : plain.withFormat(checked(format));
    }

    private static ResponseFormat checked(ResponseFormat format) {
        if (format.schema().isEmpty()) {
            return format;
        }
        try {
            return format.withChecker(new JsonSchemaGate(format.schemaJson())::refuses);
        } catch (NoClassDefFoundError e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "samples are not checked against the response format's schema: no com.networknt:json-schema-validator");
            return format;
        }
    }

    /**
     * The run's numbers: those of the job, the host's where it says {@code auto} or nothing.
     *
     * @param host the host's own; its learning rate is what a multiplier multiplies, its samples what
     *     {@code compute_multiplier} multiplies
     * @return the plan
     */
    public RftPlan plan(RftPlan host) {
        double compute = number("compute_multiplier").orElse(1.0);
        return new RftPlan(
                whole("batch_size", host.promptsPerStep()),
                (int) Math.max(1, Math.min(100_000, Math.round(host.samplesPerPrompt() * compute))),
                whole("n_epochs", host.epochs()),
                host.learningRate() * number("learning_rate_multiplier").orElse(1.0),
                whole("eval_interval", host.evaluateEvery()),
                whole("eval_samples", host.evaluationSamples()),
                hyperparameters.get("reasoning_effort") instanceof String effort && !effort.equals("default")
                        ? effort
                        : host.reasoningEffort());
    }

    private Optional<Double> number(String name) {
        return hyperparameters.get(name) instanceof Number given ? Optional.of(given.doubleValue()) : Optional.empty();
    }

    private int whole(String name, int host) {
        return number(name).map(Double::intValue).orElse(host);
    }

    /**
     * What becomes of each setting of the job.
     *
     * @return one entry a setting, the ignored ones last
     */
    public List<RftSetting> settings() {
        Map<String, String> uses = new LinkedHashMap<>();
        uses.put("batch_size", "prompts of a step");
        uses.put("learning_rate_multiplier", "multiplies the host's learning rate");
        uses.put("n_epochs", "passes over the training prompts");
        uses.put("reasoning_effort", "the chat template's variable reasoning_effort");
        uses.put("compute_multiplier", "multiplies the host's samples of a prompt");
        uses.put("eval_interval", "steps between two evaluations");
        uses.put("eval_samples", "samples of each validation prompt");
        List<RftSetting> settings = new ArrayList<>();
        uses.forEach((name, how) -> {
            Object value = hyperparameters.get(name);
            if (value != null) {
                boolean host = Set.of("auto", "default").contains(value.toString());
                settings.add(new RftSetting(
                        "hyperparameters." + name,
                        value.toString(),
                        host ? RftSetting.Use.HOST : RftSetting.Use.MAPPED,
                        host ? "the host's value" : how));
            }
        });
        settings.addAll(ignored);
        return settings;
    }
}
