package io.countersign.server;

import io.countersign.estate.Estate;
import io.countersign.run.Decide;
import io.countersign.run.Drills;
import io.countersign.run.Drills.Missed;
import io.countersign.run.Drills.Why;
import io.countersign.run.EstateParts;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.RunSpec;
import io.countersign.run.Runbooks;
import io.countersign.run.Tellings;
import io.countersign.runbook.Arguments;
import io.countersign.runbook.Runbook;
import io.countersign.thread.Announcer;
import io.countersign.thread.MissedDrillLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for rehearsals that were planned and did not take place: a rehearsal that is missed in
 * silence is found on the day on which a restore is needed. The estate's channel is told; where the
 * estate has none, the channel in which it was planned. Nothing is begun here.
 */
final class DrillWatch {
  private static final Logger log = LoggerFactory.getLogger(DrillWatch.class);
  private static final String PLANS = "drill.schedule";

  /**
   * How long after it is due one may begin. What keeps it is tried again after 1 or 10 minutes, and
   * most runs that hold a tenant end within the hour: until then nobody has to do anything.
   */
  static final Duration GRACE = Duration.ofHours(1);

  /**
   * How long one may go on, and how long after it failed nothing is said: its own thread told of
   * it, and people have a day to put it right.
   */
  static final Duration PATIENCE = Duration.ofDays(1);

  static final Duration DAILY = Duration.ofDays(1);
  static final Duration WEEKLY = Duration.ofDays(7);

  /** How long it is told that one failed and that none is planned. */
  static final Duration QUARTER = Duration.ofDays(90);

  /** How many a look tells; the others wait for the next. */
  static final int AT_ONCE = 5;

  private static final int LIMIT = 500;

  /** Longer than three calls to Slack may take. */
  private static final Duration LEASE = Duration.ofSeconds(40);

  private final Map<String, EstateParts> estates;
  private final Map<String, Runbook> runbooks;
  private final Past past;
  private final Tellings tellings;
  private final Announcer announcer;
  private final String process;

  /** What is known of runs. */
  record Past(Drills drills, Journal journal, Runbooks pinned) {}

  /**
   * @param process this process's name, unique among those that share the database
   */
  DrillWatch(
      Map<String, EstateParts> estates,
      Map<String, Runbook> runbooks,
      Past past,
      Tellings tellings,
      Announcer announcer,
      String process) {
    this.estates = Map.copyOf(estates);
    this.runbooks = Map.copyOf(runbooks);
    this.past = past;
    this.tellings = tellings;
    this.announcer = announcer;
    this.process = process;
  }

  /** Tells what is due to be told. */
  void look() {
    var now = past.journal().now();
    var deaf = new HashSet<String>();
    int told = 0;
    for (var missed : missed()) {
      var channel = channel(missed);
      if (told == AT_ONCE || deaf.contains(channel)) {
        continue;
      }
      switch (tell(missed, channel, now)) {
        case TOLD -> told++;
        case NOT_NOW -> {}
        case NOBODY_HEARS -> deaf.add(channel);
      }
    }
  }

  private String channel(Missed missed) {
    return Optional.ofNullable(estates.get(missed.tenant().estate()))
        .map(EstateParts::estate)
        .flatMap(Estate::channel)
        .orElse(missed.channel());
  }

  private List<Missed> missed() {
    var all = new ArrayList<>(past.drills().missed(GRACE, PATIENCE, LIMIT));
    var seen = new HashSet<>();
    for (var runbook : runbooks.values()) {
      if (runbook.steps().stream().anyMatch(it -> it.action().equals(PLANS))) {
        past.drills().failed(runbook.name(), PATIENCE, QUARTER, LIMIT).stream()
            .filter(this::wouldHavePlanned)
            .filter(it -> seen.add(it.tenant() + " " + it.runbook()))
            .forEach(all::add);
      }
    }
    return all;
  }

  /** Whoever asked for a single rehearsal has its thread, and was promised no other. */
  private boolean wouldHavePlanned(Missed missed) {
    if (!(missed.why() instanceof Why.Ended(var run, _, _, _))) {
      return false;
    }
    RunSpec spec = Fold.of(past.journal().read(run)).facts().spec();
    try {
      return past.pinned().of(spec).steps().stream()
          .anyMatch(it -> it.action().equals(PLANS) && Decide.applies(it, spec));
    } catch (IllegalStateException unreadable) {
      log.warn("run {} pinned a runbook that cannot be read any more", run);
      return false;
    }
  }

  private enum Came {
    TOLD,
    NOT_NOW,
    NOBODY_HEARS
  }

  private Came tell(Missed missed, String channel, Instant now) {
    var estate = missed.tenant().estate();
    var name = name(missed.why());
    var telling = tellings.take(estate, name, process, LEASE, again(missed.why()));
    if (telling.isEmpty()) {
      return Came.NOT_NOW;
    }
    log.warn("{}: a rehearsal was missed: {}", missed.tenant(), missed.why());
    var it = telling.get();
    boolean stands =
        announcer.announce(
            channel,
            MissedDrillLine.of(missed, command(missed), now),
            "missed-drill",
            estate + "/" + name + "/" + it.number(),
            it.tried());
    if (stands) {
      tellings.told(estate, name, it);
    }
    return stands ? Came.TOLD : Came.NOBODY_HEARS;
  }

  /** No name of a server has a slash. */
  private static String name(Why why) {
    return switch (why) {
      case Why.Waits(var schedule, _, _) -> "drill/waits/" + schedule;
      case Why.GoesOn(var run, _) -> "drill/goes-on/" + run;
      case Why.Ended(var run, _, _, _) -> "drill/ended/" + run;
    };
  }

  private static Duration again(Why why) {
    return switch (why) {
      case Why.Waits _, Why.GoesOn _ -> DAILY;
      case Why.Ended _ -> WEEKLY;
    };
  }

  /** Empty where its runbook is not there any more. */
  private Optional<String> command(Missed missed) {
    return Optional.ofNullable(runbooks.get(missed.runbook()))
        .map(it -> Arguments.command(it) + " " + missed.tenant().slug());
  }
}
