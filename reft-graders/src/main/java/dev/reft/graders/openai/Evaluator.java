package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.graders.judges.ChatModel;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.ChatRequest;
import dev.reft.graders.judges.EndpointClient;
import dev.reft.graders.judges.JudgeException;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.PythonGrader;
import dev.reft.graders.programs.SandboxException;
import dev.reft.graders.similarity.SimilarityGrader;
import dev.reft.graders.similarity.SimilarityMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs a grader on samples; thread-safe. What OpenAI answers by 0 and a flag is thrown as a {@link FlaggedException}. */
final class Evaluator {
    private final GraderSpec root;
    private final GraderServices services;
    private final Map<GraderSpec.Endpoint, EndpointClient> endpoints = new LinkedHashMap<>();
    private final @Nullable Formula formula;
    private final String formulaProblem;

    Evaluator(GraderSpec root, GraderServices services) {
        this.root = root;
        this.services = services;
        Formula read = null;
        String problem = "";
        if (root instanceof GraderSpec.Multi multi) {
            multi.graders().values().forEach(this::prepare);
            try {
                read = Formula.of(multi.calculateOutput());
                if (!multi.graders().keySet().containsAll(read.names())) {
                    problem = "the formula names " + read.names() + ", the graders are "
                            + multi.graders().keySet();
                }
            } catch (IllegalArgumentException e) {
                problem = String.valueOf(e.getMessage());
            }
        } else {
            prepare(root);
        }
        this.formula = read;
        this.formulaProblem = problem;
    }

    private void prepare(GraderSpec spec) {
        if (spec instanceof GraderSpec.Endpoint endpoint) {
            endpoints.put(endpoint, new EndpointClient(endpoint.url(), endpoint.headers(), endpoint.rateLimit()));
        }
    }

    /** Why the formula cannot be used; "" if it can. */
    String formulaProblem() {
        return formulaProblem;
    }

    double reward(Evaluation evaluation) throws FlaggedException, TimeoutException, InterruptedException {
        return root instanceof GraderSpec.Multi multi ? multi(multi, evaluation) : single(root, evaluation);
    }

    /**
     * An error of one grader is one of the whole: a formula such as {@code 1 - x} must not turn it into a reward. All graders
     * run, so that all flags and rewards are seen.
     */
    private double multi(GraderSpec.Multi multi, Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        if (formula == null || !formulaProblem.isEmpty()) {
            throw flagged(evaluation, ErrorFlag.FORMULA_PARSE_ERROR, formulaProblem, null);
        }
        FlaggedException worst = null;
        for (Map.Entry<String, GraderSpec> entry : multi.graders().entrySet()) {
            double reward = 0;
            try {
                reward = single(entry.getValue(), evaluation);
            } catch (FlaggedException e) {
                worst = worst == null || worst.bySample() ? e : worst;
            }
            evaluation.sub(entry.getKey(), reward);
        }
        if (worst != null) {
            throw worst;
        }
        try {
            return formula.value(evaluation.subRewards());
        } catch (ArithmeticException e) {
            throw flagged(
                    evaluation,
                    ErrorFlag.OTHER_ERROR,
                    "the formula '" + multi.calculateOutput() + "' has no finite value: " + e.getMessage(),
                    e);
        }
    }

    private double single(GraderSpec spec, Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        try {
            return unrecorded(spec, evaluation) + 0.0;
        } catch (FlaggedException e) {
            FlaggedException named = new FlaggedException(
                    e.flag(), e.bySample(), "grader '" + spec.name() + "': " + e.getMessage(), e.getCause());
            evaluation.failed(named);
            throw named;
        }
    }

    private double unrecorded(GraderSpec spec, Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        if (spec instanceof GraderSpec.StringCheck check) {
            String input = evaluation.render(check.input());
            return check.operation().holds(input, evaluation.render(check.reference())) ? 1 : 0;
        }
        if (spec instanceof GraderSpec.TextSimilarity text) {
            return similarity(text, evaluation);
        }
        if (spec instanceof GraderSpec.ScoreModel model) {
            return ModelAnswer.score(model, ask(model, evaluation));
        }
        if (spec instanceof GraderSpec.LabelModel model) {
            return ModelAnswer.label(model, ask(model, evaluation));
        }
        if (spec instanceof GraderSpec.Python python) {
            return python(python, evaluation);
        }
        if (spec instanceof GraderSpec.Endpoint endpoint) {
            return endpoint(endpoint, evaluation);
        }
        throw new IllegalStateException("a " + spec.type() + " grader within another");
    }

    private double similarity(GraderSpec.TextSimilarity spec, Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        SimilarityMetric metric = services.metric(spec.metric());
        String input = head(evaluation.render(spec.input()));
        String reference = head(evaluation.render(spec.reference()));
        if (metric == null) {
            throw new FlaggedException(ErrorFlag.OTHER_ERROR, false, "cosine needs an embedder", null);
        }
        try {
            return metric.score(input, reference);
        } catch (TimeoutException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new FlaggedException(
                    ErrorFlag.OTHER_ERROR, false, spec.metric().key() + ": " + e, e);
        }
    }

