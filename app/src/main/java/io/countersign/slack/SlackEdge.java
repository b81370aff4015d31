package io.countersign.slack;

import com.slack.api.bolt.App;
import io.countersign.audit.Anchors;
import io.countersign.audit.Bundle;
import io.countersign.audit.Reads;
import io.countersign.gate.GateStore;
import io.countersign.gate.Gates;
import io.countersign.gate.Roster;
import io.countersign.run.Desk;
import io.countersign.run.Journal;
import io.countersign.run.Runbooks;
import io.countersign.run.Schedules;
import io.countersign.run.TenantIndex;
import io.countersign.runbook.Runbook;
import io.countersign.thread.Announcer;
import io.countersign.thread.Homes;
import io.countersign.thread.Inbox;
import io.countersign.thread.Posts;
import io.countersign.thread.Threads;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The whole edge towards Slack, put together. Nothing is asked of Slack while it is built: Slack
 * being down does not stop the bot.
 */
public final class SlackEdge implements AutoCloseable {
  private static final long RECONCILE = 30;
  private static final long ANCHORS = 10;

  private final Intake intake;
  private final Optional<SlackHttp> http;
  private final Optional<SocketDoor> socket;
  private final Reach reach;
  private final Sender sender;
  private final Homekeeping homes;
  private final Optional<AnchorTeller> teller;
  private final Announcer announcer;
  private final ScheduledExecutorService scheduler;
  private final Executor threads;

  /**
   * What stands behind the edge.
   *
   * @param pinned the runbook that a run pinned
   * @param runbooks all that there are
   * @param tenants those of all estates, to be offered in forms
   */
  public record Parts(
      Inbox inbox,
      Posts posts,
      Threads threads,
      Journal journal,
      GateStore gates,
      Gates door,
      Roster roster,
      Desk desk,
      Runbooks pinned,
      Collection<Runbook> runbooks,
      TenantIndex tenants,
      Anchors anchors,
      Reads reads,
      Bundle.Bundles bundles,
      Homes homes,
      Schedules schedules) {
    public Parts {
      runbooks = List.copyOf(runbooks);
    }
  }

  /**
   * @param clock this machine's, for ages of requests and for pace
   * @param scheduler wakes the sender and the reconciler
   * @param threads runs each request's work; virtual threads
   * @param process this process's name, unique among those that share the database
   */
  public SlackEdge(
      SlackSettings settings,
      Parts parts,
      InstantSource clock,
      ScheduledExecutorService scheduler,
      Executor threads,
      String process) {
    this.scheduler = scheduler;
    this.threads = threads;
    this.reach = new Reach(clock);
    var slack = SlackApi.of(settings, reach::heard);
    var renderer =
        new Renderer(parts.journal(), parts.gates(), parts.pinned(), parts.posts(), slack);
    this.sender =
        new Sender(
            parts.posts(), renderer, slack, reach, new Pace(clock), process, scheduler, threads);
    this.homes =
        new Homekeeping(
            parts.homes(),
            new HomePage(parts, slack, clock),
            slack,
            reach,
            clock,
            process,
            threads);
    this.teller =
        settings.auditChannel().map(it -> new AnchorTeller(parts.anchors(), slack, it, process));
    this.announcer = new SlackAnnouncer(slack, reach);
    var whisper = new Whisper(slack, scheduler);
    var forms = new AskReader(parts.runbooks(), parts.tenants(), parts.journal()::now);
    var rooms = new Rooms(slack, settings.channels(), clock);
    var zones = new Zones(slack, clock);
    this.intake =
        new Intake(
            parts.inbox(), conversation(parts, slack, forms, whisper, rooms, zones), threads);
    var viewers = new Viewers(parts.roster(), clock);
    var suggestions = new Suggestions(parts.runbooks(), parts.tenants(), viewers);
    App app = new BoltApp(intake, forms, suggestions).build(settings);
    this.http = settings.signingSecret().map(it -> new SlackHttp(new RequestCheck(it, clock), app));
    this.socket =
        settings
            .appToken()
            .map(
                it ->
                    new SocketDoor(
                        () -> slack.socket(it),
                        new SocketRequests(app),
                        scheduler,
                        threads,
                        clock));
  }

