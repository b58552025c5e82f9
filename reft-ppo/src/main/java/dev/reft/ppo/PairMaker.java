package dev.reft.ppo;

import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes pairs of the scored answers to one prompt after another. */
final class PairMaker {
    /** An answer, its score, and where it comes from. */
    record Scored(Response response, double score, String source) {}

    private final PairRule rule;
    private final PairSet.Collector pairs = new PairSet.Collector();

    PairMaker(PairRule rule) {
        this.rule = rule;
    }

    /** The answers to one prompt; those without a score are counted and left out. */
    void add(Prompt prompt, List<Response> responses, List<Grade> grades, List<String> sources) {
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < grades.size(); i++) {
            if (grades.get(i) instanceof Grade.Score score) {
                scored.add(new Scored(responses.get(i), score.value(), sources.get(i)));
            } else {
                pairs.drop("unscored");
            }
        }
        if (rule instanceof PairRule.BestAgainstWorst) {
            bestAgainstWorst(prompt, scored);
        } else if (rule instanceof PairRule.AllPairs all) {
            for (int i = 0; i < scored.size(); i++) {
                for (int j = i + 1; j < scored.size(); j++) {
                    compare(prompt, scored.get(i), scored.get(j), all.gap());
                }
            }
        } else {
            throw new IllegalArgumentException("unknown rule " + rule);
        }
    }

    private void bestAgainstWorst(Prompt prompt, List<Scored> scored) {
        if (scored.size() < 2) {
            return;
        }
        Scored best = null;
        Scored any = scored.get(0);
        Scored worst = any;
        for (Scored answer : scored) {
            any = answer.score() > any.score() ? answer : any;
            worst = answer.score() < worst.score() ? answer : worst;
            if (answer.response().ended() && (best == null || answer.score() > best.score())) {
                best = answer;
            }
        }
        // Where the only answers that are better than the worst were cut off there is no pair, and that is the reason.
        compare(prompt, best != null && best.score() > worst.score() ? best : any, worst, 0);
    }

    private void compare(Prompt prompt, Scored a, Scored b, double gap) {
        Scored better = a.score() >= b.score() ? a : b;
        Scored worse = better == a ? b : a;
        double margin = better.score() - worse.score();
        if (margin == 0 || margin < gap) {
            pairs.drop("ties");
        } else if (better.response().text().equals(worse.response().text())) {
            pairs.drop("equal");
        } else if (!better.response().ended()) {
            pairs.drop("unfinished");
        } else {
            Map<String, Object> attributes = new TreeMap<>(prompt.attributes());
            attributes.put("chosen_score", better.score());
            attributes.put("rejected_score", worse.score());
            if (!better.source().isEmpty() || !worse.source().isEmpty()) {
                attributes.put("chosen_source", better.source());
                attributes.put("rejected_source", worse.source());
            }
            pairs.add(new PreferencePair(prompt, better.response(), worse.response(), margin, attributes));
        }
    }

    PairSet result() {
        return pairs.finish();
    }
}