    private static String head(String text) {
        int most = SimilarityGrader.LONGEST;
        return text.length() <= most || text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most));
    }

    private String ask(GraderSpec.ScoreModel spec, Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        SamplingParams given = spec.sampling();
        ChatRequest.Options options = new ChatRequest.Options(
                given.temperature(), given.topP(), given.seed(), given.maxCompletionTokens(), given.reasoningEffort());
        return ask(spec.model(), spec.input(), options, ModelAnswer.scoreShape(), evaluation);
    }

    private String ask(GraderSpec.LabelModel spec, Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        ChatRequest.Options options = ChatRequest.Options.DEFAULT;
        return ask(spec.model(), spec.input(), options, ModelAnswer.labelShape(spec.labels()), evaluation);
    }

    private String ask(
            String model,
            List<ModelMessage> input,
            ChatRequest.Options options,
            ChatRequest.AnswerShape shape,
            Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        ChatRequest request = new ChatRequest(model, ModelMessages.render(input, evaluation), options, shape);
        ChatModel judge = services.judge();
        if (judge == null) {
            throw new FlaggedException(ErrorFlag.MODEL_GRADER_SERVER_ERROR, false, "there is no judge to ask", null);
        }
        try {
            if (!judge.fits(request)) {
                throw new JudgeException(
                        JudgeException.Kind.TOO_LONG, "the question is too long for the judge's context");
            }
            ChatReply reply = judge.answer(request);
            evaluation.asked(reply);
            return reply.text();
        } catch (JudgeException e) {
            ErrorFlag flag =
                    switch (e.kind()) {
                        case REFUSAL -> ErrorFlag.MODEL_GRADER_REFUSAL_ERROR;
                        case PARSE -> ErrorFlag.MODEL_GRADER_PARSE_ERROR;
                        default -> ErrorFlag.MODEL_GRADER_SERVER_ERROR;
                    };
            boolean bySample =
                    e.kind() == JudgeException.Kind.TOO_LONG && fitsWithoutSample(judge, request, input, evaluation);
            throw new FlaggedException(flag, bySample, String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether a question that is too long would not be if the sample were empty: then it is the sample's fault. */
    private static boolean fitsWithoutSample(
            ChatModel judge, ChatRequest request, List<ModelMessage> input, Evaluation evaluation) {
        Evaluation empty = new Evaluation(SampleFields.of("", "stop"), evaluation.item(), evaluation.trace());
        try {
            return judge.fits(new ChatRequest(
                    request.model(), ModelMessages.render(input, empty), request.options(), request.answer()));
        } catch (FlaggedException e) {
            // The question is about a field of the sample that an empty one has not.
            return true;
        }
    }

    private double python(GraderSpec.Python spec, Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        ProgramRunner runner = services.python();
        ErrorFlag server = ErrorFlag.PYTHON_GRADER_SERVER_ERROR;
        if (runner == null) {
            throw new FlaggedException(server, false, "there is no sandbox to run Python in", null);
        }
        try {
            PythonGrader grader = new PythonGrader(spec.source(), runner, services.pythonLimits());
            PythonGrader.Result result = grader.grade(Json.write(evaluation.sample()), Json.write(evaluation.item()));
            if (result instanceof PythonGrader.Result.Reward reward) {
                return reward.value();
            }
            String details =
                    result instanceof PythonGrader.Result.RuntimeError error ? error.details() : result.toString();
            throw new FlaggedException(ErrorFlag.PYTHON_GRADER_RUNTIME_ERROR, false, details, null);
        } catch (SandboxException | IllegalArgumentException e) {
            throw new FlaggedException(server, false, String.valueOf(e.getMessage()), e);
        }
    }

    private double endpoint(GraderSpec.Endpoint spec, Evaluation evaluation)
            throws FlaggedException, TimeoutException, InterruptedException {
        EndpointClient client = endpoints.get(spec);
        if (client == null) {
            throw new IllegalStateException("no client of the endpoint " + spec.name());
        }
        try {
            return client.score(evaluation.sample(), evaluation.item(), evaluation.trace());
        } catch (JudgeException | IllegalArgumentException e) {
            boolean bySample = e instanceof JudgeException refused
                    && refused.kind() == JudgeException.Kind.TOO_LONG
                    && Json.write(evaluation.sample()).length()
                            > Json.write(evaluation.item()).length();
            throw new FlaggedException(ErrorFlag.OTHER_ERROR, bySample, String.valueOf(e.getMessage()), e);
        }
    }

    private static FlaggedException flagged(
            Evaluation evaluation, ErrorFlag flag, String message, @Nullable Throwable cause) {
        FlaggedException failure = new FlaggedException(flag, false, message, cause);
        evaluation.failed(failure);
        return failure;
    }
}
