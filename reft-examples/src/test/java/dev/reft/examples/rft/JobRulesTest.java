package dev.reft.examples.rft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.ppo.watch.Probes;
import dev.reft.ppo.watch.Warning;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobRulesTest {
    @Test
    void whatIsGraveAndHowFarAHeldOutRewardMustFall() {
        assertEquals(0.05, JobRules.fall(100_000, 0.05));
        assertEquals(2 * Math.sqrt(0.5 / 100), JobRules.fall(100, 0.05), 1e-12);
        List<String> grave =
                JobRules.grave(JobRules.of(100).stream()
                                .map(rule -> new Warning(rule, 1, 1, 1, ""))
                                .toList())
                        .stream()
                        .map(warning -> warning.rule().name())
                        .toList();
        assertEquals(
                List.of(
                        "NotFinite",
                        "HeldOutFalls watch/held_out",
                        "UpdateSpike policy/approxkl_avg",
                        "RewardCollapse"),
                grave);
        assertTrue(JobRules.of(100).stream()
                .anyMatch(rule -> rule.name().equals("KlAbove " + Probes.KL) && rule.threshold() == 50));
    }
}
