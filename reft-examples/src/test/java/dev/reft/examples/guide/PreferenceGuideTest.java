package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.tokenizer.ChatFormat;
import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.Models;
import dev.reft.model.Policy;
import dev.reft.model.Scorer;
import dev.reft.model.Training;
import dev.reft.ppo.Candidates;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.LabelledFile;
import dev.reft.ppo.LabelledResponse;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PreferenceFile;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.Response;
import dev.reft.ppo.StepReport;
import dev.reft.testkit.tiny.TinyModel;
import dev.reft.text.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The guide's snippets on preferences and reward models do what they say. */
class PreferenceGuideTest {
    private static final TinyModel MODEL =
            TinyModel.of("abcdef>").withContext(10).withSizes(12, 2, 24, 1).withSeed(5);

    private static List<PreferencePair> pairs(int from) {
        String[] good = {"a", "ca", "adc", "eae"};
        String[] bad = {"b", "dbe", "bc", "fb"};
        List<PreferencePair> pairs = new ArrayList<>();
        for (int i = from; i < 16; i += 4) {
            for (int k = i; k < i + (from == 3 ? 1 : 3) && k < 16; k++) {
                Prompt prompt = Prompt.text("p" + k, "" + "cdef".charAt(k % 4) + "cdef".charAt(k / 4) + ">", "");
                pairs.add(PreferencePair.of(prompt, good[(k + k / 4) % 4], bad[(3 * k + k / 4) % 4]));
            }
        }
        return pairs;
    }

    @Test
    void whatAPairsChatTemplateReadsOutlivesAFile(@TempDir Path folder) throws Exception {
        String template = "{% if tools %}<tools>{{ tools | tojson }}{% endif %}"
                + "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>"
                + "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}{% endif %}";
        ChatFormat format = new ChatFormat("test", Map.of("default", template), Map.of());
        Map<String, Object> add = new LinkedHashMap<>();
        add.put("type", "function");
        add.put("function", Map.of("name", "add", "parameters", Map.of("type", "object")));
        Prompt.Input.Chat sampled = new Prompt.Input.Chat(
                List.of(Message.user("2+2?")), Map.of("tools", List.of(add), "enable_thinking", false));
        String wanted =
                format.render(sampled.messages(), true, sampled.variables()).text();
        assertTrue(wanted.startsWith("<tools>[{") && wanted.contains("\"add\""), wanted);
        assertTrue(wanted.endsWith("<user>2+2?<assistant><think></think>"), wanted);
        Path pairs = folder.resolve("pairs.jsonl");
        Path marked = folder.resolve("marked.jsonl");
        Prompt prompt = new Prompt("p", sampled, "", Map.of());
        PreferenceFile.write(pairs, List.of(PreferencePair.of(prompt, "4", "5")));
        LabelledFile.write(marked, List.of(new LabelledResponse(prompt, Response.of("4"), true)));
        // TRL's columns and OpenAI's form, as others write them.
        String json = "[{\"type\": \"function\", \"function\": "
                + JsonMapper.shared().writeValueAsString(add.get("function")) + "}]";
        Path others = folder.resolve("others.jsonl");
        Files.writeString(
                others,
                "{\"chosen\": [{\"role\": \"user\", \"content\": \"2+2?\"}, {\"role\": \"assistant\", \"content\": \"4\"}],"
                        + " \"rejected\": [{\"role\": \"user\", \"content\": \"2+2?\"}, {\"role\": \"assistant\", \"content\": \"5\"}],"
                        + " \"chat_template_kwargs\": {\"enable_thinking\": false}, \"tools\": " + json + "}\n"
                        + "{\"input\": {\"messages\": [{\"role\": \"user\", \"content\": \"2+2?\"}], \"tools\": " + json
                        + "},"
                        + " \"preferred_output\": [{\"role\": \"assistant\", \"content\": \"4\"}],"
                        + " \"non_preferred_output\": [{\"role\": \"assistant\", \"content\": \"5\"}],"
                        + " \"chat_template_kwargs\": {\"enable_thinking\": false}}\n");
        List<Prompt> read = new ArrayList<>();
        PreferenceFile.read(pairs).pairs().forEach(pair -> read.add(pair.prompt()));
        PreferenceFile.read(others).pairs().forEach(pair -> read.add(pair.prompt()));
        LabelledFile.read(marked).forEach(example -> read.add(example.prompt()));
        assertEquals(4, read.size());
        for (Prompt one : read) {
            Prompt.Input.Chat chat = (Prompt.Input.Chat) one.input();
            assertEquals(
                    wanted,
                    format.render(chat.messages(), true, chat.variables()).text());
        }
    }

    @Test
    void dpoLearnsFromAFileAndGoesOn(@TempDir Path folder) {
        Path training = folder.resolve("pairs.jsonl");
        Path heldOut = folder.resolve("held-out.jsonl");
        PreferenceFile.write(training, pairs(0));
        PreferenceFile.write(heldOut, pairs(3));
        for (int run = 0; run < 2; run++) {
            try (Policy policy = MODEL.policy(Training.full(1))) {
                assertEquals(1, Preferences.train(policy, training, heldOut, folder, 2e-2), "run " + run);
            }
        }
    }

    @Test
    void answersOfSeveralModelsBecomePairs() {
        List<Completion> answers = new ArrayList<>();
        for (String text : List.of("a", "aaa", "aa")) {
            answers.add(new Completion("q", answers.size(), List.of(), text, Finish.END));
        }
        Candidates candidates =
                new Candidates(Prompt.text("q", "c>", ""), answers, List.of("small", "large", "middle"));
        List<PreferencePair> pairs = Preferences.judged(
                        List.of(candidates), (prompt, c) -> Grade.of(c.text().length()))
                .pairs();
        assertEquals("large", pairs.get(0).attributes().get("chosen_source"));
        assertEquals(0.5, Preferences.other().desensitising());
    }

    @Test
    void aRewardModelTeachesWhatItLearned() {
        try (Policy model = MODEL.policy(Training.full(1));
                Policy policy = MODEL.policy(Training.full(2))) {
            StepReport measured = RewardModels.fit(model, pairs(0), pairs(3), 1e-2, 40);
            assertEquals(1, measured.metric("accuracy"));
            List<Prompt> prompts = pairs(0).stream().map(PreferencePair::prompt).toList();
            PpoConfig config = PpoConfig.reft().toBuilder()
                    .maxTokens(3)
                    .samplesPerPrompt(4)
                    .policyRate(4e-3)
                    .valueRate(4e-3)
                    .kl(new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(0.01)))
                    .build();
            try (Scorer rewardModel = Models.shared((Scorer) model.frozenCopy())) {
                StepReport first = RewardModels.reinforce(policy, rewardModel, measured, prompts, config, 1);
                StepReport last = RewardModels.reinforce(policy, rewardModel, measured, prompts, config, 20);
                assertTrue(
                        last.metric("objective/scores") > first.metric("objective/scores") + 0.3,
                        first.metric("objective/scores") + " to " + last.metric("objective/scores"));
            }
        }
    }
}
