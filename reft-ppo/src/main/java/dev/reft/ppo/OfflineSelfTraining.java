package dev.reft.ppo;

import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Sampler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes the data of the Offline Self-Training baseline of the ReFT paper (arXiv 2401.08967, section 4.2): answers that a warmed-up policy
 * samples are graded, the right ones are kept, each text once, and of a question at most so many. Supervised training then goes on from
 * the base model with the worked solutions and these.
 *
 * <pre>{@code
 * SelfTrainingSet own = new OfflineSelfTraining(warm, grader, EvaluationConfig.voting(100, 1, 256, seed), 10).sample(questions);
 * own.write(folder.resolve("self-training.jsonl"));
 * List<SftExample> all = own.with(solutions);
 * }</pre>
 *
 * <p>What is drawn for a question depends on seed and question id only, so questions may be sampled in pieces. One call at a time;
 * {@link #progress} from any thread. Interrupting the thread ends the call with a {@link java.util.concurrent.CancellationException}.
 */
public final class OfflineSelfTraining {
    /** Questions whose samples are held in memory at a time. */
    private static final int PIECE = 64;

    private final Evaluator evaluator;
    private final int most;
    private volatile Progress progress = Progress.IDLE;

    /**
     * A sampling.
     *
     * @param sampler the warmed-up policy; stays the caller's to close
     * @param grader thread-safe
     * @param answers how answers are drawn and judged; 100 a question at temperature 1 in the paper
     * @param most answers kept of a question, &gt;= 1; 10 in the paper
     * @throws IllegalArgumentException if none is to be kept
     */
    public OfflineSelfTraining(Sampler sampler, Grader grader, EvaluationConfig answers, int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most " + most + " must be positive");
        }
        evaluator = new Evaluator(sampler, grader, answers);
        this.most = most;
    }

    /**
     * Samples and chooses.
     *
     * @param questions with different ids
     * @return what was kept, and how many of what there were; the kept answers of a question are its first right ones
     * @throws dev.reft.grading.GradingException if too many graders hang
     * @throws java.util.concurrent.CancellationException if interrupted
     */
    public SelfTrainingSet sample(List<Prompt> questions) {
        List<SelfTrainingSet.Question> all = new ArrayList<>();
        try {
            for (int from = 0; from < questions.size(); from += PIECE) {
                progress = new Progress("sample", from, questions.size());
                List<Prompt> piece = questions.subList(from, Math.min(questions.size(), from + PIECE));
                evaluator.evaluate(piece).items().forEach(item -> all.add(choose(item)));
            }
            return new SelfTrainingSet(all);
        } finally {
            progress = Progress.IDLE;
        }
    }

    private SelfTrainingSet.Question choose(EvaluationReport.Item item) {
        int right = 0;
        int graded = 0;
        Set<String> seen = new HashSet<>();
        List<SelfTrainingSet.Kept> kept = new ArrayList<>();
        for (EvaluationReport.Answer answer : item.answers()) {
            graded += answer.grade() instanceof Grade.Score ? 1 : 0;
            if (!answer.right()) {
                continue;
            }
            right++;
            String text = answer.completion().text();
            boolean whole = answer.completion().finish() != Finish.LENGTH && !text.isBlank();
            if (whole && seen.add(SelfTrainingSet.normalised(text)) && kept.size() < most) {
                kept.add(new SelfTrainingSet.Kept(answer.completion().sample(), text));
            }
        }
        return new SelfTrainingSet.Question(item.prompt(), item.answers().size(), graded, right, seen.size(), kept);
    }

    /**
     * Where the sampling is; from any thread.
     *
     * @return questions done, in pieces
     */
    public Progress progress() {
        return progress;
    }
}
