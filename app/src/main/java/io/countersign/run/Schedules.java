package io.countersign.run;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.estate.TenantRef;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What comes later: each row starts a run of its own when its time has come. Every method is one
 * transaction; all times are the database's.
 */
public interface Schedules {
  /**
   * Writes a row, once per run and step; the same again finds it. Rows of the same runbook and
   * tenant that wait are put off until then, never forward.
   */
  Added add(Later later);

  /** The same, and no other row is put off for it. */
  Added addApart(Later later);

  /** The rows of a tenant that wait, soonest first. */
  List<Schedule> pending(TenantRef tenant);

  /** The rows that wait, of all tenants, soonest first. */
  List<Schedule> upcoming(int limit);

  /** A row that waits. */
  Optional<Schedule> find(UUID id);

  /**
   * Puts a row off by its own length, counted from when it is due and never from before now.
   *
   * @param due as whoever asks has seen it: the same again changes nothing
   * @param by is kept with the row
   * @return when it is due now; empty where it does not wait, or is due at another time
   */
  Optional<Instant> putOff(UUID id, Instant due, Person by);

  /**
   * Closes a row that waits, for good.
   *
   * @return false where it did not wait any more
   */
  boolean cancel(UUID id, String why);

  /** Rows whose time has come, soonest first. */
  List<Schedule> due(int limit);

  /**
   * This run is what the row started; when it ends without having done its work, it waits again.
   */
  void started(Schedule schedule, RunId run);

  /** It could not be started now; it is tried again after this long. */
  void postpone(UUID id, Duration wait, String trouble);

  /**
   * @param moved how many others were put off
   */
  record Added(Instant due, int moved) {}

  /**
   * What is to come.
   *
   * @param madeBy the run that wrote it, in whose channel the new run is shown
   * @param requester on whose behalf: who asked for the run that wrote it
   * @param after how long until it starts; and again after a run of it that did not do its work
   */
  record Later(
      RunId madeBy,
      String madeStep,
      String runbook,
      TenantRef tenant,
      Map<String, Value> parameters,
      Person requester,
      String reason,
      Duration after) {
    public Later {
      parameters = Map.copyOf(parameters);
    }
  }

  /**
   * One row.
   *
   * @param firings how many runs it has started
   */
  record Schedule(UUID id, Later later, String channel, Instant due, int firings) {
    /** Names one start of it: the same start twice is one run. */
    public String draft() {
      return "schedule/" + id + "/" + firings;
    }
  }
}
