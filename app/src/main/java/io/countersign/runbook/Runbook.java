package io.countersign.runbook;

import io.countersign.Digest;
import io.countersign.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A validated, immutable procedure. A run pins the runbook that it began with by {@link #source};
 * editing the file never changes a live run.
 *
 * @param requester the role that starting takes
 * @param onAbort what puts things back before the point of no return
 * @param targets how long steps should take, by their ids, and {@code run} for the whole run; they
 *     are told in its report and stop nothing
 * @param source the file's text
 */
public record Runbook(
    String name,
    String title,
    List<String> estates,
    Optional<String> command,
    Role requester,
    List<Parameter> parameters,
    List<Step> steps,
    List<Step> onAbort,
    Map<String, Duration> targets,
    String source) {
  public Runbook {
    estates = List.copyOf(estates);
    parameters = List.copyOf(parameters);
    steps = List.copyOf(steps);
    onAbort = List.copyOf(onAbort);
    targets = Map.copyOf(targets);
  }

  /** Without targets. */
  public Runbook(
      String name,
      String title,
      List<String> estates,
      Optional<String> command,
      Role requester,
      List<Parameter> parameters,
      List<Step> steps,
      List<Step> onAbort,
      String source) {
    this(name, title, estates, command, requester, parameters, steps, onAbort, Map.of(), source);
  }

  /** The digest of the file's text. */
  public Digest digest() {
    return Digest.of(source);
  }

  public Optional<Parameter> parameter(String wanted) {
    return parameters.stream().filter(it -> it.name().equals(wanted)).findFirst();
  }

  /**
   * Whether a person can say everything that starting takes. A database cannot be typed: such a
   * runbook is started by what another one schedules.
   */
  public boolean typeable() {
    return parameters.stream()
        .noneMatch(
            it -> it.type() == ValueType.DATABASE && it.preset().isEmpty() && !it.optional());
  }

  /** A step or a line of {@code on-abort} by id. */
  public Optional<Step> step(String id) {
    return java.util.stream.Stream.concat(steps.stream(), onAbort.stream())
        .filter(it -> it.id().equals(id))
        .findFirst();
  }
}
