package io.countersign.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.countersign.store.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may know whom. The packages and their homes are described in {@code app/README.md}. */
class ArchitectureTest {
  private static final String ROOT = "io.countersign";

  /** What the product is about. The port alone of {@code action}: what it runs lies below it. */
  private static final String[] CORE = {
    ROOT,
    ROOT + ".runbook..",
    ROOT + ".run..",
    ROOT + ".gate..",
    ROOT + ".action",
    ROOT + ".estate..",
    ROOT + ".thread..",
    ROOT + ".audit.."
  };

  private static final String[] LIBRARIES = {
    "com.slack..",
    "com.azure..",
    "io.helidon..",
    "jakarta..",
    "java.sql..",
    "javax.sql..",
    "org.jdbi..",
    "org.postgresql..",
    "com.fasterxml..",
    "org.yaml..",
    "com.github.kagkarlsson.."
  };

  private static final List<String> ADAPTERS =
      List.of("store", "postgres", "azure", "s3", "slack", "yaml");

  /** Those that put the parts together, and so know all of them. */
  private static final String[] WIRING = {
    ROOT + ".server..", ROOT + ".doctor..", ROOT + ".sandbox..", ROOT + ".cli.."
  };

  private static final List<String> INJECTION =
      List.of("jakarta.", "javax.inject.", "org.eclipse.microprofile.", "io.helidon.");

  /** Read once for all tests of this package. */
  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void theRulesBelowSeeTheApplicationAndNoTest() {
    assertThat(CLASSES.contain(Workers.class)).isTrue();
    assertThat(CLASSES.contain(ArchitectureTest.class)).isFalse();
  }

