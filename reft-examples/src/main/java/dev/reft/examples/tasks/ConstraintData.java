package dev.reft.examples.tasks;

import dev.reft.examples.generate.Asker;
import dev.reft.examples.generate.ConstrainedPrompt;
import dev.reft.examples.generate.ConstraintGenerator;
import dev.reft.examples.generate.Personas;
import dev.reft.generation.Sampling;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.data.Decontamination;
import dev.reft.random.Seeds;
import dev.reft.random.Seeds.Stream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Generated prompts with a constraint each, in three sets: to imitate, to reinforce on, and to test on. Test prompts are by personas of
 * their own; the generator does not know that, so some of the other prompts are by the same personas, and decontamination takes them out.
 *
 * @param generated how many prompts were asked for
 * @param fitting how many of them have a constraint that the small model's words can keep, and differ
 * @param tests to test on
 * @param clean others that do not hold a test's request
 * @param report of the decontamination
 */
record ConstraintData(
        int generated,
        int fitting,
        List<ConstrainedPrompt> tests,
        List<ConstrainedPrompt> clean,
        Decontamination.Report report) {
    private static final int TEST_PERSONAS = 6;

    /** Prompts that are asked for at a time, which bounds memory. */
    private static final int PIECE = 250;

    /** Share of the warm-up's answers whose writers looked at what is asked. */
    private static final double OBEDIENT = 0.25;

    ConstraintData {
        tests = List.copyOf(tests);
        clean = List.copyOf(clean);
    }

    /**
     * Generates and decontaminates.
     *
     * @param prompts how many are asked for
     * @param model that is asked for requests. One with random weights has none, and is left two tokens to say so: templates take their
     *     place
     */
    static ConstraintData generate(TaskPlan plan, Supplier<Policy> model, int prompts) {
        try (Policy asked = model.get()) {
            List<ConstrainedPrompt> all = made(asked, "train", plan.seed(), Personas.own(), prompts);
            List<ConstrainedPrompt> tests = made(
                    asked,
                    "test",
                    plan.seed() + 1,
                    Personas.own().subList(0, TEST_PERSONAS),
                    plan.tests() * 50 / ConstraintAnswers.KINDS.size());
            Decontamination.Report report = Decontamination.TULU.find(requests(all), requests(tests));
            Set<String> dirty = report.contaminated();
            List<ConstrainedPrompt> clean =
                    all.stream().filter(p -> !dirty.contains(p.id())).toList();
            return new ConstraintData(prompts, all.size(), tests, clean, report);
        }
    }

    private static List<ConstrainedPrompt> made(Policy model, String set, long seed, List<String> personas, int count) {
        Map<String, ConstrainedPrompt> different = new LinkedHashMap<>();
        for (int from = 0; from < count; from += PIECE) {
            Asker asker =
                    new Asker(model, false, Sampling.at(1f), 2, Seeds.at(seed, Stream.SHUFFLE, from, "constraints", 0));
            for (ConstrainedPrompt made :
                    new ConstraintGenerator(asker, personas, 1, 1).generate(Math.min(PIECE, count - from))) {
                if (ConstraintAnswers.fits(made)) {
                    String id = set + "-" + from + "-" + made.id();
                    different.putIfAbsent(
                            text(made),
                            new ConstrainedPrompt(id, made.persona(), made.request(), made.own(), made.constraints()));
                }
            }
        }
        return List.copyOf(different.values());
    }

    /** What is asked, without the constraints: these are the same sentences in every set. */
    private static Map<String, String> requests(List<ConstrainedPrompt> prompts) {
        Map<String, String> requests = new LinkedHashMap<>();
        prompts.forEach(prompt -> requests.put(prompt.id(), prompt.request()));
        return requests;
    }

    /** The words of all prompts and answers that the embedded model does not have. */
    List<String> words(Set<String> known) {
        Set<String> words = new LinkedHashSet<>();
        for (ConstrainedPrompt prompt : clean) {
            words.addAll(List.of(text(prompt).split("\\s+")));
        }
        for (ConstrainedPrompt prompt : tests) {
            words.addAll(List.of(text(prompt).split("\\s+")));
        }
        for (ConstrainedPrompt prompt : clean) {
            words.addAll(List.of(ConstraintAnswers.keeping(prompt.constraints().get(0), dice(prompt))
                    .split(" ", -1)));
            words.addAll(List.of(ConstraintAnswers.plain(dice(prompt)).split(" ", -1)));
        }
        words.removeAll(known);
        words.remove("");
        return List.copyOf(words);
    }

    private static Dice dice(ConstrainedPrompt prompt) {
        return new Dice(Seeds.at(1, Stream.SHUFFLE, 0, "answer to " + prompt.id() + prompt.request(), 0));
    }

    private static String text(ConstrainedPrompt prompt) {
        return ((Prompt.Input.Text) prompt(prompt).input()).text();
    }

    private static Prompt prompt(ConstrainedPrompt made) {
        Prompt prompt = made.prompt();
        String text = ((Prompt.Input.Text) prompt.input()).text() + " =>";
        return new Prompt(prompt.id(), new Prompt.Input.Text(text), prompt.reference(), prompt.attributes());
    }

    /** A few careless writers' answers to the first clean prompts: most of them keep another constraint than the one asked for, or none. */
    List<SftExample> examples(int count) {
        List<SftExample> examples = new ArrayList<>();
        List<ConstrainedPrompt> some = clean.subList(0, Math.min(count, clean.size()));
        for (int i = 0; i < some.size(); i++) {
            ConstrainedPrompt prompt = some.get(i);
            Dice dice = dice(prompt);
            ConstrainedPrompt other = dice.chance(OBEDIENT) ? prompt : dice.pick(some);
            String answer = dice.chance(0.75)
                    ? ConstraintAnswers.keeping(other.constraints().get(0), dice)
                    : ConstraintAnswers.plain(dice);
            examples.add(new SftExample(prompt.id(), prompt(prompt).input(), answer));
        }
        return examples;
    }

    /** What is reinforced on: the clean prompts. */
    List<Prompt> questions() {
        return clean.stream().map(ConstraintData::prompt).toList();
    }

    List<Prompt> asked(int count) {
        return tests.stream().limit(count).map(ConstraintData::prompt).toList();
    }
}
