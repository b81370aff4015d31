package io.countersign.thread;

import io.countersign.RunId;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.Recorded;
import io.countersign.run.RunSpec;
import io.countersign.run.Schedules.Schedule;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What one person sees who opens the bot's Home: what waits for them first, then everything else.
 */
public record HomeView(List<Part> parts) {
  /** How many of each a Home has room for. */
  public static final int CARDS = 8;

  public static final int RUNS = 15;
  public static final int CLOSED = 2;
  public static final int LATER = 10;
  public static final int ENDED = 10;

  public HomeView {
    parts = List.copyOf(parts);
  }

  /** A piece of the Home, from top to bottom. */
  public sealed interface Part {
    record Heading(String text) implements Part {}

    record Says(List<Line> lines) implements Part {
      public Says {
        lines = List.copyOf(lines);
      }
    }

    /** A card with its buttons. */
    record Decide(Card card, Optional<String> link) implements Part {}

    /**
     * What is to come, with a button that puts it off.
     *
     * @param due as it was when this was drawn: a second click on the same button does nothing
     */
    record Later(String schedule, Instant due, Line line, String keep) implements Part {}
  }

  /** A card that somebody may decide, and where it stands. */
  public record Asked(RunId run, Card card, Optional<String> link) {}

  /** A run, and where its message stands. */
  public record Standing(
      List<Recorded> journal,
      Runbook runbook,
      Optional<Journal.Progress> progress,
      Optional<String> link) {
    public Standing {
      journal = List.copyOf(journal);
    }
  }

  /**
   * What there is to show.
   *
   * @param unreadable why it is not known what waits for this person
   * @param more how many runs there are beyond those given, which this person may see as well
   * @param hidden how many there are that are not this person's to see
   * @param closed channels into which nothing can be written
   * @param now the database's clock
   */
  public record Facts(
      List<Asked> waiting,
      Optional<String> unreadable,
      List<Standing> running,
      int more,
      int hidden,
      List<Schedule> later,
      List<Standing> ended,
      Collection<Posts.Closed> closed,
      Instant now) {
    public Facts {
      closed = List.copyOf(closed);
      waiting = List.copyOf(waiting);
      running = List.copyOf(running);
      later = List.copyOf(later);
      ended = List.copyOf(ended);
    }

    /** Every channel can be written to. */
    public Facts(
        List<Asked> waiting,
        Optional<String> unreadable,
        List<Standing> running,
        int more,
        int hidden,
        List<Schedule> later,
        List<Standing> ended,
        Instant now) {
      this(waiting, unreadable, running, more, hidden, later, ended, List.of(), now);
    }
  }

  /** For whom nothing is shown. */
  public static HomeView closed(String sentence) {
    return new HomeView(List.of(new Part.Says(List.of(Line.of(sentence)))));
  }

  public static HomeView notAMember(String what) {
    return closed(
        "Only full members of this workspace see runs here, and to Slack you are "
            + what
            + ". Ask somebody of the team that owns the database.");
  }

  public static HomeView unknown(String why) {
    return closed(
        "I could not read who you are ("
            + Texts.clause(why)
            + "), so I show nothing. Open this tab again in a minute.");
  }

  public static HomeView of(Facts facts) {
    return new Making(facts).view();
  }

  private record Making(Facts facts, List<Part> parts) {
    Making(Facts facts) {
      this(facts, new ArrayList<>());
    }

    HomeView view() {
      waiting();
      lines(
          "Running",
          facts.running().stream().map(this::running).toList(),
          facts.hidden() == 0 ? "Nothing is running." : "Nothing of yours is running.",
          facts.more());
      if (facts.hidden() > 0) {
        says(
            Line.of(
                Texts.count(facts.hidden(), "run is not shown", "runs are not shown")
                    + ": only those see a run here who asked for it, may start it, or have to"
                    + " decide something in it."));
      }
      facts.closed().stream()
          .filter(it -> facts.running().stream().anyMatch(run -> isIn(run, it)))
          .limit(CLOSED)
          .forEach(it -> says(Unwritten.channel(it, facts.now())));
      lines(
          "Held",
          facts.running().stream().map(this::held).toList(),
          facts.hidden() == 0
              ? "Nothing is held; every tenant is free."
              : "Nothing that you see a run of is held.",
          facts.more());
      later();
      lines("Ended lately", facts.ended().stream().map(this::ended).toList(), "Nothing yet.", 0);
      return new HomeView(parts);
    }

