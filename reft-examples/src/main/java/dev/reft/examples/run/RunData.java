package dev.reft.examples.run;

import dev.reft.examples.data.Problem;
import dev.reft.examples.data.ProblemFiles;
import dev.reft.examples.data.ProblemSet;
import dev.reft.examples.data.ProgramFormat;
import dev.reft.examples.data.PromptFormat;
import dev.reft.examples.data.WordProblems;
import dev.reft.examples.data.WordProblems.Part;
import dev.reft.examples.run.RunPlan.DataKind;
import dev.reft.examples.run.RunPlan.DataPlan;
import dev.reft.graders.AnswerScores;
import dev.reft.graders.CorrectedReft;
import dev.reft.graders.PublishedReft;
import dev.reft.graders.ReftData;
import dev.reft.graders.ReftGrader;
import dev.reft.graders.ReftRule;
import dev.reft.graders.Tolerance;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.ppo.SftExample;
import dev.reft.random.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The problems of a run, ready for the trainers.
 *
 * @param examples what the supervised stage imitates
 * @param prompts what reinforcement answers
 * @param tests test problems by the name of their set, in the order of the report
 * @param rule how answers are read and compared
 * @param programs whether answers are programs that are run, and what they return is compared
 */
record RunData(
        List<SftExample> examples,
        List<Prompt> prompts,
        Map<String, List<Prompt>> tests,
        ReftRule rule,
        boolean programs) {
    /** Name of the test set of the kinds that training sees. */
    static final String TEST = "test";

    /** Name of the test set of the kinds that it does not. */
    static final String UNSEEN = "kinds never trained on";

    static RunData of(RunPlan plan) {
        DataPlan data = plan.data();
        return data.kind() == DataKind.WORDS ? generated(data, plan.seed()) : fromFiles(data, plan.seed());
    }

    Grader grader(AnswerScores scores) {
        return programs ? Programs.grader(rule, scores) : new ReftGrader(rule, scores);
    }

    private static RunData generated(DataPlan data, long seed) {
        WordProblems words = new WordProblems(seed);
        List<Problem> chains = words.problems(Part.CHAINS, data.chains());
        List<Problem> train = new ArrayList<>(chains);
        if (!data.ownQuestionsOnly()) {
            train.addAll(words.problems(Part.ANSWERS, data.answers()));
        }
        Map<String, List<Prompt>> tests = new LinkedHashMap<>();
        tests.put(TEST, prompts(words.problems(Part.TEST, data.tests()), PromptFormat.WORDS));
        tests.put(UNSEEN, prompts(words.problems(Part.UNSEEN, data.tests() / 2), PromptFormat.WORDS));
        ReftRule rule = new CorrectedReft(ReftData.SVAMP, Tolerance.REFT, "answer");
        return new RunData(
                examples(chains, PromptFormat.WORDS), prompts(train, PromptFormat.WORDS), tests, rule, false);
    }

    private static RunData fromFiles(DataPlan data, long seed) {
        List<Problem> all = read(data, data.train()).problems();
        int[] order = Seeds.permutation(all.size(), Seeds.at(seed, Seeds.Stream.SHUFFLE, 0, "problems", 0));
        List<Problem> chains = new ArrayList<>();
        List<Problem> others = new ArrayList<>();
        for (int i : order) {
            boolean imitated = all.get(i).hasChain() && (data.chains() == 0 || chains.size() < data.chains());
            (imitated ? chains : others).add(all.get(i));
        }
        if (chains.isEmpty()) {
            throw new IllegalArgumentException(
                    data.train() + ": no problem has a chain of thought, so there is nothing to warm up on");
        }
        List<Problem> train = new ArrayList<>(chains);
        if (!data.ownQuestionsOnly()) {
            train.addAll(
                    others.subList(0, data.answers() == 0 ? others.size() : Math.min(data.answers(), others.size())));
        }
        List<Problem> test = read(data, data.test()).problems();
        Map<String, List<Prompt>> tests = new LinkedHashMap<>();
        List<Problem> asked = test.subList(0, data.tests() == 0 ? test.size() : Math.min(data.tests(), test.size()));
        if (data.kind() == DataKind.SVAMP_PCOT) {
            tests.put(TEST, programPrompts(asked));
            return new RunData(programs(chains), programPrompts(train), tests, rule(data), true);
        }
        tests.put(TEST, prompts(asked, PromptFormat.PAPER));
        return new RunData(
                examples(chains, PromptFormat.PAPER), prompts(train, PromptFormat.PAPER), tests, rule(data), false);
    }

    private static ProblemSet read(DataPlan data, String file) {
        return switch (data.kind()) {
            case SVAMP, SVAMP_PCOT, MATHQA -> ProblemFiles.reft(Path.of(file));
            case GSM8K -> ProblemFiles.gsm8k(Path.of(file));
            case JSONL -> ProblemFiles.lines(Path.of(file), data.fields());
            case WORDS -> throw new IllegalArgumentException("generated problems have no file " + file);
        };
    }

    private static ReftRule rule(DataPlan data) {
        ReftData rules =
                switch (data.kind()) {
                    case MATHQA -> ReftData.MATHQA;
                    case SVAMP, SVAMP_PCOT -> ReftData.SVAMP;
                    case GSM8K, JSONL, WORDS -> ReftData.GSM8K;
                };
        return data.published()
                ? new PublishedReft(rules, Tolerance.REFT)
                : new CorrectedReft(rules, Tolerance.REFT, CorrectedReft.MARKER);
    }

    private static List<SftExample> examples(List<Problem> problems, PromptFormat format) {
        return problems.stream()
                .map(p -> new SftExample(p.id(), format.prompt(p).input(), format.target(p)))
                .toList();
    }

    private static List<SftExample> programs(List<Problem> problems) {
        return problems.stream()
                .map(p -> new SftExample(p.id(), ProgramFormat.prompt(p).input(), ProgramFormat.target(p)))
                .toList();
    }

    private static List<Prompt> programPrompts(List<Problem> problems) {
        return problems.stream().map(ProgramFormat::prompt).toList();
    }

    private static List<Prompt> prompts(List<Problem> problems, PromptFormat format) {
        return problems.stream().map(format::prompt).toList();
    }
}
