package io.countersign.run;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.estate.Backup;
import io.countersign.estate.TenantRef;
import io.countersign.runbook.Value;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Where people ask for runs and give commands about them, whatever door they came through. Says who
 * may do what. Looks things up outside transactions; network calls inside.
 */
public interface Desk {
  /** Looks everything up and writes a plan; changes nothing but the stored draft. */
  Proposed propose(Ask ask);

  /**
   * Why somebody may not ask for a run of this runbook, whatever its tenant; empty where they may.
   */
  Optional<Refusal> against(Person who, String runbook);

  /** The backups of a tenant in the catalogue, the newest first, whatever their state. */
  default List<Backup> backups(TenantRef tenant, int limit) {
    return List.of();
  }

  /** What a plan was made from, for the person who asked for it. */
  Optional<Ask> asked(String draft, Person who);

  /** Starts a draft, by the person who asked for it, within an hour. */
  Started start(String draft, Person who);

  /**
   * Asks a run to stop: at once, after its present step, or not any more. The answer states the
   * state after the commit.
   */
  Told cancel(RunId run, Person who, String reason);

  /** Ends a run that needs a person, with everything as it stands; it holds nothing any more. */
  Told leave(RunId run, Person who, String reason);

  /** Tries the step again for which a person is needed. */
  Told retry(RunId run, Person who);

  /**
   * Leaves a step out that has not begun, or at which the run waits for a person; only where the
   * runbook lets people skip it. Whoever skips counts as requester at every later gate.
   */
  Told skip(RunId run, Person who, String step);

  /**
   * Puts off what is scheduled, by its own length.
   *
   * @param due when it was due as the person saw it: the same button twice does nothing more
   */
  Told putOff(UUID schedule, Instant due, Person who);

  /**
   * Has the product's processes told again that the tenant of a run changed, within a day of its
   * end. The run's thread names who had it done.
   *
   * @param request names what came in: the same again is told once
   * @param door by which it was asked for
   */
  Told tellCaches(RunId run, Person who, String request, String door);

  /** The plan of a run as its pinned runbook makes it; empty where there is no such run. */
  Optional<Draft> planned(RunId run);

  /**
   * What somebody asks for.
   *
   * @param tenant as typed; looked up in the estates that the runbook is for
   * @param parameters typed values of the other parameters
   * @param channel where it was asked for
   */
  record Ask(
      Person who,
      String channel,
      String runbook,
      String tenant,
      Map<String, Value> parameters,
      String reason) {
    public Ask {
      parameters = Map.copyOf(parameters);
    }
  }

  /** The answer to an ask. */
  sealed interface Proposed {
    record Planned(Draft draft) implements Proposed {}

    /** Everything that stands against it, each a sentence that says what to do. */
    record Refused(List<Refusal> refusals) implements Proposed {
      public Refused {
        refusals = List.copyOf(refusals);
      }
    }
  }

  /** Why something is not done. */
  sealed interface Refusal {
    /** A sentence or two: what was refused, why, what to do. */
    record Because(String sentence) implements Refusal {}

    /**
     * No tenant is called so, or several are.
     *
     * @param instead names that may have been meant; none is guessed
     */
    record OtherTenant(String sentence, List<String> instead) implements Refusal {
      public OtherTenant {
        instead = List.copyOf(instead);
      }
    }

    /**
     * A moment that the server's past does not reach, and a backup from before it.
     *
     * @param command starts a restore of it
     * @param words what to say with the command
     */
    record ABackupInstead(String sentence, String command, String words) implements Refusal {}

    /** The subject is held. */
    record Held(RunId holder) implements Refusal {}

    /** The person does not hold the role that starting takes. */
    record NotInRole(String role, java.util.Set<Person> holders) implements Refusal {}
  }

  /** The answer to a start. */
  sealed interface Started {
    record Accepted(RunId run) implements Started {}

    record Repeated(RunId run) implements Started {}

    record Refused(Refusal refusal) implements Started {}
  }

  /**
   * The answer to cancel and retry: a sentence about the state after the commit.
   *
   * @param can who could do it, where somebody was refused who cannot
   */
  record Told(boolean done, String sentence, java.util.Set<Person> can) {
    public Told {
      can = java.util.Set.copyOf(can);
    }

    public Told(boolean done, String sentence) {
      this(done, sentence, java.util.Set.of());
    }
  }
}
