package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.GgufWriter;
import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.ppo.remote.HttpSampler;
import dev.reft.torch.Exports;
import dev.reft.torch.Threads;
import dev.reft.torch.TorchProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Samples of a real server of llama.cpp that holds a file which reft wrote: its token ids and log-probabilities against those of
 * the same file here. Runs where the environment variable {@code REFT_PYTHON} names a Python with {@code xllamacpp}.
 */
@Tag("slow")
class LlamaServerTest {
    private static final List<String> PROMPTS = List.of("The capital of France is", "1, 2, 3, 4,", "Once upon a time");

    @TempDir
    Path folder;

    @Test
    void aServersNumbersAreThoseOfItsFile() throws IOException, InterruptedException {
        String python = LlamaServer.python();
        Path file = folder.resolve("smol.gguf");
        try (LanguageModel whole = open(LlamaServer.smol())) {
            Exports.gguf(whole, file, GgufWriter.Format.F16);
        }
        try (LlamaServer server = LlamaServer.start(python, file, folder);
                LanguageModel here = open(file);
                HttpSampler sampler = HttpSampler.of(here, server.config())) {
            compare(here, sampler);
        }
    }

    private static LanguageModel open(Path path) {
        return new TorchProvider().open(new ModelSpec(path.toString(), "cpu", Precision.FP32, List.of(new Threads(1))));
    }

    private static void compare(LanguageModel here, HttpSampler sampler) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (Sampling sampling : List.of(Sampling.GREEDY, Sampling.at(1))) {
            for (String prompt : PROMPTS) {
                requests.add(new GenerationRequest(
                        prompt + " at " + sampling.temperature(),
                        here.tokenizer().encodePrompt(prompt),
                        sampling == Sampling.GREEDY ? new long[] {1} : new long[] {1, 2},
                        sampling,
                        24,
                        List.of(),
                        Constraint.NONE));
            }
        }
        List<Completion> there = sampler.generate(requests);
        assertEquals(3 * PROMPTS.size(), there.size());
        List<Completion> greedy = here.generate(requests.subList(0, PROMPTS.size()));
        int equal = 0;
        for (int i = 0; i < greedy.size(); i++) {
            equal += greedy.get(i).text().equals(there.get(i).text()) ? 1 : 0;
        }
        double largest = 0;
        double sum = 0;
        int count = 0;
        for (Completion completion : there) {
            GenerationRequest request = requests.stream()
                    .filter(one -> one.id().equals(completion.request()))
                    .findFirst()
                    .orElseThrow();
            Segment.Sampled sampled = (Segment.Sampled) completion.segments().get(0);
            TokenBatch batch = TokenBatch.of(List.of(Row.of(request.prompt(), sampled.tokens())));
            float[] own = here.score(batch, Set.of(Output.LOG_PROB)).logProbs()[0];
            for (int t = 0; t < own.length; t++) {
                double gap = Math.abs(own[t] - sampled.logProbs()[t]);
                largest = Math.max(largest, gap);
                sum += gap;
                count++;
            }
        }
        Logger.getLogger(LlamaServerTest.class.getName())
                .info(equal + " of " + greedy.size() + " greedy texts equal; log-probabilities of " + count
                        + " tokens differ by " + sum / count + " on average, by " + largest + " at most");
        assertTrue(equal >= greedy.size() - 1, equal + " greedy texts are equal");
        assertTrue(sum / count < 0.01, "mean gap " + sum / count);
        assertTrue(largest < 0.2, "largest gap " + largest);
    }
}
