package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingJob;
import dev.reft.grading.Prompt;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** This rank's gradings of a step, begun as completions end. */
final class StepGrading implements Collector.Listener {
    /** Where progress is told. */
    interface Told {
        void at(String phase, long done, long total);
    }

    private final GradingDesk desk;
    private final Team team;
    private final boolean groups;
    private final Told progress;
    private final Map<Integer, Prompt> prompts = new TreeMap<>();
    private final Map<Integer, Completion[]> waiting = new TreeMap<>();
    private final Map<Integer, GradingJob[]> jobs = new TreeMap<>();

    StepGrading(GradingDesk desk, Team team, boolean groups, Told progress) {
        this.desk = desk;
        this.team = team;
        this.groups = groups;
        this.progress = progress;
    }

    /** Makes room for a prompt's completions. */
    void begin(int prompt, Prompt problem, int samples) {
        prompts.put(prompt, problem);
        waiting.put(prompt, new Completion[samples]);
        jobs.put(prompt, new GradingJob[groups ? Math.min(1, samples) : samples]);
    }

    @Override
    public void ended(int prompt, Completion completion) {
        submit(prompt, completion.sample(), completion);
    }

    /** Hands a completion to the grader, or its group when that is complete. */
    void submit(int prompt, int sample, Completion completion) {
        Completion[] group = waiting.get(prompt);
        GradingJob[] own = jobs.get(prompt);
        Prompt problem = prompts.get(prompt);
        if (group == null || own == null || problem == null) {
            throw new IllegalStateException("prompt " + prompt + " was not begun");
        }
        group[sample] = completion;
        if (!groups) {
            own[sample] = desk.submit(problem, List.of(completion));
        } else if (!Arrays.asList(group).contains(null)) {
            own[0] = desk.submit(problem, Arrays.asList(group));
        }
    }

    /** Waits for all grades, and gives those of all ranks. */
    GradedRollouts finish(Rollouts rollouts) {
        long total = jobs.size();
        List<DataInputStream> shares = team.exchange(out -> {
            long done = 0;
            for (GradingJob[] own : jobs.values()) {
                for (GradingJob job : own) {
                    for (Grade grade : await(job)) {
                        Wire.write(out, grade);
                    }
                }
                progress.at("grade", ++done, total);
            }
        });
        List<List<Grade>> grades = new ArrayList<>();
        for (int g = 0; g < rollouts.groups().size(); g++) {
            GradingJob[] own = jobs.get(g);
            grades.add(
                    own != null
                            ? Arrays.stream(own)
                                    .flatMap(job -> await(job).stream())
                                    .toList()
                            : receivedGrades(
                                    shares.get(g % team.size()),
                                    rollouts.groups().get(g).completions().size()));
        }
        return new GradedRollouts(rollouts, grades);
    }

    private List<Grade> await(GradingJob job) {
        try {
            return desk.await(job);
        } catch (InterruptedException e) {
            throw Interrupts.cancelled();
        }
    }

    private static List<Grade> receivedGrades(DataInputStream in, int samples) {
        try {
            List<Grade> grades = new ArrayList<>();
            for (int s = 0; s < samples; s++) {
                grades.add(Wire.grade(in));
            }
            return grades;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
