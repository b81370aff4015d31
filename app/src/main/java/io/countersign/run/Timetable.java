package io.countersign.run;

import io.countersign.RunId;
import io.countersign.estate.DatabaseLookup;
import io.countersign.estate.Registry;
import io.countersign.estate.Tenant;
import io.countersign.run.Schedules.Schedule;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what is due. Several processes may look at once: one start of a row is one run. What
 * cannot be started now is tried again; what has lost its sense is closed.
 */
public final class Timetable {
  private static final Logger log = LoggerFactory.getLogger(Timetable.class);
  private static final int AT_ONCE = 20;
  private static final Duration HELD = Duration.ofMinutes(1);
  private static final Duration TROUBLE = Duration.ofMinutes(10);

  private final Map<String, Runbook> runbooks;
  private final Map<String, EstateParts> estates;
  private final Journal journal;
  private final Schedules schedules;
  private final Supplier<RunId> ids;

  public Timetable(
      Map<String, Runbook> runbooks,
      Map<String, EstateParts> estates,
      Journal journal,
      Schedules schedules,
      Supplier<RunId> ids) {
    this.runbooks = Map.copyOf(runbooks);
    this.estates = Map.copyOf(estates);
    this.journal = journal;
    this.schedules = schedules;
    this.ids = ids;
  }

  /** Starts what is due now. */
  public void look() {
    for (var due : schedules.due(AT_ONCE)) {
      try {
        start(due);
      } catch (Registry.RegistryUnavailable | DatabaseLookup.ServerUnavailable unavailable) {
        postpone(due, TROUBLE, String.valueOf(unavailable.getMessage()));
      } catch (RuntimeException unforeseen) {
        // those that are due after it must not wait for it
        log.warn(
            "schedule {} for {} cannot be started", due.id(), due.later().tenant(), unforeseen);
        postpone(
            due,
            TROUBLE,
            "an error that nobody foresaw ("
                + unforeseen.getClass().getSimpleName()
                + "); the bot's log has it");
      }
    }
  }

  private void start(Schedule due) {
    var runbook = runbooks.get(due.later().runbook());
    var parts = estates.get(due.later().tenant().estate());
    if (runbook == null || parts == null) {
      postpone(
          due,
          TROUBLE,
          "there is no "
              + (runbook == null ? "runbook " + due.later().runbook() : due.later().tenant()));
      return;
    }
    var tenant = parts.registry().tenant(due.later().tenant().slug());
    if (tenant.isEmpty()) {
      postpone(due, TROUBLE, "the registry has no tenant " + due.later().tenant());
      return;
    }
    var senseless = senseless(due, parts, tenant.get());
    if (senseless.isPresent()) {
      schedules.cancel(due.id(), senseless.get());
      log.warn("schedule {} for {}: {}", due.id(), due.later().tenant(), senseless.get());
      return;
    }
    submit(due, runbook, parts, tenant.get());
  }

  /**
   * A database that is live, or that nothing bears both name and OID of any more, is nobody's to
   * drop. The steps of the run look again.
   */
  private static Optional<String> senseless(Schedule due, EstateParts parts, Tenant tenant) {
    for (var value : due.later().parameters().values()) {
      if (!(value instanceof Value.OfDatabase(var wanted))) {
        continue;
      }
      if (tenant.server().equals(wanted.server()) && tenant.database().equals(wanted.name())) {
        return Optional.of(wanted.name() + " is live");
      }
      var found = parts.databases().find(wanted.server(), wanted.name());
      if (found.isEmpty() || found.get().oid() != wanted.oid()) {
        return Optional.of(
            "no database has the name "
                + wanted.name()
                + " and the OID "
                + wanted.oid()
                + " any more");
      }
    }
    return Optional.empty();
  }

  private void submit(Schedule due, Runbook runbook, EstateParts parts, Tenant tenant) {
    var database = parts.databases().find(tenant.server(), tenant.database());
    if (database.isEmpty()) {
      postpone(due, TROUBLE, "the registry names a database that is not there");
      return;
    }
    var home = new Specs.Home(tenant, new Value.OfDatabase(database.get()), Optional.empty());
    var later = due.later();
    var wish =
        new Specs.Wish(
            later.requester(),
            due.channel(),
            later.parameters(),
            later.reason(),
            Optional.of(later.after()),
            Optional.empty());
    var spec = Specs.of(ids.get(), runbook, home, wish, journal.now());
    switch (journal.submit(spec, due.draft())) {
      case Journal.Submission.Accepted(var run) -> {
        log.info("run {} of {} on {} was due", run, spec.runbook(), spec.subject());
        schedules.started(due, run);
      }
      case Journal.Submission.Repeated(var run) -> schedules.started(due, run);
      case Journal.Submission.Held(var holder) -> postpone(due, HELD, "held by run " + holder);
    }
  }

  private void postpone(Schedule due, Duration wait, String trouble) {
    log.info("schedule {} for {} waits: {}", due.id(), due.later().tenant(), trouble);
    schedules.postpone(due.id(), wait, trouble);
  }
}
