package io.countersign.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Prints the ten slowest tests after the last one, so that whoever makes the build slow reads it in
 * his own build. A class's own share, what it spends outside its tests ({@code @BeforeAll}), counts
 * as one test. Registered in {@code META-INF/services}.
 */
public final class SlowestTests implements TestExecutionListener {
  private static final int SHOWN = 10;
  private static final int LONGEST = 110;

  /** What this JVM has seen so far; {@code .ci/run} shows the files of all. */
  private static final Path FILE =
      Path.of("target", "slowest-tests-" + System.getProperty("surefire.forkNumber", "1") + ".txt");

  private final List<Share> shares = new ArrayList<>();
  private final Map<TestIdentifier, Long> began = new ConcurrentHashMap<>();
  private final Map<TestIdentifier, Duration> took = new ConcurrentHashMap<>();

  @Override
  public void executionStarted(TestIdentifier test) {
    began.put(test, System.nanoTime());
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    var start = began.get(test);
    if (start != null) {
      took.put(test, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** One plan for all, or one for each class where several JVMs share the tests out. */
  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    took.keySet().stream()
        .filter(SlowestTests::inAClass)
        .map(test -> new Share(label(plan, test), own(plan, test)))
        .forEach(shares::add);
    began.clear();
    took.clear();
    var lines = new StringBuilder("The slowest tests:\n");
    shares.stream()
        .sorted(Comparator.comparing(Share::time).reversed())
        .limit(SHOWN)
        .forEach(share -> lines.append(share.line()));
    if (plan.getRoots().stream().mapToLong(it -> plan.getChildren(it).size()).sum() > 1) {
      System.out.print(lines);
    }
    try {
      Files.writeString(FILE, lines);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /** The engine itself has no source, and is no test. */
  private static boolean inAClass(TestIdentifier test) {
    return test.getSource()
        .filter(source -> source instanceof MethodSource || source instanceof ClassSource)
        .isPresent();
  }

  private Duration own(TestPlan plan, TestIdentifier test) {
    var inside =
        plan.getChildren(test).stream()
            .map(child -> took.getOrDefault(child, Duration.ZERO))
            .reduce(Duration.ZERO, Duration::plus);
    return took.getOrDefault(test, Duration.ZERO).minus(inside);
  }

  private static String label(TestPlan plan, TestIdentifier test) {
    return name(plan, test) + (test.isContainer() ? " (what its tests share)" : "");
  }

  private static String name(TestPlan plan, TestIdentifier test) {
    return plan.getParent(test)
        .filter(SlowestTests::inAClass)
        .map(above -> name(plan, above) + ": " + shown(test))
        .orElse(shown(test));
  }

  private static String shown(TestIdentifier test) {
    var name = test.getDisplayName();
    return name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name;
  }

  private record Share(String name, Duration time) {
    String line() {
      return String.format(Locale.ROOT, "%8.2f s  %s%n", time.toMillis() / 1000.0, name);
    }
  }
}
