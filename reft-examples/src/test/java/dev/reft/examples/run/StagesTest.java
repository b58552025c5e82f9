package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long a stage goes on, and when it is looked at. */
class StagesTest {
    private static StageLog at(StageLog log, double seconds) {
        return log.with(new StageLog.Point(log.points().size() + 1L, seconds, 1, Map.of()), 0);
    }

    /** The moments at which accuracies are measured if steps take so long. */
    private static List<Double> moments(StageLog before, double begin, double budget, int checks, double step) {
        List<Double> moments = new ArrayList<>();
        StageLog log = before;
        while (log.seconds() < budget) {
            log = at(log, log.seconds() + step);
            if (Stages.checkDue(log, begin, budget, checks)) {
                moments.add(log.seconds());
                log = log.with(new StageLog.Check(0, log.seconds(), 0, 1, List.of()));
            }
        }
        return moments;
    }

    @Test
    void accuraciesAreSpreadOverWhatIsLeftOfTheBudget() {
        assertEquals(List.of(20.0, 40.0, 60.0, 80.0), moments(StageLog.EMPTY, 0, 100, 4, 1));
        // Half of the time went into samples: the four moments lie in the other half.
        assertEquals(List.of(60.0, 70.0, 80.0, 90.0), moments(StageLog.after(50), 50, 100, 4, 1));
        // A stage that goes on after a kill keeps to the same moments.
        StageLog killed = at(StageLog.after(50), 71).with(new StageLog.Check(0, 60, 0, 1, List.of()));
        assertEquals(List.of(72.0, 80.0, 90.0), moments(killed, 50, 100, 4, 1));
        // A long step that passes several moments has one accuracy, not several.
        assertEquals(List.of(45.0, 90.0), moments(StageLog.EMPTY, 0, 100, 4, 45));
        assertEquals(List.of(), moments(StageLog.EMPTY, 0, 100, 0, 1));
        assertEquals(List.of(), moments(StageLog.after(101), 101, 100, 4, 1));
    }

    private static StageLog kl(double... values) {
        StageLog log = StageLog.EMPTY;
        for (double value : values) {
            log = log.with(new StageLog.Point(log.points().size() + 1L, 0, 1, Map.of("objective/kl", value)), 0);
        }
        return log;
    }

    @Test
    void aLearnedRewardIsFollowedUpToADistance() {
        assertFalse(Stages.farFromWarmUp(StageLog.EMPTY));
        assertFalse(Stages.farFromWarmUp(kl(100, 100)), "two steps are no trend");
        assertFalse(Stages.farFromWarmUp(kl(0, 1, 9, 0.5)));
        assertTrue(Stages.farFromWarmUp(kl(0, 9, 9, 9)));
        assertEquals(4, Stages.lastStep(kl(0, 9, 9, 9)));
        assertEquals(0, Stages.lastStep(StageLog.EMPTY));
    }
}
