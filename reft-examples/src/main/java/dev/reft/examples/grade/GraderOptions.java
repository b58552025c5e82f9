package dev.reft.examples.grade;

import dev.reft.graders.judges.HttpChatModel;
import dev.reft.graders.judges.TokenPrice;
import dev.reft.graders.judges.UsageMeter;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramRunners;
import dev.reft.graders.programs.RunnerSpec;
import dev.reft.graders.programs.SandboxException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a command that runs OpenAI's graders: a judge's address, and where Python runs. */
public final class GraderOptions {
    /** Where Python runs. */
    enum Python {
        NONE,
        EMBEDDED,
        WORKER
    }

    @Option(
            names = "--judge",
            paramLabel = "URL",
            description = "OpenAI-compatible address for score_model and label_model, such as http://localhost:8000/v1")
    private @Nullable URI judge;

    @Option(
            names = "--judge-key",
            paramLabel = "VARIABLE",
            description = "environment variable with the judge's key (default: OPENAI_API_KEY)")
    private String keyVariable = "OPENAI_API_KEY";

    @Option(
            names = "--judge-answers",
            paramLabel = "HOW",
            description = "how structured answers are asked for: json_schema (default), json_object, prompt_only")
    private HttpChatModel.Structured structured = HttpChatModel.Structured.JSON_SCHEMA;

    @Option(
            names = "--judge-price",
            paramLabel = "IN,CACHED,OUT",
            split = ",",
            description = "prices of a million tokens, for the summary")
    private @Nullable List<Double> prices;

    @Option(
            names = "--python",
            paramLabel = "WHERE",
            description = "sandbox of python graders: embedded (default), worker, none")
    private Python python = Python.EMBEDDED;

    /** Options as they are without any given. */
    public GraderOptions() {}

    /**
     * What graders need.
     *
     * @param runner where Python runs, or null
     * @param meter counts what a judge costs
     * @return the services
     * @throws IllegalArgumentException if the prices are not three
     */
    public GraderServices services(@Nullable ProgramRunner runner, UsageMeter meter) {
        GraderServices.Builder services = GraderServices.builder();
        if (runner != null) {
            services.python(runner, ProgramLimits.OPENAI);
        }
        if (judge != null) {
            TokenPrice price = prices == null ? TokenPrice.FREE : price(prices);
            services.judge(HttpChatModel.at(judge, "")
                    .keyFromEnvironment(keyVariable)
                    .structured(structured)
                    .meter(meter, price)
                    .build());
        }
        return services.build();
    }

    /**
     * Whether the summary tells what a judge cost.
     *
     * @return true if prices were given
     */
    public boolean priced() {
        return prices != null;
    }

    private static TokenPrice price(List<Double> numbers) {
        if (numbers.size() != 3) {
            throw new IllegalArgumentException("--judge-price needs three numbers: read, cached, written");
        }
        return new TokenPrice(numbers.get(0), numbers.get(1), numbers.get(2));
    }

    /**
     * Opens a sandbox. That takes seconds, so only for graders that speak of Python.
     *
     * @param json the grader's or job's JSON
     * @param parallel programs at once
     * @return null if none is needed, or wanted
     * @throws SandboxException if it cannot be opened
     */
    public @Nullable ProgramRunner runner(String json, int parallel) throws SandboxException {
        if (python == Python.NONE || !json.contains("python")) {
            return null;
        }
        RunnerSpec spec = python == Python.EMBEDDED ? RunnerSpec.embedded() : RunnerSpec.worker();
        return ProgramRunners.open(spec.withParallel(Math.min(parallel, 256)));
    }
}
