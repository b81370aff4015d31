package io.countersign.run;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.action.Symptoms;
import io.countersign.estate.Estate;
import io.countersign.estate.Registry;
import io.countersign.run.Desk.Told;
import io.countersign.runbook.Runbook;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Has the product's processes told again, after a run, that its tenant changed. It does no harm: a
 * process that hears it reads anew what it remembers. Restarting one interrupts its users, and is
 * nobody's to do by a button.
 */
final class ToldAgain {
  /** How long after its end; whatever a process remembers is over by then. */
  static final Duration WITHIN = Duration.ofHours(24);

  /** What has not helped so often will not help. */
  static final int MOST = 20;

  private static final String STILL_OLD =
      " A process that still reads old data has to be restarted.";

  private final Map<String, EstateParts> estates;
  private final Collection<Runbook> runbooks;
  private final Journal journal;
  private final Notices notices;

  ToldAgain(
      Map<String, EstateParts> estates,
      Collection<Runbook> runbooks,
      Journal journal,
      Notices notices) {
    this.estates = estates;
    this.runbooks = runbooks;
    this.journal = journal;
    this.notices = notices;
  }

  /**
   * Whoever asks may: that is looked up before.
   *
   * @param request the same again is told once
   */
  Told tell(RunId run, Person who, String request, String door) {
    var events = journal.read(run);
    var state = Fold.of(events);
    var spec = state.facts().spec();
    if (!(state instanceof RunState.Ended)) {
      return refused(
          "Run "
              + run
              + " has not ended and tells the caches itself, so nothing was done. Say status to see"
              + " where it stands.");
    }
    var parts = Optional.ofNullable(estates.get(spec.tenant().estate()));
    if (parts.isEmpty()) {
      return refused(
          "The estate of run "
              + run
              + " is no longer set up here, so the caches were not told. Whoever runs this bot can"
              + " say more.");
    }
    if (events.getLast().at().plus(WITHIN).isBefore(journal.now())) {
      return refused(
          "Run "
              + run
              + " ended more than 24 hours ago, so the caches were not told again: what a process"
              + " remembers of it is over by now."
              + STILL_OLD
              + otherwise(spec, parts.get().estate()));
    }
    return told(run, who, request, door, spec, parts.get());
  }

  private Told told(
      RunId run, Person who, String request, String door, RunSpec spec, EstateParts parts) {
    var standing = notices.look(run, request);
    if (!standing.known() && standing.given() >= MOST) {
      return refused(
          "The caches were told 20 times since run "
              + run
              + " ended, so they were not told again: it has not helped."
              + STILL_OLD
              + otherwise(spec, parts.estate()));
    }
    if (!standing.known()) {
      try {
        var tenant = parts.registry().tenant(spec.tenant().slug());
        if (tenant.isEmpty()) {
          return refused(
              "The registry has no tenant "
                  + spec.tenant()
                  + " any more, so the caches were not told. Look there what became of it.");
        }
        parts.registry().invalidate(tenant.get());
      } catch (Registry.RegistryUnavailable unavailable) {
        return refused(
            unavailable.getMessage() + " The caches were not told. Try again in a minute.");
      }
      notices.given(run, who, request, door);
    }
    var stale = Symptoms.stalePool(parts.estate().metadataTtl().toSeconds());
    return new Told(
        true,
        "Every process was told again that "
            + spec.tenant().slug()
            + " changed. "
            + stale.cause()
            + " "
            + stale.fix()
            + otherwise(spec, parts.estate()));
  }

  private static Told refused(String sentence) {
    return new Told(false, sentence);
  }

  /** What else helps. */
  private String otherwise(RunSpec spec, Estate estate) {
    var restart =
        estate
            .policies()
            .restart()
            .map(it -> String.join(" ", it.filled(spec.tenant().slug())))
            .map(
                it ->
                    " I do not restart the product from here, since that interrupts its users; its"
                        + " own command does: "
                        + it
                        + ".")
            .orElse("");
    return restart
        + back(spec)
            .map(
                it ->
                    " If it is the data that is wrong, type "
                        + it
                        + " "
                        + spec.tenant().slug()
                        + ".")
            .orElse("");
  }

  private Optional<String> back(RunSpec spec) {
    return spec.runbook().endsWith("rollback")
        ? Optional.empty()
        : runbooks.stream()
            .filter(it -> it.name().endsWith("rollback"))
            .filter(it -> it.estates().contains(spec.tenant().estate()))
            .flatMap(it -> it.command().stream())
            .findFirst();
  }
}
