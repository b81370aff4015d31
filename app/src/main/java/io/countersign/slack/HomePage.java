package io.countersign.slack;

import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.gate.GateRow;
import io.countersign.gate.GateStore;
import io.countersign.gate.Roster;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.Recorded;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.run.Runbooks;
import io.countersign.run.Schedules;
import io.countersign.runbook.Runbook;
import io.countersign.thread.Card;
import io.countersign.thread.HomeView;
import io.countersign.thread.HomeView.Asked;
import io.countersign.thread.HomeView.Standing;
import io.countersign.thread.Homes;
import io.countersign.thread.Posts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one person's Home from the newest journals. Whom it shows a card to is for display alone: a
 * click on it is judged like any other.
 */
final class HomePage {
  private static final Logger log = LoggerFactory.getLogger(HomePage.class);

  /** Who holds a role is read for display this often at most, so that votes find room to read. */
  private static final Duration ROLES = Duration.ofMinutes(1);

  /** What everybody sees is read for all people of one pass together. */
  private static final Duration GOOD_FOR = Duration.ofSeconds(2);

  private static final int MOST_RUNS = 200;
  private static final int MOST_LATER = 50;
  private static final int MOST_ENDED = 50;
  private static final int LINKS = 500;

  private final Journal journal;
  private final Runbooks runbooks;
  private final GateStore gates;
  private final Roster roster;
  private final Posts posts;
  private final Schedules schedules;
  private final Homes homes;
  private final SlackApi slack;
  private final InstantSource clock;
  private final Map<Role, Read> roles = new ConcurrentHashMap<>();
  private final Map<String, String> links = new LinkedHashMap<>();

  private @Nullable Common newest;

  private record Read(Roster.Reading reading, Instant at) {}

  HomePage(SlackEdge.Parts parts, SlackApi slack, InstantSource clock) {
    this.journal = parts.journal();
    this.runbooks = parts.pinned();
    this.gates = parts.gates();
    this.roster = parts.roster();
    this.posts = parts.posts();
    this.schedules = parts.schedules();
    this.homes = parts.homes();
    this.slack = slack;
    this.clock = clock;
  }

  /**
   * @param state what {@link Homes#state} said before this is called; what everybody sees is read
   *     once as long as it stays
   */
  HomeView of(Person who, String state) {
    return switch (roster.membership(who)) {
      case Roster.Membership.Full() -> full(who, common(state));
      case Roster.Membership.Excluded(var what) -> HomeView.notAMember(what);
      case Roster.Membership.Unreadable(var why) -> HomeView.unknown(why);
    };
  }

  private HomeView full(Person who, Common common) {
    var waiting = new ArrayList<Asked>();
    var unreadable = Optional.<String>empty();
    for (var card : common.cards()) {
      switch (standing(card.gate(), who)) {
        case Mine.May() -> waiting.add(card.asked());
        case Mine.MayNot() -> {}
        case Mine.Unreadable(var why) -> unreadable = Optional.of(why);
      }
    }
    var eyes = new Eyes(who, waiting);
    var running = common.running().stream().filter(eyes::see).toList();
    var later =
        common.later().stream()
            .filter(it -> eyes.see(it.schedule().later().requester(), it.role()))
            .map(Planned::schedule)
            .limit(HomeView.LATER + 1L)
            .toList();
    var ended = common.ended().stream().filter(eyes::see).limit(HomeView.ENDED);
    return HomeView.of(
        new HomeView.Facts(
            waiting,
            unreadable.or(() -> eyes.blind),
            running.stream()
                .limit(HomeView.RUNS)
                .map(it -> standing(it, journal.progress(it.spec().id())))
                .toList(),
            Math.max(0, running.size() - HomeView.RUNS),
            common.running().size() - running.size() + common.unread(),
            later,
            ended.map(it -> standing(it, Optional.empty())).toList(),
            common.closed(),
            common.now()));
  }

  /**
   * Whom a run is shown to: runs stand in channels that not everybody may be in, so here only those
   * see one who asked for it, may start its like, or have something to decide in it.
   */
  private final class Eyes {
    private final Person who;
    private final Set<RunId> theirs;
    private Optional<String> blind = Optional.empty();

    private Eyes(Person who, List<Asked> waiting) {
      this.who = who;
      this.theirs = waiting.stream().map(Asked::run).collect(Collectors.toSet());
    }

    private boolean see(Known run) {
      return theirs.contains(run.spec().id())
          || see(run.spec().requester(), run.runbook().requester());
    }

    private boolean see(Person requester, Role role) {
      if (who.equals(requester)) {
        return true;
      }
      return switch (read(role)) {
        case Roster.Reading.Members(var people, _, _) -> people.contains(who);
        case Roster.Reading.Unreadable(var why) -> {
          blind = Optional.of(why);
          yield false;
        }
      };
    }
  }

  /**
   * What is read for all people together.
   *
   * @param unread runs that there are beyond those given
   */
  private record Common(
      String state,
      Instant read,
      List<Open> cards,
      List<Known> running,
      int unread,
      List<Planned> later,
      List<Known> ended,
      Collection<Posts.Closed> closed,
      Instant now) {}