    private void waiting() {
      parts.add(new Part.Heading("Waiting for you"));
      facts
          .unreadable()
          .ifPresent(
              why ->
                  says(
                      Line.of(
                          "I could not read who holds a role ("
                              + Texts.clause(why)
                              + "), so cards and runs may be missing here. They stand in the"
                              + " runs' threads; open this tab again in a minute.")));
      if (facts.waiting().isEmpty() && facts.unreadable().isEmpty()) {
        says(Line.of("Nothing waits for you."));
      }
      facts.waiting().stream()
          .limit(CARDS)
          .forEach(it -> parts.add(new Part.Decide(it.card(), it.link())));
      if (facts.waiting().size() > CARDS) {
        says(
            Line.of(
                Texts.count(facts.waiting().size() - CARDS, "more card waits", "more cards wait")
                    + " for you; you find them in the runs' threads."));
      }
    }

    private void later() {
      parts.add(new Part.Heading("Scheduled"));
      if (facts.later().isEmpty()) {
        says(Line.of("Nothing is scheduled."));
      }
      facts.later().stream().limit(LATER).forEach(it -> parts.add(planned(it)));
      if (facts.later().size() > LATER) {
        says(Line.of("More is scheduled after that; it shows here when it comes nearer."));
      }
    }

    private void lines(String heading, List<Line> lines, String none, int more) {
      parts.add(new Part.Heading(heading));
      var all = new ArrayList<>(lines);
      if (all.isEmpty()) {
        all.add(Line.of(none));
      }
      if (more > 0) {
        all.add(
            Line.of(
                "And "
                    + Texts.count(more, "more run", "more runs")
                    + ", in the channels where they were asked for."));
      }
      parts.add(new Part.Says(all));
    }

    private static boolean isIn(Standing run, Posts.Closed channel) {
      return spec(run).channel().equals(channel.channel());
    }

    private void says(Line line) {
      parts.add(new Part.Says(List.of(line)));
    }

    private Line running(Standing run) {
      var spec = spec(run);
      return linked(
          view(run)
              .headline()
              .text(" · asked by ")
              .line(Texts.asker(spec))
              .text(" · run " + spec.id()),
          run.link());
    }

    private Line ended(Standing run) {
      return linked(view(run).headline().text(" · run " + spec(run).id()), run.link());
    }

    /** The unfinished run is the lock. */
    private Line held(Standing run) {
      var spec = spec(run);
      return Line.EMPTY
          .bold(Line.of(spec.subject().value()))
          .text(" is held by run " + spec.id() + " (" + spec.runbook() + ", asked by ")
          .line(Texts.asker(spec))
          .text(") since ")
          .line(Texts.moment(run.journal().getFirst().at(), facts.now()))
          .text(", for " + age(run.journal().getFirst().at()) + ".");
    }

    private String age(Instant since) {
      return Texts.duration(Duration.between(since, facts.now()));
    }

    private Part planned(Schedule schedule) {
      var later = schedule.later();
      var tenant = later.tenant().slug();
      var database =
          later.parameters().values().stream()
              .filter(Value.OfDatabase.class::isInstance)
              .map(it -> ((Value.OfDatabase) it).value().name())
              .findFirst()
              .filter(_ -> later.runbook().contains("drop"));
      var due = schedule.due().isAfter(facts.now());
      var line =
          database
              .map(
                  it ->
                      Line.EMPTY
                          .bold(Line.of(it))
                          .text(", which " + tenant + " kept: ")
                          .text(due ? "from " : "since ")
                          .line(Texts.moment(schedule.due(), facts.now()))
                          .text(" I ask whether it may be dropped for ever."))
              .orElseGet(
                  () ->
                      Line.EMPTY
                          .bold(Line.of(later.runbook()))
                          .text(" for " + tenant + ": ")
                          .text(due ? "begins at " : "due since ")
                          .line(Texts.moment(schedule.due(), facts.now()))
                          .text("."));
      var length = Texts.days(later.after());
      return new Part.Later(
          schedule.id().toString(),
          schedule.due(),
          line.text(" On behalf of ").mention(later.requester()).text("."),
          database.isPresent() ? "Keep it for " + length + " more" : "Put it off by " + length);
    }

    private RunView view(Standing run) {
      return RunView.of(
          run.journal(), run.runbook(), run.progress(), List.of(), Usual.NONE, facts.now());
    }

    private static RunSpec spec(Standing run) {
      return Fold.of(run.journal()).facts().spec();
    }

    private static Line linked(Line line, Optional<String> link) {
      return link.map(it -> line.text(" · ").link(it, "Open its thread")).orElse(line);
    }
  }
}
