package dev.reft.testkit.fault;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Finish;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.Policy;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Faults in generation. */
final class GenerationFaults {
    private GenerationFaults() {}

    private static Policy reporting(Policy policy, UnaryOperator<Completion> change) {
        return new FaultyPolicy(policy) {
            @Override
            Completion report(Completion completion) {
                return change.apply(completion);
            }
        };
    }

    private static Policy asking(Policy policy, UnaryOperator<GenerationRequest> change) {
        return new FaultyPolicy(policy) {
            @Override
            GenerationRequest ask(GenerationRequest request) {
                return change.apply(request);
            }
        };
    }

    private static Segment.Sampled sampled(Completion completion) {
        return (Segment.Sampled) completion.segments().get(0);
    }

    private static Completion with(Completion c, Segment segment, String text) {
        return new Completion(c.request(), c.sample(), List.of(segment), text, c.finish());
    }

    private static Completion cut(Completion c, int length) {
        Segment.Sampled all = sampled(c);
        return with(
                c,
                new Segment.Sampled(
                        Arrays.copyOf(all.tokens(), length),
                        Arrays.copyOf(all.logProbs(), length),
                        Arrays.copyOf(all.drawLogProbs(), length)),
                c.text());
    }

    private static GenerationRequest with(
            GenerationRequest r, long[] seeds, Sampling sampling, int maxTokens, Constraint constraint) {
        return new GenerationRequest(r.id(), r.prompt(), seeds, sampling, maxTokens, r.stops(), constraint);
    }

    static List<Fault> all() {
        return List.of(
                Fault.of(
                        "filtered log-probs reported",
                        "reportedLogProbsAreThoseOfScore",
                        p -> reporting(p, c -> {
                            Segment.Sampled s = sampled(c);
                            return with(
                                    c, new Segment.Sampled(s.tokens(), s.drawLogProbs(), s.drawLogProbs()), c.text());
                        })),
                Fault.of(
                        "draws reported unfiltered",
                        "drawLogProbsAreThoseOfTheFilteredDistribution",
                        p -> reporting(p, c -> {
                            Segment.Sampled s = sampled(c);
                            return with(c, new Segment.Sampled(s.tokens(), s.logProbs(), s.logProbs()), c.text());
                        })),
                Fault.of(
                        "end token dropped from the tokens",
                        "endTokensEndACompletion",
                        p -> reporting(p, c -> c.finish() == Finish.END ? cut(c, c.tokens().length - 1) : c)),
                Fault.of(
                        "end token in the text",
                        "endTokensEndACompletion",
                        p -> reporting(p, c -> c.finish() == Finish.END ? with(c, sampled(c), c.text() + "<eos>") : c)),
                Fault.of(
                        "stop text cut from the tokens",
                        "aStopTextEndsACompletion",
                        p -> reporting(
                                p,
                                c -> c.finish() == Finish.STOP ? cut(c, c.text().length()) : c)),
                Fault.of(
                        "stop text kept in the text",
                        "aStopTextEndsACompletion",
                        p -> reporting(
                                p, c -> with(c, sampled(c), c.finish() == Finish.STOP ? decoded(p, c) : c.text()))),
                Fault.of(
                        "cut-off samples called ended",
                        "advanceMakesOneTokenForEveryRow",
                        p -> reporting(
                                p, c -> new Completion(c.request(), c.sample(), c.segments(), c.text(), Finish.END))),
                Fault.of("seeds depend on the order of requests", "drawsDependOnSeedAndPlaceOnly", p -> {
                    int[] count = new int[1];
                    return asking(p, r -> {
                        long[] seeds =
                                Arrays.stream(r.seeds()).map(s -> s + count[0]).toArray();
                        count[0]++;
                        return with(r, seeds, r.sampling(), r.maxTokens(), r.constraint());
                    });
                }),
                Fault.of(
                        "one seed for all samples",
                        "seedsTellSamplesApart",
                        p -> asking(p, r -> {
                            long[] seeds = r.seeds().clone();
                            Arrays.fill(seeds, seeds[0]);
                            return with(r, seeds, r.sampling(), r.maxTokens(), r.constraint());
                        })),
                Fault.of(
                        "draws by another generator",
                        "drawsInvertTheCumulativeDistribution",
                        p -> asking(
                                p,
                                r -> with(
                                        r,
                                        Arrays.stream(r.seeds()).map(s -> ~s).toArray(),
                                        r.sampling(),
                                        r.maxTokens(),
                                        r.constraint()))),
                Fault.of(
                        "greedy not quite",
                        "greedyTakesTheLikeliest",
                        p -> asking(p, r -> {
                            Sampling sampling = r.sampling().temperature() == 0 ? Sampling.at(1) : r.sampling();
                            return with(r, r.seeds(), sampling, r.maxTokens(), r.constraint());
                        })),
                Fault.of(
                        "repetition penalty ignored",
                        "theRepetitionPenaltyCountsTheWholeRow",
                        p -> asking(p, r -> {
                            Sampling s = r.sampling();
                            Sampling free = new Sampling(s.temperature(), s.topK(), s.topP(), s.minP(), 1f);
                            return with(r, r.seeds(), free, r.maxTokens(), r.constraint());
                        })),
                Fault.of(
                        "top-k ignored",
                        "drawLogProbsAreThoseOfTheFilteredDistribution",
                        p -> asking(p, r -> {
                            Sampling s = r.sampling();
                            Sampling free = new Sampling(s.temperature(), 0, s.topP(), s.minP(), s.repetitionPenalty());
                            return with(r, r.seeds(), free, r.maxTokens(), r.constraint());
                        })),
                Fault.of(
                        "constraints see the completion only",
                        "constraintsAreHonoured",
                        p -> asking(p, r -> {
                            Constraint blind = (row, allowed) -> r.constraint()
                                    .restrict(Arrays.copyOfRange(row, r.prompt().length, row.length), allowed);
                            return with(r, r.seeds(), r.sampling(), r.maxTokens(), blind);
                        })),
                Fault.of("a closed generation goes on", "closingAbandons", GenerationFaults::neverClosed));
    }

    private static String decoded(Policy policy, Completion completion) {
        return policy.tokenizer().decode(completion.tokens());
    }

    private static Policy neverClosed(Policy policy) {
        return new FaultyPolicy(policy) {
            @Override
            public Generation generation() {
                Generation generation = super.generation();
                return new Generation() {
                    @Override
                    public void add(GenerationRequest request) {
                        generation.add(request);
                    }

                    @Override
                    public int unfinished() {
                        return generation.unfinished();
                    }

                    @Override
                    public List<Completion> advance() {
                        return generation.advance();
                    }

                    @Override
                    public void close() {
                        if (generation.unfinished() == 0) {
                            generation.close();
                        }
                    }
                };
            }
        };
    }
}
