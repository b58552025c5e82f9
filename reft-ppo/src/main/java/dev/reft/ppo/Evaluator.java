package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingException;
import dev.reft.grading.GradingJob;
import dev.reft.grading.Prompt;
import dev.reft.model.CallGuard;
import dev.reft.model.Sampler;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures how many problems a model solves, grading while answers still come in.
 *
 * <pre>{@code
 * EvaluationReport report = new Evaluator(model, grader, EvaluationConfig.greedy(256)).evaluate(problems);
 * }</pre>
 *
 * <p>One call at a time; {@link #progress} from any thread. Interrupting the thread ends the call with a
 * {@link java.util.concurrent.CancellationException}.
 */
public final class Evaluator {
    private final Sampler sampler;
    private final Grader grader;
    private final EvaluationConfig config;
    private final CallGuard guard;
    private volatile Progress progress = Progress.IDLE;

    /**
     * An evaluation.
     *
     * @param sampler what is evaluated; stays the caller's to close
     * @param grader thread-safe
     * @param config how it samples and judges
     */
    public Evaluator(Sampler sampler, Grader grader, EvaluationConfig config) {
        this.sampler = sampler;
        this.grader = grader;
        this.config = config;
        guard = new CallGuard("Evaluator of " + sampler.info().id());
    }

    /**
     * Answers and grades problems.
     *
     * @param problems with different ids
     * @return one item a problem, in their order
     * @throws GradingException if too many graders hang
     * @throws java.util.concurrent.CancellationException if interrupted
     */
    public EvaluationReport evaluate(List<Prompt> problems) {
        try (CallGuard.Call call = guard.enter("evaluate");
                GradingDesk desk = new GradingDesk(
                        (prompt, group) -> List.of(grader.grade(prompt, group.get(0))), config.grading(), null)) {
            Collector collector = new Collector(
                    sampler,
                    sampler.tokenizer(),
                    new Collector.Draw(
                            config.sampling(),
                            config.samplesPerPrompt(),
                            config.maxTokens(),
                            config.stops(),
                            config.concurrentSamples(),
                            Seeds.Stream.EVALUATION,
                            config.seed()));
            List<Integer> all = new ArrayList<>();
            for (int p = 0; p < problems.size(); p++) {
                all.add(p);
            }
            GradingJob[][] jobs = new GradingJob[problems.size()][config.samplesPerPrompt()];
            long total = (long) problems.size() * config.samplesPerPrompt();
            progress = new Progress("generate", 0, total);
            Completion[][] completions = collector.sample(
                    0,
                    problems,
                    collector.encode(problems),
                    all,
                    (prompt, completion) ->
                            jobs[prompt][completion.sample()] = desk.submit(problems.get(prompt), List.of(completion)),
                    (phase, done) -> progress = new Progress(phase, done, total),
                    () -> {
                        Interrupts.checkEvaluation();
                        desk.poll();
                    });
            List<EvaluationReport.Item> items = new ArrayList<>();
            for (int p = 0; p < problems.size(); p++) {
                items.add(item(desk, problems.get(p), completions[p], jobs[p]));
                progress = new Progress("grade", items.size(), problems.size());
            }
            return new EvaluationReport(items);
        } finally {
            progress = Progress.IDLE;
        }
    }

    private EvaluationReport.Item item(GradingDesk desk, Prompt problem, Completion[] completions, GradingJob[] jobs) {
        List<EvaluationReport.Answer> answers = new ArrayList<>();
        for (int s = 0; s < completions.length; s++) {
            try {
                Grade grade = desk.await(jobs[s]).get(0);
                boolean right = grade instanceof Grade.Score score && score.value() >= config.rightFrom();
                answers.add(new EvaluationReport.Answer(completions[s], grade, right));
            } catch (InterruptedException e) {
                throw Interrupts.evaluationCancelled();
            }
        }
        return new EvaluationReport.Item(problem, answers);
    }

    /**
     * Where the evaluation is; from any thread.
     *
     * @return the phase and how much of it is done
     */
    public Progress progress() {
        return progress;
    }
}
