package io.countersign.run;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.action.Catalogue;
import io.countersign.estate.TenantRef;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a runbook's steps will do, exactly, as far as it is known before the run. */
public final class Plans {
  private static final RunId NO_RUN = new RunId("00000000");
  private static final Person NOBODY = new Person("nowhere", "nobody");

  private Plans() {}

  /**
   * The plan of a run that nobody has asked for: no server, registry or Slack was asked, so what
   * {@code ${tenant.*}} means is not known.
   *
   * @param parameters as said, without the tenant
   */
  public static RunSpec unasked(
      Runbook runbook, TenantRef tenant, Map<String, Value> parameters, Instant now) {
    var said = new HashMap<>(parameters);
    runbook
        .parameters()
        .forEach(it -> it.preset().ifPresent(value -> said.putIfAbsent(it.name(), value)));
    runbook.parameters().stream()
        .filter(it -> it.type() == io.countersign.runbook.ValueType.TENANT)
        .forEach(it -> said.put(it.name(), new Value.OfTenant(tenant)));
    return new RunSpec(
        NO_RUN,
        tenant.subject(),
        tenant,
        runbook.name(),
        runbook.title(),
        runbook.source(),
        said,
        Map.of(
            "tenant.name", new Value.OfTenant(tenant),
            "tenant.slug", new Value.Text(tenant.slug()),
            "estate.name", new Value.Text(tenant.estate())),
        NOBODY,
        Optional.empty(),
        "",
        said.get("reason") instanceof Value.Text(var reason) ? reason : "",
        now);
  }

  /** A draft that can be shown and not started. */
  public static Draft draft(Runbook runbook, RunSpec spec, Catalogue actions) {
    return new Draft(
        spec.id().value(), spec, steps(runbook.steps(), spec, actions), Set.of(), List.of());
  }

  /**
   * These lines of the runbook; those whose condition does not hold are left out. Where nothing was
   * looked up, those that depend on it are all shown, each with its condition.
   */
  public static List<Draft.PlannedStep> steps(List<Step> steps, RunSpec spec, Catalogue actions) {
    return steps.stream()
        .filter(it -> Decide.applies(it, spec) || unasked(it, spec).isPresent())
        .map(it -> step(it, spec, actions))
        .toList();
  }

  /** The condition of a step of which nobody knows yet whether it holds. */
  private static Optional<Step.When> unasked(Step step, RunSpec spec) {
    return step.when().filter(it -> it.ofContext() && !spec.pinned().containsKey(it.parameter()));
  }

  private static Draft.PlannedStep step(Step step, RunSpec spec, Catalogue actions) {
    var action = actions.find(step.action()).orElseThrow();
    var text = action.plan(Inputs.planned(step, spec));
    var condition =
        unasked(step, spec)
            .map(it -> "where " + it.parameter() + " is " + it.value() + ": ")
            .orElse("");
    return new Draft.PlannedStep(
        step.id(),
        step.action(),
        condition + text.sentence(),
        text.statements(),
        step.gate().isPresent());
  }
}
