package io.countersign.action.schedule;

import io.countersign.action.Action;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.SecretName;
import io.countersign.run.Schedules;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes down that a kept database is to be dropped later, by a run of its own with a gate of its
 * own. Nothing is dropped by this. Other drops of the same tenant that are still to come are
 * counted from now as well: nobody should lose an older state on the day after a new cutover.
 */
public final class ScheduleDrop implements Action<ScheduleDrop.In, ScheduleDrop.Out> {
  private final Supplier<Schedules> schedules;

  /**
   * @param schedules asked for when an attempt acts, not before
   */
  public ScheduleDrop(Supplier<Schedules> schedules) {
    this.schedules = schedules;
  }

  /**
   * @param database the kept one
   * @param runbook which runbook asks and drops; it has the parameters tenant, database and
   *     live-until
   * @param after how long it is kept before somebody is asked, and again after each no
   * @param secret which leads to it alone; the runbook then has the parameter secret too
   * @param sibling the slug of the tenant that lives in it; the runbook then has the parameter
   *     sibling, and none called live-until, since it never was live
   * @param reader the role that reads it, where it is a snapshot; the runbook then has the
   *     parameters reader and as-of, and none called live-until. Each snapshot goes at its own time
   * @param asOf the moment that such a snapshot holds
   */
  public record In(
      DatabaseRef database,
      String runbook,
      Duration after,
      @Nullable SecretName secret,
      @Nullable String sibling,
      @Nullable String reader,
      @Nullable Instant asOf) {
    private Map<String, Value> parameters(Instant now) {
      var parameters = new HashMap<String, Value>();
      parameters.put("database", new Value.OfDatabase(database));
      if (sibling != null) {
        parameters.put("sibling", new Value.Text(sibling));
      } else if (reader == null) {
        parameters.put("live-until", new Value.Moment(now.truncatedTo(ChronoUnit.SECONDS)));
      }
      if (reader != null) {
        parameters.put("reader", new Value.Text(reader));
      }
      if (asOf != null) {
        parameters.put("as-of", new Value.Moment(asOf));
      }
      if (secret != null) {
        parameters.put("secret", new Value.Text(secret.value()));
      }
      return parameters;
    }
  }

  /**
   * @param due when somebody is asked
   */
  public record Out(Instant due) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "drop.schedule",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of(),
        false,
        "plan the drop of the kept database");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "ask in " + days(inputs) + " whether " + inputs.shown("database") + " may be dropped",
        List.of(
            "a row in Countersign's schedule: runbook "
                + inputs.shown("runbook")
                + " is started then and asks; nothing is dropped by this"));
  }

  private static String days(Planned inputs) {
    return inputs.known("after").orElse(null) instanceof Value.Span(var after)
        ? after.toDays() + " days"
        : inputs.shown("after");
  }

  @Override
  public Intent intent(Visit<In> visit) {
    var in = visit.inputs();
    return new Intent(
        Map.of(
            "kept.oid", Long.toString(in.database().oid()),
            "kept.name", in.database().name(),
            "runbook", in.runbook()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var visit = attempt.visit();
    var in = visit.inputs();
    attempt.fence();
    var later =
        new Schedules.Later(
            visit.run(),
            visit.step(),
            in.runbook(),
            visit.tenant(),
            in.parameters(visit.now()),
            visit.requester(),
            "kept for " + in.after().toDays() + " days by run " + visit.run(),
            in.after());
    var added = in.reader() == null ? schedules.get().add(later) : schedules.get().addApart(later);
    var due = added.due().truncatedTo(ChronoUnit.SECONDS);
    return new Outcome.Done<>(
        new Out(due),
        in.database().name()
            + " is kept; in "
            + in.after().toDays()
            + " days I ask whether it may be dropped"
            + (added.moved() == 0
                ? ""
                : "; " + added.moved() + " earlier kept are asked about not before then"));
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  /** The row is written once per run and step, so a new attempt finds it. */
  @Override
  public void clear(Attempt<In> attempt) {
    // nothing to take back
  }
}
