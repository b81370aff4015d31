package io.countersign.slack;

import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.audit.ReportPage;
import io.countersign.gate.Call;
import io.countersign.gate.GateRow;
import io.countersign.gate.GateStore;
import io.countersign.run.Fold;
import io.countersign.run.Journal;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.run.Runbooks;
import io.countersign.runbook.Runbook;
import io.countersign.thread.CallLines;
import io.countersign.thread.Card;
import io.countersign.thread.Overflow;
import io.countersign.thread.Posts;
import io.countersign.thread.Posts.Post;
import io.countersign.thread.ReportView;
import io.countersign.thread.RunView;
import io.countersign.thread.ThreadLines;
import io.countersign.thread.Timeline;
import io.countersign.thread.TimelinePicture;
import io.countersign.thread.Unwritten;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a post's content from the newest journal, at the moment of sending. */
final class Renderer {
  /** The key of a run's last post. */
  static final String TIMELINE = "timeline";

  static final String REPORT = "report";

  private static final String NOTICE = "notice/";

  private static final Logger log = LoggerFactory.getLogger(Renderer.class);
  private static final SlackApi.Content NOTHING = new SlackApi.Content("", "");

  private final Journal journal;
  private final GateStore gates;
  private final Runbooks runbooks;
  private final Posts posts;
  private final SlackApi slack;

  Renderer(Journal journal, GateStore gates, Runbooks runbooks, Posts posts, SlackApi slack) {
    this.journal = journal;
    this.gates = gates;
    this.runbooks = runbooks;
    this.posts = posts;
    this.slack = slack;
  }

  /**
   * @param seq the newest event that the content shows
   * @param live whether the run goes on, so that time alone changes what is shown
   * @param attachment where the post is a file
   */
  record Rendered(
      SlackApi.Content content, long seq, boolean live, Optional<Attachment> attachment) {
    Rendered(SlackApi.Content content, long seq, boolean live) {
      this(content, seq, live, Optional.empty());
    }

    static Rendered of(Attachment attachment, long seq) {
      return new Rendered(NOTHING, seq, false, Optional.of(attachment));
    }
  }

  /** Empty where there is nothing to say. */
  Optional<Rendered> render(Post post) {
    var events = journal.read(post.run());
    var state = Fold.of(events);
    var runbook = runbooks.of(state.facts().spec());
    long seq = events.getLast().seq();
    return switch (post.kind()) {
      case ROOT -> Optional.of(new Rendered(root(post, events, runbook), seq, goesOn(state)));
      case CARD ->
          card(post, events, runbook).map(it -> new Rendered(Drawing.card(it), seq, false));
      case LINE, BROADCAST ->
          post.key().startsWith("call/")
              ? announced(post)
              : post.key().startsWith(NOTICE)
                  ? Optional.of(notice(post, state))
                  : line(post, events, runbook);
      case FILE ->
          (switch (post.key()) {
                case TIMELINE -> timeline(events, runbook);
                case REPORT -> report(events, runbook);
                default -> evidence(events, runbook);
              })
              .map(it -> Rendered.of(it, seq));
      case DIRECT ->
          post.key().startsWith("closed/") ? closed(post, state) : direct(post, events, runbook);
    };
  }

  private static Optional<Attachment> evidence(List<Recorded> events, Runbook runbook) {
    return Overflow.of(events, runbook).map(it -> Attachment.text("Evidence, table by table", it));
  }

  private static Optional<Attachment> report(List<Recorded> events, Runbook runbook) {
    return ReportView.of(events, runbook).map(it -> Attachment.text("Report", ReportPage.html(it)));
  }

  /** Where this host has no fonts there is no picture; nothing else suffers. */
  private static Optional<Attachment> timeline(List<Recorded> events, Runbook runbook) {
    try {
      return Timeline.of(events, runbook)
          .map(it -> Attachment.picture("Timeline", it.told(), TimelinePicture.png(it)));
    } catch (RuntimeException | LinkageError | InternalError undrawn) {
      log.warn(
          "no timeline was drawn ({}); where this host has no fonts, install fontconfig and one,"
              + " such as fonts-dejavu-core",
          undrawn.getClass().getSimpleName());
      return Optional.empty();
    }
  }

  /** Neither waits for people nor has ended. */
  private static boolean goesOn(RunState state) {
    return switch (state) {
      case RunState.Asked _,
          RunState.Ready _,
          RunState.Approved _,
          RunState.Running _,
          RunState.Parked _ ->
          true;
      case RunState.AtGate _, RunState.InDoubt _, RunState.NeedsPerson _, RunState.Ended _ -> false;
    };
  }

