package dev.reft.examples.guide;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.onnx.OnnxEmbedder;
import dev.reft.onnx.Threads;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.ppo.Overlap;
import dev.reft.ppo.OverlappedTrainer;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.StepReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/** A tuned policy as an ONNX graph: written, generating and scoring on ONNX Runtime. */
public final class OnnxGraphs {
    private OnnxGraphs() {}

    // region onnx
    /**
     * Writes a model as a graph, and asks the graph.
     *
     * @param exported a directory that {@code Policy.export} wrote, or any model that reft reads
     * @param target where the graph goes: a directory that does not exist
     * @param question a plain text prompt
     * @return the greedy answer and its log-probability
     * @throws IOException if the graph cannot be written
     */
    public static String ask(Path exported, Path target, String question) throws IOException {
        OnnxExport.write(exported, target);
        ModelSpec spec = new ModelSpec(target.toString(), "cpu", Precision.FP32, List.of(new Threads(2)));
        try (LanguageModel model = Models.open(spec, LanguageModel.class)) {
            int[] prompt = model.tokenizer().encodePrompt(question);
            GenerationRequest request = new GenerationRequest(
                    "question", prompt, new long[] {1}, Sampling.GREEDY, 64, List.of(), Constraint.NONE);
            Completion answer = model.generate(List.of(request)).get(0);
            TokenBatch batch = TokenBatch.of(List.of(Row.of(prompt, answer.tokens())));
            float[] logProbs = model.score(batch, Set.of(Output.LOG_PROB)).logProbs()[0];
            double sum = 0;
            for (float logProb : logProbs) {
                sum += logProb;
            }
            return answer.text() + " (" + sum + " nats)";
        }
    }
    // endregion

    // region onnx-rollouts
    /**
     * Trains a policy on samples of ONNX Runtime, which gets the policy's weights before every step.
     *
     * @param policy what learns, on an engine that trains
     * @param graph its graph, written by {@code OnnxExport}
     * @param prompts of every step
     * @param grader checks an answer
     * @param beside runs the sampling
     * @return the last step's report
     */
    public static StepReport train(Policy policy, Path graph, List<Prompt> prompts, Grader grader, Executor beside) {
        PpoConfig config = PpoConfig.grpo().toBuilder()
                .maxTokens(12)
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2))) // without one, start is refused
                .build();
        StepReport report;
        try (LanguageModel sampler = Models.open(ModelSpec.of(graph.toString()), LanguageModel.class);
                OverlappedTrainer trainer = PpoTrainer.of(policy)
                        .grader(grader)
                        .config(config)
                        .sampler(sampler)
                        .startOverlapped(new Overlap(0, 1), beside, step -> prompts)) {
            do {
                report = trainer.step(); // sampler/logp_gap_mean: how far ONNX Runtime is from the trainer's engine
            } while (trainer.steps() < 3);
        }
        return report;
    }
    // endregion

    // region onnx-cosine
    /**
     * How near two texts are in meaning, by a sentence encoder.
     *
     * @param encoder a directory with {@code model.onnx}, {@code config.json} and {@code tokenizer.json}
     * @param text a text
     * @param reference another
     * @return their cosine
     * @throws Exception what the metric throws
     */
    public static double nearness(Path encoder, String text, String reference) throws Exception {
        try (OnnxEmbedder embedder = OnnxEmbedder.open(encoder)) {
            return SimilarityMetric.cosine(embedder).score(text, reference);
        }
    }
    // endregion
}