  /** What is to come, and the role that the run which planned it took. */
  private record Planned(Schedules.Schedule schedule, Role role) {}

  private record Open(GateRow gate, Asked asked) {}

  private synchronized Common common(String state) {
    var now = clock.instant();
    if (newest == null
        || !newest.state().equals(state)
        || !now.isBefore(newest.read().plus(GOOD_FOR))) {
      newest = read(state, now);
    }
    return newest;
  }

  private Common read(String state, Instant read) {
    var now = journal.now();
    var active = journal.active();
    var cards = new ArrayList<Open>();
    var running = new ArrayList<Known>();
    for (var run : active.subList(0, Math.min(MOST_RUNS, active.size()))) {
      var known = known(run);
      if (known.isEmpty()) {
        continue;
      }
      decidable(known.get().journal(), now)
          .ifPresent(it -> cards.add(new Open(it, asked(known.get(), it, now))));
      running.add(known.get());
    }
    return new Common(
        state,
        read,
        cards,
        running,
        Math.max(0, active.size() - MOST_RUNS),
        schedules.upcoming(MOST_LATER).stream()
            .flatMap(
                it ->
                    known(it.later().madeBy())
                        .map(by -> new Planned(it, by.runbook().requester()))
                        .stream())
            .toList(),
        homes.ended(MOST_ENDED).stream().flatMap(it -> known(it).stream()).toList(),
        posts.closed().values(),
        now);
  }

  private record Known(RunSpec spec, List<Recorded> journal, Runbook runbook) {}

  /** A run that this version cannot read is left out; its thread has what was said of it. */
  private Optional<Known> known(RunId run) {
    try {
      var events = journal.read(run);
      var spec = Fold.of(events).facts().spec();
      return Optional.of(new Known(spec, events, runbooks.of(spec)));
    } catch (IllegalStateException | IllegalArgumentException unreadable) {
      log.warn("run {} is left out of Homes: {}", run, Intake.name(unreadable));
      return Optional.empty();
    }
  }

  /** The gate of a run about which somebody can decide something now. */
  private Optional<GateRow> decidable(List<Recorded> events, Instant now) {
    var gate =
        switch (Fold.of(events)) {
          case RunState.AtGate(_, _, var id, _, _) -> Optional.of(id);
          case RunState.Approved(_, _, var id, _, _) -> Optional.of(id);
          case RunState.Asked _,
              RunState.Ready _,
              RunState.Running _,
              RunState.Parked _,
              RunState.InDoubt _,
              RunState.NeedsPerson _,
              RunState.Ended _ ->
              Optional.<GateId>empty();
        };
    return gate.flatMap(gates::find)
        .filter(
            it ->
                (it.status() == GateRow.Status.OPEN && now.isBefore(it.expiresAt()))
                    || it.cooling(now));
  }

  /** Whether a card is a person's to decide. */
  private sealed interface Mine {
    record May() implements Mine {}

    record MayNot() implements Mine {}

    record Unreadable(String why) implements Mine {}
  }

  private Mine standing(GateRow gate, Person who) {
    if (gate.requester().equals(who)
        || gate.barred().contains(who)
        || gate.votes().stream().anyMatch(it -> it.person().equals(who))) {
      return new Mine.MayNot();
    }
    Mine mine = new Mine.MayNot();
    for (var role : gate.policy().from()) {
      switch (read(role)) {
        case Roster.Reading.Members(var people, _, _) -> {
          if (people.contains(who)) {
            return new Mine.May();
          }
        }
        case Roster.Reading.Unreadable(var why) -> mine = new Mine.Unreadable(why);
      }
    }
    return mine;
  }

  private Roster.Reading read(Role role) {
    var now = clock.instant();
    return roles
        .compute(
            role,
            (_, before) ->
                before != null
                        && before.reading() instanceof Roster.Reading.Members
                        && now.isBefore(before.at().plus(ROLES))
                    ? before
                    : new Read(roster.read(role), now))
        .reading();
  }

  private Asked asked(Known run, GateRow gate, Instant now) {
    var card = Card.of(gate, run.journal(), run.runbook(), now);
    return new Asked(gate.run(), card, link(gate.run(), "card/" + gate.id()));
  }

  private Standing standing(Known run, Optional<Journal.Progress> progress) {
    return new Standing(run.journal(), run.runbook(), progress, link(run.spec().id(), "root"));
  }

  /** Slack is asked once for each; a link never changes. */
  private Optional<String> link(RunId run, String key) {
    var name = run + "/" + key;
    synchronized (links) {
      if (links.containsKey(name)) {
        return Optional.ofNullable(links.get(name));
      }
    }
    var found = posts.find(run, key).flatMap(it -> slack.permalink(it.channel(), it.ts()).got());
    found.ifPresent(it -> remember(name, it));
    return found;
  }

  private void remember(String name, String link) {
    synchronized (links) {
      links.put(name, link);
      if (links.size() > LINKS) {
        links.remove(links.keySet().iterator().next());
      }
    }
  }
}