  private SlackApi.Content root(Post post, List<Recorded> events, Runbook runbook) {
    var ids = new LinkedHashSet<GateId>();
    for (var recorded : events) {
      if (recorded.event() instanceof RunEvent.GateOpened it) {
        ids.add(it.gate());
      }
    }
    var rows = ids.stream().flatMap(it -> gates.find(it).stream()).toList();
    return Drawing.root(
        RunView.of(
            events,
            runbook,
            journal.progress(post.run()),
            rows,
            Usuals.of(journal, Fold.of(events).facts().spec()),
            journal.now()));
  }

  private Optional<Card> card(Post post, List<Recorded> events, Runbook runbook) {
    var id = new GateId(UUID.fromString(post.key().substring(post.key().indexOf('/') + 1)));
    return gates.find(id).map(it -> Card.of(it, events, runbook, journal.now()));
  }

  /** Nobody is called to a gate that has been decided meanwhile, or for which he has voted. */
  private Optional<Rendered> direct(Post post, List<Recorded> events, Runbook runbook) {
    var called = Called.of(post.key());
    return gates
        .find(called.gate())
        .filter(it -> it.status() == GateRow.Status.OPEN)
        .filter(it -> it.votes().stream().noneMatch(v -> v.person().user().equals(post.channel())))
        .map(
            row -> {
              var now = journal.now();
              var card = Card.of(row, events, runbook, now);
              var lines =
                  CallLines.direct(
                      called.kind(),
                      row,
                      card,
                      link(post, row),
                      closedFor(Fold.of(events).facts().spec()),
                      now);
              return new Rendered(Drawing.whisper(lines, List.of()), post.wantedSeq(), false);
            });
  }

  private Optional<Posts.Closed> closedFor(RunSpec spec) {
    return Optional.ofNullable(posts.closed().get(spec.channel()));
  }

  /** Nothing to say any more where the channel can be written to again, or the run has ended. */
  private Optional<Rendered> closed(Post post, RunState state) {
    if (state instanceof RunState.Ended) {
      return Optional.empty();
    }
    var spec = state.facts().spec();
    return closedFor(spec)
        .map(
            it -> {
              var lines = Unwritten.requester(it, spec, state, journal.now());
              var cancel =
                  Blocks.Button.plain(Drawing.CANCEL, "Cancel this run", spec.id().value())
                      .asking("Cancel run " + spec.id() + "?");
              return new Rendered(Drawing.whisper(lines, List.of(cancel)), post.wantedSeq(), false);
            });
  }

  private Optional<String> link(Post post, GateRow row) {
    return posts
        .find(post.run(), "card/" + row.id())
        .flatMap(it -> slack.permalink(it.channel(), it.ts()).got());
  }

  private Optional<Rendered> announced(Post post) {
    var called = Called.of(post.key());
    return gates
        .find(called.gate())
        .filter(it -> it.status() == GateRow.Status.OPEN)
        .map(
            row -> {
              var people = posts.called(post.run(), post.key().substring("call/".length()));
              var line = CallLines.announced(called.kind(), row, people, journal.now());
              return new Rendered(
                  Drawing.line(line, post.run(), post.seq(), Set.of()), post.wantedSeq(), false);
            });
  }

  /** What a key says: {@code call/<gate>/REMINDER/1}, {@code direct/<gate>/OPENED/1/U012}. */
  private record Called(GateId gate, Call.Kind kind) {
    static Called of(String key) {
      var parts = key.split("/", -1);
      return new Called(new GateId(UUID.fromString(parts[1])), Call.Kind.valueOf(parts[2]));
    }
  }

  /** Its key says who: {@code notice/1/T012/U345}. */
  private static Rendered notice(Post post, RunState state) {
    var who = Person.ofKey(post.key().split("/", 3)[2]);
    var line = ThreadLines.toldAgain(who, state.facts().spec());
    return new Rendered(
        Drawing.line(line, post.run(), post.seq(), Set.of()), post.wantedSeq(), false);
  }

  private Optional<Rendered> line(Post post, List<Recorded> events, Runbook runbook) {
    var offers = ThreadLines.offers(events, post.seq(), runbook);
    return ThreadLines.line(events, post.seq(), runbook, journal.now())
        .map(
            it ->
                new Rendered(
                    Drawing.line(it, post.run(), post.seq(), offers), post.wantedSeq(), false));
  }
}
