package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingException;
import dev.reft.grading.GradingJob;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.random.Seeds;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A policy's own right answers to the prompts of a step, each text once; every rank draws and grades its own prompts. */
final class OwnAnswers {
    /** The kept answers, [prompt][...], and what was counted over all ranks. */
    record Kept(List<List<Completion>> completions, Map<String, Double> counts) {}

    private final Policy policy;
    private final EvaluationConfig config;
    private final GradingDesk desk;
    private final BatchLoop loop;

    OwnAnswers(Policy policy, EvaluationConfig config, GradingDesk desk, BatchLoop loop) {
        this.policy = policy;
        this.config = config;
        this.desk = desk;
        this.loop = loop;
    }

    Kept collect(List<Prompt> prompts) {
        Collector collector = new Collector(
                policy,
                policy.tokenizer(),
                new Collector.Draw(
                        config.sampling(),
                        config.samplesPerPrompt(),
                        config.maxTokens(),
                        config.stops(),
                        config.concurrentSamples(),
                        Seeds.Stream.ROLLOUT,
                        config.seed()));
        List<int[]> encoded = collector.encode(prompts);
        List<DataInputStream> shares = loop.team().exchange(out -> draw(collector, prompts, encoded, out));
        List<List<Completion>> kept = new ArrayList<>();
        Map<String, Double> counts = new TreeMap<>();
        try {
            for (int p = 0; p < prompts.size(); p++) {
                kept.add(new ArrayList<>());
            }
            for (DataInputStream in : shares) {
                for (int p = in.readInt(); p >= 0; p = in.readInt()) {
                    for (int n = in.readInt(); n > 0; n--) {
                        kept.get(p).add(Wire.completion(in));
                    }
                }
                for (int n = in.readInt(); n > 0; n--) {
                    String name = Wire.string(in);
                    counts.merge(name, in.readDouble(), Double::sum);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        checkNotAllFailed(counts);
        return new Kept(kept, counts);
    }

    private static void checkNotAllFailed(Map<String, Double> counts) {
        double sampled = counts.getOrDefault("samples", 0.0);
        if (sampled > 0 && counts.getOrDefault("grade/failed", 0.0) == sampled) {
            throw new GradingException("all " + (long) sampled + " gradings of the step failed", null);
        }
    }

    private void draw(Collector collector, List<Prompt> prompts, List<int[]> encoded, DataOutputStream out)
            throws IOException {
        List<Integer> mine = new ArrayList<>();
        for (int p = 0; p < prompts.size(); p++) {
            if (loop.team().owns(p)) {
                mine.add(p);
            }
        }
        int samples = config.samplesPerPrompt();
        GradingJob[][] jobs = new GradingJob[prompts.size()][samples];
        long total = (long) mine.size() * samples;
        Completion[][] drawn = collector.sample(
                loop.steps(),
                prompts,
                encoded,
                mine,
                (p, completion) -> jobs[p][completion.sample()] = desk.submit(prompts.get(p), List.of(completion)),
                (phase, done) -> loop.progress(phase, done, total),
                () -> {
                    Interrupts.check();
                    desk.poll();
                });
        loop.lap("generate");
        Map<String, Double> counts = new TreeMap<>();
        counts.put("samples", (double) total);
        for (int p : mine) {
            List<Completion> right = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            for (int s = 0; s < samples; s++) {
                Completion completion = drawn[p][s];
                if (right(await(jobs[p][s]), counts)
                        && completion.finish() != Finish.LENGTH
                        && seen.add(SelfTrainingSet.normalised(completion.text()))) {
                    right.add(completion);
                }
            }
            out.writeInt(p);
            out.writeInt(right.size());
            for (Completion completion : right) {
                Wire.write(out, completion);
            }
        }
        out.writeInt(-1);
        out.writeInt(counts.size());
        for (Map.Entry<String, Double> count : counts.entrySet()) {
            Wire.write(out, count.getKey());
            out.writeDouble(count.getValue());
        }
        loop.lap("grade");
    }

    private boolean right(Grade grade, Map<String, Double> counts) {
        if (grade instanceof Grade.Score score) {
            counts.merge("scored", 1.0, Double::sum);
            counts.merge("scores", score.value(), Double::sum);
            boolean right = score.value() >= config.rightFrom();
            counts.merge("samples/right", right ? 1.0 : 0.0, Double::sum);
            return right;
        }
        counts.merge(grade instanceof Grade.Failed ? "grade/failed" : "grade/none", 1.0, Double::sum);
        return false;
    }

    private Grade await(GradingJob job) {
        try {
            return desk.await(job).get(0);
        } catch (InterruptedException e) {
            throw Interrupts.cancelled();
        }
    }
}
