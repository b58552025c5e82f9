package dev.reft.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the arrows between the modules: examples, then ppo, graders and providers, then checkpoint, then core. */
class ArchitectureTest {
    private static final String[] CORE = {"generation", "grading", "io", "math", "model", "objective", "random", "text"
    };
    private static final JavaClasses REFT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.reft");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generation",
                "grading",
                "io",
                "math",
                "model",
                "objective",
                "random",
                "text",
                "testkit",
                "checkpoint",
                "torch",
                "onnx",
                "graders",
                "sandbox",
                "ppo",
                "examples"
            })
    void everyModuleIsLookedAt(String name) {
        assertTrue(
                REFT.stream().anyMatch(c -> c.getPackageName().startsWith("dev.reft." + name)),
                () -> "no class of dev.reft." + name + " on the class path: the rules would hold of nothing");
    }

    @Test
    void everyPackageBelongsToAModule() {
        classes()
                .should()
                .resideInAnyPackage(packages(join(
                        CORE,
                        "testkit",
                        "checkpoint",
                        "torch",
                        "onnx",
                        "graders",
                        "sandbox",
                        "ppo",
                        "examples",
                        "benchmarks")))
                .check(REFT);
    }

    @Test
    void coreDependsOnTheJavaBaseOnly() {
        only(join(CORE), join(CORE)).check(REFT);
        noClasses()
                .that()
                .resideInAnyPackage(packages(CORE))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.sql..",
                        "java.net.http..",
                        "java.util.logging..",
                        "java.desktop..",
                        "java.beans..",
                        "java.awt..")
                .check(REFT);
    }

    @Test
    void mathDependsOnNothingOfOurs() {
        only(new String[] {"math"}, new String[] {"math"}).check(REFT);
    }

    @Test
    void testkitDependsOnCoreAndJunit() {
        only(
                        new String[] {"testkit"},
                        join(CORE, "testkit"),
                        "org.junit.jupiter..",
                        "org.opentest4j..",
                        "org.apiguardian..")
                .check(REFT);
    }

    @Test
    void checkpointDependsOnCore() {
        neverSees("checkpoint", "torch", "onnx", "graders", "sandbox", "ppo", "examples", "testkit");
    }

    @Test
    void providersDependOnCheckpointAndCore() {
        neverSees("torch", "onnx", "graders", "sandbox", "ppo", "examples", "testkit");
        neverSees("onnx", "torch", "graders", "sandbox", "ppo", "examples", "testkit");
    }

    @Test
    void trainersAndGradersNeverSeeAProvider() {
        neverSees("ppo", "torch", "onnx", "checkpoint", "graders", "sandbox", "examples", "testkit");
        neverSees("graders", "torch", "onnx", "checkpoint", "sandbox", "ppo", "examples", "testkit");
    }

    @Test
    void sandboxDependsOnGradersAndCore() {
        neverSees("sandbox", "torch", "onnx", "checkpoint", "ppo", "examples", "testkit");
    }

    @Test
    void enginesStayInTheirModules() {
        onlyIn("torch", "org.bytedeco..");
        onlyIn("onnx", "ai.onnxruntime..");
        onlyIn("checkpoint", "ai.djl..");
        onlyIn("sandbox", "run.endive..");
        onlyIn("sandbox", "io.trino..");
        onlyIn("examples", "picocli..");
    }

    @Test
    void librariesWriteToNoConsoleAndUseNoLoggingLibrary() {
        for (ArchRule rule : List.of(
                GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS,
                GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING)) {
            rule.check(REFT.that(DescribedPredicate.describe(
                    "are in library modules",
                    c -> !c.getPackageName().startsWith("dev.reft.examples")
                            && !c.getPackageName().startsWith("dev.reft.benchmarks"))));
        }
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.slf4j..", "org.apache.logging..", "org.apache.commons.logging..")
                .check(REFT);
    }

    private static void neverSees(String module, String... others) {
        noClasses()
                .that()
                .resideInAPackage("dev.reft." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(others))
                .check(REFT);
    }

    private static void onlyIn(String module, String library) {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.reft." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(REFT);
    }

    private static ArchRule only(String[] modules, String[] targets, String... libraries) {
        List<String> allowed = new ArrayList<>(Arrays.asList(packages(targets)));
        allowed.add("java..");
        allowed.add("org.jspecify..");
        allowed.addAll(Arrays.asList(libraries));
        return classes()
                .that()
                .resideInAnyPackage(packages(modules))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new));
    }

    private static String[] packages(String... modules) {
        return Arrays.stream(modules).map(name -> "dev.reft." + name + "..").toArray(String[]::new);
    }

    private static String[] join(String[] first, String... second) {
        List<String> all = new ArrayList<>(Arrays.asList(first));
        all.addAll(Arrays.asList(second));
        return all.toArray(String[]::new);
    }
}
