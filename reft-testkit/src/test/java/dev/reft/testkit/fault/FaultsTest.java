package dev.reft.testkit.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.testkit.contract.PolicyContract;
import dev.reft.testkit.contract.Tolerance;
import dev.reft.testkit.tiny.TinyModel;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Proves the contracts: each planted fault is caught by the test that is there for it, and a healthy policy passes. */
class FaultsTest {
    private static final Fault HEALTHY = new Fault("healthy", "", (training, healthy) -> healthy.apply(training));
    private static Fault planted = HEALTHY;

    /** The contract on the policy with the planted fault; no test by itself. */
    static class Planted implements PolicyContract {
        private static final TinyModel MODEL = new TinyModel("abcdefghijklmn", 8, 2, 12, 1, 24, 4);

        @Override
        public Policy openPolicy(Training training) {
            return planted.open().open(training, MODEL::policy);
        }

        @Override
        public Tolerance tolerance() {
            return Tolerance.EXACT;
        }
    }

    static List<Fault> faults() {
        return Fault.all();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isCaught(Fault fault) {
        Results results = run(fault, fault.caughtBy());
        assertEquals(new TreeSet<>(Set.of(fault.caughtBy())), results.failed, "failed of " + fault.caughtBy());
    }

    @Test
    void theHealthyPolicyPasses() {
        Results results = run(HEALTHY, "");
        assertEquals(new TreeSet<>(), results.failed);
        assertTrue(results.passed > 60, results.passed + " tests passed");
    }

    /** Runs the contract's test of that name, or all of them for "". */
    private static Results run(Fault fault, String only) {
        planted = fault;
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Planted.class))
                .filters(EngineFilter.includeEngines("junit-jupiter"))
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(
                        !test.isTest() || only.isEmpty() || only.equals(name(test.getDisplayName()))))
                .build();
        Results results = new Results();
        try {
            LauncherFactory.create().execute(request, results);
        } finally {
            planted = HEALTHY;
        }
        return results;
    }

    private static String name(String displayName) {
        return displayName.replaceFirst("\\(.*", "");
    }

    private static final class Results implements TestExecutionListener {
        private final TreeSet<String> failed = new TreeSet<>();
        private int passed;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (!test.isTest()) {
                assertEquals(TestExecutionResult.Status.SUCCESSFUL, result.getStatus(), test.getDisplayName());
            } else if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
                passed++;
            } else if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                failed.add(name(test.getDisplayName()));
            }
        }
    }
}
