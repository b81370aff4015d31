package io.countersign.server;

import io.countersign.RunId;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.estate.ServerRestorer.Standing;
import io.countersign.run.EstateParts;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.Recorded;
import io.countersign.run.RunState;
import io.countersign.run.Tellings;
import io.countersign.thread.Announcer;
import io.countersign.thread.LeftoverLine;
import io.countersign.thread.LeftoverLine.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for copies of servers that no run needs any more: each holds every tenant's data. The
 * estate's channel is told of each once, and again after a day; where the estate has none, the
 * channel in which its run was asked for. Nothing is removed here.
 */
final class Sweep {
  private static final Logger log = LoggerFactory.getLogger(Sweep.class);

  /** How long after its run has ended a copy may still be seen: it is on its way out. */
  static final Duration GRACE = Duration.ofMinutes(10);

  static final Duration AGAIN = Duration.ofDays(1);

  /** Longer than three calls to Slack may take. */
  private static final Duration LEASE = Duration.ofSeconds(40);

  private final Collection<EstateParts> estates;
  private final Journal journal;
  private final Tellings tellings;
  private final Announcer announcer;
  private final String process;

  /**
   * @param process this process's name, unique among those that share the database
   */
  Sweep(
      Collection<EstateParts> estates,
      Journal journal,
      Tellings tellings,
      Announcer announcer,
      String process) {
    this.estates = List.copyOf(estates);
    this.journal = journal;
    this.tellings = tellings;
    this.announcer = announcer;
    this.process = process;
  }

  /** Never throws: what cannot be asked now is asked at the next look. */
  void look() {
    for (var parts : estates) {
      try {
        parts
            .restorer()
            .standing(parts.estate().name())
            .forEach(it -> look(parts, it, journal.now()));
      } catch (RestorerUnavailable unavailable) {
        log.warn("{}: {}", parts.estate().name(), unavailable.problem().line());
      } catch (RuntimeException lost) {
        log.warn(
            "{}: could not look for copies that were left behind: {}",
            parts.estate().name(),
            lost.getClass().getSimpleName());
      }
    }
  }

  private void look(EstateParts parts, Standing copy, Instant now) {
    var events = copy.run().map(journal::read).orElse(List.of());
    why(copy, events, now).ifPresent(it -> tell(parts, copy, it, events, now));
  }

  /** Empty where its run needs it, or nobody can say yet that none does. */
  private static Optional<Why> why(Standing copy, List<Recorded> events, Instant now) {
    var run = copy.run().map(RunId::value).orElse("");
    var expired = copy.expires().filter(it -> it.isBefore(now));
    if (events.isEmpty()) {
      return expired.map(it -> new Why.RunUnknown(run, it));
    }
    if (!(Fold.of(events) instanceof RunState.Ended)) {
      return expired.map(it -> new Why.RunGoesOn(run, it));
    }
    var ended = events.getLast().at();
    return ended.plus(GRACE).isBefore(now)
        ? Optional.of(new Why.RunOver(run, ended))
        : Optional.empty();
  }

  private void tell(EstateParts parts, Standing copy, Why why, List<Recorded> events, Instant now) {
    var estate = parts.estate().name();
    log.warn("{}: the copy {} was left behind; {}", estate, copy.name(), copy.remedy());
    var channel = parts.estate().channel().or(() -> channel(events));
    if (channel.isEmpty()) {
      return;
    }
    tellings
        .take(estate, copy.name(), process, LEASE, AGAIN)
        .filter(
            it ->
                announcer.announce(
                    channel.get(),
                    LeftoverLine.of(copy, why, now),
                    "leftover",
                    estate + "/" + copy.name() + "/" + it.number(),
                    it.tried()))
        .ifPresent(it -> tellings.told(estate, copy.name(), it));
  }

  private static Optional<String> channel(List<Recorded> events) {
    return events.isEmpty()
        ? Optional.empty()
        : Optional.of(Fold.of(events).facts().spec().channel());
  }
}