  @Test
  void theCoreKnowsNoLibraryOfTheOutsideWorld() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(LIBRARIES)
        .because("what the product is about is tested without databases, Slack and files")
        .check(CLASSES);
  }

  @Test
  void theCoreKnowsNoAdapterAndNoSingleAction() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .dependOnClassesThat(resideInAnyPackage(packagesOf(ADAPTERS)).or(singleAction()))
        .because("the core says what it needs in ports; the wiring puts the adapters behind them")
        .check(CLASSES);
  }

  @TestFactory
  Stream<DynamicTest> adaptersDoNotKnowEachOther() {
    return ADAPTERS.stream().map(it -> DynamicTest.dynamicTest(it, () -> knowsNoOther(it)));
  }

  private static void knowsNoOther(String adapter) {
    var others = ADAPTERS.stream().filter(it -> !it.equals(adapter)).toList();
    noClasses()
        .that()
        .resideInAPackage(ROOT + "." + adapter + "..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(packagesOf(others)).or(singleAction()))
        .because("each must be exchangeable without a look at the others")
        .allowEmptyShould(true) // s3 is still to be written
        .check(CLASSES);
  }

  @Test
  void azuresLibrariesHaveOneHome() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".azure..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.azure..", "com.microsoft..", "reactor..")
        .because("whoever reads about a server or a secret need not know whose service it is")
        .check(CLASSES);
  }

  @Test
  void actionsKnowNoAdapterButThatOfTheTenantsServers() {
    noClasses()
        .that(singleAction())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packagesOf(List.of("store", "azure", "s3", "slack", "yaml")))
        .because("what is no SQL on a tenant's server, an action does through a port")
        .check(CLASSES);
  }

  @Test
  void nobodyButTheWiringKnowsTheWiringOrTheSandbox() {
    noClasses()
        .that()
        .resideOutsideOfPackages(WIRING)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(WIRING)
        .because("the bot does not know whether it runs in the sandbox")
        .check(CLASSES);
  }

  @Test
  void packagesDependOnEachOtherInOneDirection() {
    slices().assignedFrom(new Parts()).should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nobodySleeps() {
    noClasses()
        .should()
        .accessTargetWhere(
            describe(
                "it sleeps",
                access -> ownedBy(access, Thread.class, TimeUnit.class) && named(access, "sleep")))
        .because(
            "whatever waits must be woken by cancel and shutdown: a parked step, a condition, a"
                + " queue")
        .check(CLASSES);
  }

  @Test
  void nobodyButTheWiringReadsTheClockOfTheMachine() {
    noClasses()
        .that()
        .resideOutsideOfPackages(WIRING)
        .should()
        .accessTargetWhere(readsTheMachinesClock())
        .because("time comes in through constructors, or from countersign.now() in our database")
        .check(CLASSES);
  }

  @Test
  void nobodyButTheServerHasFieldsInjected() {
    noFields()
        .that()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage(ROOT + ".server..")
        .should()
        .beAnnotatedWith(
            describe(
                "an annotation of injection or configuration",
                annotation ->
                    INJECTION.stream().anyMatch(annotation.getRawType().getName()::startsWith)))
        .because("parts are handed over in constructors, and then stay")
        .check(CLASSES);
  }

  @TestFactory
  Stream<DynamicTest> noFileHas500Lines() {
    return Stream.of(Path.of("../app/src"), Path.of("src"))
        .map(it -> DynamicTest.dynamicTest(it.toString(), () -> hasShortFilesOnly(it)));
  }

  private static void hasShortFilesOnly(Path root) throws IOException {
    var lines = new TreeMap<Path, Integer>();
    try (var files = Files.walk(root)) {
      for (var file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
        lines.put(file, Files.readAllLines(file).size());
      }
    }
    assertThat(lines).isNotEmpty();
    lines.values().removeIf(it -> it < 500);
    assertThat(lines).as("files to be split by what they are about, and their lines").isEmpty();
  }

  private static DescribedPredicate<JavaAccess<?>> readsTheMachinesClock() {
    return describe(
        "it reads the machine's clock",
        access ->
            (ownedBy(access, System.class) && named(access, "currentTimeMillis"))
                || (ownedBy(access, Clock.class)
                    && access.getName().matches("system.*|tick[A-Z].*"))
                || (ownedBy(access, Date.class) && named(access, "<init>") && bare(access))
                || (access
                        .getTargetOwner()
                        .getPackageName()
                        .startsWith(Instant.class.getPackageName())
                    && named(access, "now")
                    && !takesAClock(access)));
  }

  private static boolean takesAClock(JavaAccess<?> access) {
    return parameters(access).anyMatch(it -> it.isEquivalentTo(Clock.class));
  }

  private static boolean bare(JavaAccess<?> access) {
    return parameters(access).findAny().isEmpty();
  }

  private static Stream<JavaClass> parameters(JavaAccess<?> access) {
    return access.getTarget() instanceof CodeUnitAccessTarget unit
        ? unit.getRawParameterTypes().stream()
        : Stream.empty();
  }

  private static boolean named(JavaAccess<?> access, String name) {
    return access.getName().equals(name);
  }

  private static boolean ownedBy(JavaAccess<?> access, Class<?>... owners) {
    return Stream.of(owners).anyMatch(access.getTargetOwner()::isEquivalentTo);
  }

  private static DescribedPredicate<JavaClass> singleAction() {
    return resideInAnyPackage(ROOT + ".action..").and(not(resideInAnyPackage(ROOT + ".action")));
  }

  private static String[] packagesOf(List<String> names) {
    return names.stream().map(it -> ROOT + "." + it + "..").toArray(String[]::new);
  }

  /**
   * The top-level packages; {@code action}, which is two: the port, known to nearly all, and the
   * actions behind it, which know {@code postgres}.
   */
  private static final class Parts implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      var name = type.getPackageName();
      if (!(name + ".").startsWith(ROOT + ".")) {
        return SliceIdentifier.ignore();
      }
      if (name.equals(ROOT)) {
        return SliceIdentifier.of("the words of all");
      }
      if (name.startsWith(ROOT + ".action.")) {
        return SliceIdentifier.of("the actions");
      }
      return SliceIdentifier.of(name.substring(ROOT.length() + 1).split("\\.", 2)[0]);
    }

    @Override
    public String getDescription() {
      return "the top-level packages";
    }
  }
}