  private static Asking asking(
      Parts parts, SlackApi slack, Whisper whisper, Rooms rooms, Zones zones) {
    return new Asking(
        parts.runbooks(),
        parts.desk(),
        parts.tenants(),
        slack,
        rooms,
        new Holders(parts.journal(), parts.pinned(), parts.posts(), slack),
        zones,
        whisper,
        parts.journal()::now);
  }

  private Conversation conversation(
      Parts parts, SlackApi slack, AskReader forms, Whisper whisper, Rooms rooms, Zones zones) {
    var drafts = new Drafts();
    var holders = new Holders(parts.journal(), parts.pinned(), parts.posts(), slack);
    InstantSource now = parts.journal()::now;
    var commands =
        new Commands(
            asking(parts, slack, whisper, rooms, zones),
            forms,
            new Proposals(parts.desk(), holders, drafts, whisper, now),
            parts.desk(),
            rooms,
            zones,
            whisper,
            now);
    var votes = new Votes(parts.door(), parts.gates(), whisper, this::poke);
    var clicks =
        new Clicks(
            commands,
            votes,
            parts.desk(),
            parts.gates(),
            holders,
            drafts,
            slack,
            whisper,
            parts.reads(),
            this::poke);
    var mentions =
        new Mentions(
            parts.threads(),
            parts.journal(),
            parts.pinned(),
            parts.gates(),
            parts.roster(),
            parts.desk(),
            whisper,
            new Exports(parts.reads(), parts.bundles(), slack, whisper),
            new Papers(parts.reads(), parts.desk(), slack, whisper));
    return new Conversation(commands, clicks, votes, mentions, homes, whisper);
  }

  /**
   * Begins to send, to open sockets and to look for unhandled requests; stops with the scheduler.
   */
  public void start() {
    sender.start();
    homes.start(scheduler);
    socket.ifPresent(SocketDoor::start);
    var _ =
        scheduler.scheduleWithFixedDelay(
            () -> threads.execute(intake::retryUnhandled), RECONCILE, RECONCILE, TimeUnit.SECONDS);
    teller.ifPresent(this::tellAnchors);
  }

  private void tellAnchors(AnchorTeller telling) {
    var _ =
        scheduler.scheduleWithFixedDelay(
            () -> threads.execute(() -> tell(telling)), ANCHORS, ANCHORS, TimeUnit.SECONDS);
  }

  private void tell(AnchorTeller telling) {
    if (reach.state() instanceof Reach.State.Fine) {
      telling.look();
    }
  }

  /** Works on what a process that died has left; it is looked for every half minute. */
  void retryUnhandled() {
    intake.retryUnhandled();
  }

  /** Says in channels what belongs to no run's thread. */
  public Announcer announcer() {
    return announcer;
  }

  /** Slack's signed requests, where a signing secret was given. */
  public Optional<SlackHttp> http() {
    return http;
  }

  /**
   * How the bot stands with Slack.
   *
   * @param usable false where people must mend something before anybody can be told or can vote
   */
  public record Standing(boolean usable, Map<String, String> says) {
    public Standing {
      says = Map.copyOf(says);
    }
  }

  /**
   * Slack being away is no fault of this bot; a token that Slack refuses is one of its settings.
   */
  public Standing standing() {
    var says = new TreeMap<String, String>();
    boolean usable =
        switch (reach.state()) {
          case Reach.State.Fine() -> {
            says.put("slack", "answers");
            yield true;
          }
          case Reach.State.Away(var since, var why) -> {
            says.put("slack", "away since " + since + " (" + why + "); runs go on, messages wait");
            yield true;
          }
          case Reach.State.Refused(var since, var code) -> {
            says.put(
                "slack",
                "refuses the bot's token since "
                    + since
                    + " ("
                    + code
                    + "); install the app again and correct SLACK_BOT_TOKEN");
            yield false;
          }
        };
    socket.ifPresent(it -> says.put("socket", it.says()));
    return new Standing(usable && socket.map(SocketDoor::usable).orElse(true), says);
  }

  /** Takes nothing more from sockets, which are closed; Slack sends elsewhere or again. */
  @Override
  public void close() {
    socket.ifPresent(SocketDoor::close);
    sender.close();
    homes.close();
  }

  /** Something may have to be shown now: to be called after a run has moved. */
  public void poke() {
    sender.poke();
    homes.poke();
  }
}
