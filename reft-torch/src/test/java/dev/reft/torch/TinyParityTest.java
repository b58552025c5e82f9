package dev.reft.torch;

import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.TokenBatch;
import dev.reft.torch.Parameter.Part;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Scores of the tiny models against transformers in double precision. */
class TinyParityTest {
    private static final Tally ROWS = new Tally("tiny, rows");

    @AfterAll
    static void tell() {
        ROWS.print();
    }

    static List<Path> models() {
        return Golden.tinyModels();
    }

    @ParameterizedTest
    @MethodSource("models")
    void scoresAgree(Path model) {
        JsonNode rows = Golden.json(model.resolve("expected.json")).get("rows");
        ROWS.expect(rows.size());
        Engine.start(java.util.Optional.of(new Threads(1)), java.util.Optional.empty(), "cpu");
        try (Opening opening = Opening.of(Golden.spec(model, Precision.FP32));
                Network network = network(opening)) {
            TokenBatch batch = Golden.batch(rows, 1f);
            Map<Output, float[][]> scores = network.score(batch, EnumSet.allOf(Output.class));
            String name = model.getFileName().toString();
            Golden.assertClose(rows, "logp", scores.get(Output.LOG_PROB), 1e-4, name);
            Golden.assertClose(rows, "entropy", scores.get(Output.ENTROPY), 1e-4, name);
            Golden.assertClose(rows, "value", scores.get(Output.VALUE), 1e-4, name);
            Golden.assertClose(rows, "value", scores.get(Output.DETACHED_VALUE), 1e-4, name);
            Map<Output, float[][]> warm =
                    network.score(Golden.batch(rows, 0.7f), EnumSet.of(Output.LOG_PROB, Output.ENTROPY));
            Golden.assertClose(rows, "logp_t0.7", warm.get(Output.LOG_PROB), 1e-4, name);
            Golden.assertClose(rows, "entropy_t0.7", warm.get(Output.ENTROPY), 1e-4, name);
        }
        ROWS.add(rows.size());
    }

    private static Network network(Opening opening) {
        Decoder decoder = opening.decoder(module -> false, Part.POLICY);
        return new Network(
                decoder,
                decoder,
                Golden.valueLayer(opening.placement(), opening.config().embeddingSize()));
    }
}
