package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Prompt;
import dev.reft.model.Sampler;
import dev.reft.text.Tokenizer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;

/** Samples of a step: each rank draws those of its own prompts, then all ranks get all of them. */
final class Collecting {
    private final Tokenizer tokenizer;
    private final PpoConfig config;
    private final Team team;

    Collecting(Tokenizer tokenizer, PpoConfig config, Team team) {
        this.tokenizer = tokenizer;
        this.config = config;
        this.team = team;
    }

    /** Token ids of the prompts, checked to leave room for an answer. */
    List<int[]> encode(Sampler sampler, List<Prompt> prompts) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("a step needs at least one prompt");
        }
        return collector(sampler).encode(prompts);
    }

    /** The prompts that this rank draws for. */
    List<Integer> mine(int prompts) {
        List<Integer> mine = new ArrayList<>();
        for (int p = 0; p < prompts; p++) {
            if (team.owns(p)) {
                mine.add(p);
            }
        }
        return mine;
    }

    /** Draws this rank's samples, on whatever thread: [prompt][sample], empty for the prompts of other ranks. */
    Completion[][] own(
            Sampler sampler,
            long step,
            List<Prompt> prompts,
            List<int[]> encoded,
            Collector.Listener listener,
            ObjLongConsumer<String> progress,
            Runnable betweenTokens) {
        List<Integer> mine = mine(prompts.size());
        if (listener instanceof StepGrading grading) {
            for (int p : mine) {
                grading.begin(p, prompts.get(p), config.samplesPerPrompt());
            }
        }
        return collector(sampler).sample(step, prompts, encoded, mine, listener, progress, betweenTokens);
    }

    /** What all ranks drew; {@code own} gives this rank's share, and if it fails all ranks do. */
    Rollouts share(long step, List<Prompt> prompts, List<int[]> encoded, Supplier<Completion[][]> own) {
        Completion[][] all = new Completion[prompts.size()][];
        List<DataInputStream> shares = team.exchange(out -> {
            Completion[][] drawn = own.get();
            for (int p : mine(prompts.size())) {
                all[p] = drawn[p];
                if (team.size() > 1) {
                    for (Completion completion : drawn[p]) {
                        Wire.write(out, completion);
                    }
                }
            }
        });
        List<Rollouts.Group> groups = new ArrayList<>();
        for (int p = 0; p < prompts.size(); p++) {
            Completion[] drawn = all[p];
            groups.add(new Rollouts.Group(
                    prompts.get(p),
                    encoded.get(p),
                    config.sampling().scoringTemperature(),
                    drawn != null ? Arrays.asList(drawn) : received(shares.get(p % team.size()))));
        }
        return new Rollouts(step, groups);
    }

    private Collector collector(Sampler sampler) {
        return new Collector(sampler, tokenizer, Collector.Draw.of(config));
    }

    private List<Completion> received(DataInputStream in) {
        try {
            List<Completion> completions = new ArrayList<>();
            for (int s = 0; s < config.samplesPerPrompt(); s++) {
                completions.add(Wire.completion(in));
            }
            return completions;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
