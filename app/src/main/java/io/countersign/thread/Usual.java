package io.countersign.thread;

import io.countersign.run.Took;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How long each step has usually taken: for this very tenant where it has been done twice, because
 * tenants differ in size; else for all tenants of the estate.
 */
public final class Usual {
  /** Of nothing is anything known. */
  public static final Usual NONE = new Usual(Map.of());

  private static final int ENOUGH_OF_ONE_TENANT = 2;

  private final Map<String, Range> steps;

  private Usual(Map<String, Range> steps) {
    this.steps = Map.copyOf(steps);
  }

  /**
   * @param past steps of earlier runs of the same runbook
   * @param tenant whose run is spoken of, by slug
   */
  public static Usual of(List<Took> past, String tenant) {
    var steps = new HashMap<String, Range>();
    past.stream()
        .collect(Collectors.groupingBy(Took::step))
        .forEach(
            (step, all) -> {
              var own = all.stream().filter(it -> it.tenant().equals(tenant)).toList();
              steps.put(step, Range.of(own.size() >= ENOUGH_OF_ONE_TENANT ? own : all));
            });
    return new Usual(steps);
  }

  /** Empty where the step has never been done. */
  Optional<Range> of(String step) {
    return Optional.ofNullable(steps.get(step));
  }

  /** All of them one after the other; empty where one of them has never been done. */
  Optional<Range> together(Stream<String> ids) {
    var sum =
        Optional.of(new Range(Duration.ZERO, Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE));
    for (var id : ids.toList()) {
      sum = sum.flatMap(before -> of(id).map(before::plus));
    }
    return sum.filter(it -> it.runs() < Integer.MAX_VALUE);
  }

  /**
   * @param usual the median
   * @param runs of how many runs, the least where steps are added up
   */
  record Range(Duration least, Duration usual, Duration most, int runs) {
    static Range of(List<Took> some) {
      var sorted = some.stream().map(Took::length).sorted(Comparator.naturalOrder()).toList();
      return new Range(
          sorted.getFirst(), sorted.get((sorted.size() - 1) / 2), sorted.getLast(), sorted.size());
    }

    Range plus(Range other) {
      return new Range(
          least.plus(other.least),
          usual.plus(other.usual),
          most.plus(other.most),
          Math.min(runs, other.runs));
    }

    /** {@code 66 to 81 min in 4 earlier runs}, {@code 66 min in one earlier run}. */
    String told() {
      var shortest = Texts.duration(least);
      var longest = Texts.duration(most);
      return (shortest.equals(longest) ? longest : shortest + " to " + longest)
          + (runs == 1 ? " in one earlier run" : " in " + runs + " earlier runs");
    }
  }
}
