package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.Aggregation;
import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.testkit.ForwardingPolicy;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** What supervised training makes of examples. */
class SftTrainerTest {
    private static List<Row> rows(SftConfig config, SftExample... examples) {
        try (Policy policy = Addition.policy()) {
            return new SftRows(policy.tokenizer(), policy.info(), config)
                    .encode(List.of(examples))
                    .rows();
        }
    }

    @Test
    void onlyTheCompletionAndOneEndTokenAreTrained() {
        Row row = rows(SftConfig.reft(), SftExample.text("a", "1+2=", "3")).get(0);
        assertArrayEquals(new int[] {3, 7, 4, 8, 5, 0}, row.tokens());
        assertArrayEquals(new int[] {4, 5}, row.scored());
        Row open = rows(SftConfig.reft().toBuilder().appendEnd(false).build(), SftExample.text("a", "1+2=", "3"))
                .get(0);
        assertArrayEquals(new int[] {3, 7, 4, 8, 5}, open.tokens());
        Row other = rows(
                        SftConfig.reft().toBuilder().endToken(OptionalInt.of(1)).build(),
                        SftExample.text("a", "1+2=", "3"))
                .get(0);
        assertArrayEquals(new int[] {3, 7, 4, 8, 5, 1}, other.tokens());
    }

    @Test
    void anEndTokenThatIsThereIsNotAddedTwice() {
        // Token 1 stands for any unknown character, such as the last one here.
        Row row = rows(
                        SftConfig.reft().toBuilder().endToken(OptionalInt.of(1)).build(),
                        SftExample.text("a", "1+2=", "3?"))
                .get(0);
        assertArrayEquals(new int[] {3, 7, 4, 8, 5, 1}, row.tokens());
    }

    @Test
    void lengthsUpToTheLimitAreTrainedOthersSkippedOrRefused() {
        try (Policy policy = Addition.policy();
                SftTrainer trainer = SftTrainer.start(
                        policy, SftConfig.reft().toBuilder().maxTokens(6).build())) {
            List<SftExample> examples = List.of(
                    SftExample.text("short", "1+2=", ""),
                    SftExample.text("fits", "1+2=", "3"),
                    SftExample.text("long", "1+2=", "33"));
            StepReport report = trainer.step(examples);
            assertEquals(1, report.metric("examples"));
            assertEquals(2, report.metric("examples/skipped"));
            assertEquals(2, report.metric("tokens"));
            StepReport none = trainer.step(List.of(examples.get(0)));
            assertEquals(0, none.metric("examples"));
            assertEquals(2, trainer.steps());
        }
        for (SftExample example :
                List.of(SftExample.text("short", "1+2=", ""), SftExample.text("long", "1+2=", "00000"))) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> rows(
                            SftConfig.reft().toBuilder()
                                    .unusable(SftConfig.Unusable.REFUSE)
                                    .build(),
                            example));
            assertTrue(refused.getMessage().contains("'" + example.id() + "'"), refused.getMessage());
        }
    }

    @Test
    void theChatTemplateNamesTheEndTokenAmongSeveral() {
        Tokenizer chat = new Tokenizer() {
            @Override
            public int[] encode(String text) {
                return new int[] {7};
            }

            @Override
            public int[] encodeControls(String text) {
                return encode(text);
            }

            @Override
            public String decode(int[] ids) {
                return "";
            }

            @Override
            public Set<Integer> endIds() {
                return Set.of(0, 2);
            }

            @Override
            public int[] render(List<Message> messages, boolean openAnswer, Map<String, Object> variables) {
                return openAnswer ? new int[] {5, 2, 6} : new int[] {5, 2, 6, 7, 2, 9};
            }
        };
        try (Policy policy = Addition.policy()) {
            SftRows rows = new SftRows(chat, policy.info(), SftConfig.reft());
            SftExample example = SftExample.chat("c", List.of(Message.user("?")), "!");
            assertArrayEquals(
                    new int[] {5, 2, 6, 7, 2},
                    rows.encode(List.of(example)).rows().get(0).tokens());
            IllegalArgumentException unclear = assertThrows(
                    IllegalArgumentException.class, () -> rows.encode(List.of(SftExample.text("t", "?", "!"))));
            assertTrue(unclear.getMessage().contains("endToken"), unclear.getMessage());
        }
    }

    private static List<SftExample> ragged() {
        List<SftExample> examples = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            examples.add(SftExample.text("" + i, "1+2=", "012".substring(0, 1 + i % 3)));
        }
        return examples;
    }

    @Test
    void cutsOfAnySizeAgree() {
        for (Aggregation aggregation : List.of(new Aggregation.TokenMean(), new Aggregation.SequenceMean())) {
            float[][] whole = null;
            for (int tokens : new int[] {1000, 12, 26, 1}) {
                try (Policy policy = Addition.policy();
                        SftTrainer trainer = SftTrainer.start(
                                policy,
                                SftConfig.reft().toBuilder()
                                        .rate(1e-2)
                                        .aggregation(aggregation)
                                        .microBatchTokens(tokens)
                                        .build())) {
                    for (int i = 0; i < 3; i++) {
                        trainer.step(ragged());
                    }
                    float[][] probe = PpoExactnessTest.probe(policy);
                    whole = whole == null ? probe : whole;
                    for (int i = 0; i < probe.length; i++) {
                        assertArrayEquals(whole[i], probe[i], 1e-5f);
                    }
                }
            }
        }
    }

    @Test
    void theLossIsTheMeanOverTheBatchsTokens() {
        try (Policy policy = Addition.policy();
                SftTrainer trainer = SftTrainer.start(
                        policy,
                        SftConfig.reft().toBuilder().microBatchTokens(12).build())) {
            List<Row> rows = new SftRows(policy.tokenizer(), policy.info(), SftConfig.reft())
                    .encode(ragged())
                    .rows();
            double sum = 0;
            int tokens = 0;
            for (float[] row :
                    policy.score(TokenBatch.of(rows), Set.of(Output.LOG_PROB)).logProbs()) {
                for (float logProb : row) {
                    sum -= logProb;
                    tokens++;
                }
            }
            assertEquals(sum / tokens, trainer.evaluate(ragged()).metric("loss"), 1e-9);
            assertEquals(sum / tokens, trainer.step(ragged()).metric("loss"), 1e-9);
        }
    }

    @Test
    void anInterruptedStepMayBeRepeated() {
        boolean[] interrupt = {true};
        Policy policy = new ForwardingPolicy(Addition.policy()) {
            @Override
            public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                if (interrupt[0]) {
                    interrupt[0] = false;
                    Thread.currentThread().interrupt();
                }
                return inner().forward(batch, wanted);
            }
        };
        try (policy;
                Policy calm = Addition.policy();
                SftTrainer other = SftTrainer.start(
                        calm, SftConfig.reft().toBuilder().microBatchTokens(12).build());
                SftTrainer trainer = SftTrainer.start(
                        policy,
                        SftConfig.reft().toBuilder().microBatchTokens(12).build())) {
            assertThrows(CancellationException.class, () -> trainer.step(ragged()));
            trainer.step(ragged());
            other.step(ragged());
            assertEquals(States.of(calm), States.of(policy));
        }
    }
}
