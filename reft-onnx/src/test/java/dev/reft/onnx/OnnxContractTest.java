package dev.reft.onnx;

import dev.reft.model.LanguageModel;
import dev.reft.model.Scorer;
import dev.reft.onnx.export.OnnxExportOptions;
import dev.reft.testkit.contract.LanguageModelContract;
import dev.reft.testkit.contract.ScorerContract;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The testkit's contracts on exported graphs. */
class OnnxContractTest {
    @TempDir
    static Path directory;

    private static final OnnxExportOptions ALL = new OnnxExportOptions(true, true, true, false);

    private static LanguageModel open(Path model) {
        return (LanguageModel) new OnnxProvider().open(Golden.spec(TinyGraph.graph(model, ALL)));
    }

    @Nested
    class Llama implements LanguageModelContract {
        @Override
        public LanguageModel openLanguageModel() {
            return open(TinyGraph.llama(directory.resolve("llama"), "null"));
        }
    }

    @Nested
    class LlamaThatEnds implements LanguageModelContract {
        @Override
        public LanguageModel openLanguageModel() {
            return open(TinyGraph.withTokenizer(TinyGraph.llama(directory.resolve("llama-ends"), "[3, 7]")));
        }

        @Override
        public Set<Integer> endIds() {
            return Set.of(3, 7);
        }
    }

    @Nested
    class Olmo2 implements LanguageModelContract {
        @Override
        public LanguageModel openLanguageModel() {
            return open(TinyGraph.olmo2(directory.resolve("olmo2")));
        }
    }

    @Nested
    class Gpt2 implements LanguageModelContract {
        @Override
        public LanguageModel openLanguageModel() {
            return open(TinyGraph.gpt2(directory.resolve("gpt2")));
        }
    }

    /** Without a cache a graph scores. */
    @Nested
    class WithoutCache implements ScorerContract {
        @Override
        public Scorer openScorer() {
            Path model = TinyGraph.llama(directory.resolve("llama"), "null");
            OnnxExportOptions options = new OnnxExportOptions(true, true, false, true);
            return (Scorer) new OnnxProvider().open(Golden.spec(TinyGraph.graph(model, options)));
        }
    }
}
