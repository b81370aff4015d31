package io.countersign.slack;

import io.countersign.RunId;
import io.countersign.thread.Posts;
import io.countersign.thread.Posts.Kind;
import io.countersign.thread.Posts.Post;
import io.countersign.thread.Posts.Urgency;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings channels to the state that the journal says they should show. A crash between a call and
 * the row that says so is repaired by looking for the message first; nothing depends on it.
 */
final class Sender {
  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  /** Longer than any one call to Slack may take; kept up before each of them. */
  static final Duration LEASE = Duration.ofSeconds(12);

  static final Duration LOOK = Duration.ofMillis(500);

  /** How often a running step's message is drawn anew for its progress alone. */
  static final Duration REFRESH = Duration.ofSeconds(10);

  /** Stands for the ts of a line about which there was nothing to say. */
  static final String UNSAID = "-";

  /** People to whom nothing can be written. */
  private static final List<String> CLOSED =
      List.of("user_not_found", "user_disabled", "cannot_dm_bot", "user_not_visible");

  private static final List<String> UNEDITABLE =
      List.of("message_not_found", "cant_update_message", "edit_window_closed");

  /** Few, so that a card that comes meanwhile overtakes soon. */
  private static final int AT_ONCE = 5;

  private static final int BATCHES = 200;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
  private static final Duration NO_EDIT_LEFT = Duration.ofSeconds(3);

  /** How long the end of a process waits for the call that is under way. */
  private static final Duration LAST_CALL = Duration.ofSeconds(3);

  private final Posts posts;
  private final Renderer renderer;
  private final SlackApi slack;
  private final Reach reach;
  private final Pace pace;
  private final ClosedRooms rooms;
  private final String name;
  private final ScheduledExecutorService scheduler;
  private final Executor threads;
  private final ReentrantLock pass = new ReentrantLock();
  private volatile boolean stopped;

  // only a pass looks at these
  private final Map<RunId, Live> live = new HashMap<>();
  private final Map<String, String> directs = new HashMap<>();
  private final Set<RunId> behind = new HashSet<>();

  /** The message of a run that goes on, as this process showed it last. */
  private record Live(Post post, SlackApi.Content shown, Instant at) {}

  /**
   * @param name this process's name for the leases of channels
   */
  Sender(
      Posts posts,
      Renderer renderer,
      SlackApi slack,
      Reach reach,
      Pace pace,
      String name,
      ScheduledExecutorService scheduler,
      Executor threads) {
    this.posts = posts;
    this.renderer = renderer;
    this.slack = slack;
    this.reach = reach;
    this.pace = pace;
    this.rooms = new ClosedRooms(posts, slack, pace);
    this.name = name;
    this.scheduler = scheduler;
    this.threads = threads;
  }

  void start() {
    var _ =
        scheduler.scheduleWithFixedDelay(
            this::poke, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ends after the call that is under way; another process goes on. Never throws. */
  void close() {
    stopped = true;
    try {
      if (pass.tryLock(LAST_CALL.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          posts.release(name);
        } finally {
          pass.unlock();
        }
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException unreachable) {
      log.debug("the leases of channels end by themselves", unreachable);
    }
  }

  /** Something may be due now. */
  void poke() {
    try {
      threads.execute(this::run);
    } catch (RejectedExecutionException stopping) {
      log.debug("not sent any more, the process stops", stopping);
    }
  }

  /** One pass over what is due. Never throws. */
  void run() {
    if (!pass.tryLock()) {
      return;
    }
    try {
      if (goesOn()) {
        rooms.look(name, LEASE);
        sendDue();
        refresh();
      }
    } catch (RuntimeException unreachable) {
      log.warn("could not look for posts that are due: {}", Intake.name(unreachable));
    } finally {
      pass.unlock();
    }
  }

  private boolean goesOn() {
    return !stopped && reach.makesSense(slack::question);
  }

  /** Asks anew after each few, so that what is more urgent overtakes. */
  private void sendDue() {
    for (int batch = 0; batch < BATCHES; batch++) {
      var due = posts.due(name, LEASE, AT_ONCE);
      behind.clear();
      for (var post : due) {
        if (!goesOn()) {
          return;
        }
        guarded(post);
      }
      if (due.isEmpty()) {
        return;
      }
    }
  }

  /** What was not sent holds up the lines after it, those of this batch too. */
  private void guarded(Post post) {
    boolean line = post.kind() == Kind.LINE || post.kind() == Kind.BROADCAST;
    if (rooms.isClosed(post.channel()) || (line && behind.contains(post.run()))) {
      return;
    }
    try {
      if (!send(post) && line) {
        behind.add(post.run());
      }
    } catch (RuntimeException unexpected) {
      log.error("post {} of run {} failed: {}", post.key(), post.run(), Intake.name(unexpected));
      behind.add(post.run());
      later(post, LONGEST_WAIT, "cannot be drawn: " + unexpected.getClass().getSimpleName());
    }
  }

  /** Whether it stands now. */
  private boolean send(Post post) {
    var rendered = renderer.render(post);
    if (rendered.isEmpty()) {
      posts.stands(post, post.ts().orElse(UNSAID), post.wantedSeq());
      return true;
    }
    if (post.kind() == Kind.DIRECT ? !opened(post) : rooms.against(post.channel())) {
      return false;
    }
    var ts = post.ts().filter(it -> !it.equals(UNSAID));
    if (ts.isPresent()) {
      return edit(post, ts.get(), rendered.get());
    }
    return post.tries() == 0 ? postNew(post, rendered.get()) : lookFirst(post, rendered.get());
  }

  /** It was begun to be sent, and nobody knows what came of it. */
  private boolean lookFirst(Post post, Renderer.Rendered rendered) {
    return switch (found(post)) {
      case Answer.Ok<Optional<String>>(var found) ->
          found.isPresent() ? edit(post, found.get(), rendered) : postNew(post, rendered);
      case Answer.RateLimited<Optional<String>>(var pause) ->
          later(post, pause, "looking for it: rate limited");
      case Answer.Failed<Optional<String>>(var code) when SlackWords.refusesChannel(code) ->
          closed(post, code);
      case Answer.Failed<Optional<String>> it ->
          later(post, backoff(post), "looking for it: " + it.trouble());
      case Answer.Unreachable<Optional<String>> it ->
          later(post, backoff(post), "looking for it: " + it.trouble());
    };
  }

  /** Direct messages have a channel of their own; who cannot be written to is let go. */
  private boolean opened(Post post) {
    if (directs.containsKey(post.channel())) {
      return true;
    }
    return switch (slack.conversation(post.channel())) {
      case Answer.Ok<String>(var channel) -> {
        directs.put(post.channel(), channel);
        yield true;
      }
      case Answer.RateLimited<String>(var pause) -> later(post, pause, "rate limited");
      case Answer.Unreachable<String>(var why) -> later(post, backoff(post), why);
      case Answer.Failed<String>(var code) when CLOSED.contains(code) -> {
        log.warn("{} cannot be called to run {}: {}", post.channel(), post.run(), code);
        posts.stands(post, UNSAID, post.wantedSeq());
        yield false;
      }
      case Answer.Failed<String>(var code) -> later(post, pause(code), code);
    };
  }

  private String where(Post post) {
    return directs.getOrDefault(post.channel(), post.channel());
  }

  private boolean postNew(Post post, Renderer.Rendered rendered) {
    var wait = pace.post(post.channel());
    if (!wait.isZero()) {
      posts.refused(post, wait, "rate limited");
      return false;
    }
    if (!posts.sending(name, post, LEASE)) {
      return false;
    }
    var answer = post(post, rendered.content(), rendered);
    if (answer instanceof Answer.Failed<String>(var code) && SlackWords.isAboutBlocks(code)) {
      log.error("Slack refuses the blocks of {} of run {}: {}", post.key(), post.run(), code);
      answer = post(post, textOnly(rendered.content()), rendered);
    }
    return switch (answer) {
      case Answer.Ok<String>(var ts) -> {
        // what follows at once, such as that the run has begun, is shown by one edit
        pace.edits(message(post));
        yield stands(post, ts, rendered);
      }
      case Answer.RateLimited<String>(var pause) -> rateLimited(post, pause);
      case Answer.Failed<String>(var code) when SlackWords.mayHaveBeenDone(code) ->
          later(post, backoff(post), code);
      case Answer.Failed<String>(var code) -> refused(post, code);
      case Answer.Unreachable<String>(var why) -> later(post, backoff(post), why);
    };
  }

  private boolean rateLimited(Post post, Duration pause) {
    posts.refused(post, pause, "rate limited");
    if (post.kind() != Kind.FILE) {
      pace.pausePosts(post.channel(), pause);
      posts.hold(post.channel(), pause, "rate limited");
    }
    return false;
  }

  private boolean refused(Post post, String code) {
    posts.refused(post, pause(code), code);
    if (SlackWords.refusesChannel(code) && post.kind() != Kind.DIRECT) {
      return closed(post, code);
    }
    log.warn("{} of run {} was not taken: {}", post.key(), post.run(), code);
    return false;
  }

  private boolean closed(Post post, String code) {
    rooms.close(post.channel(), code);
    return false;
  }

  private Answer<Optional<String>> found(Post post) {
    return post.kind() == Kind.FILE
        ? slack.findFile(post.channel(), thread(post).orElseThrow(), file(post))
        : slack.find(where(post), thread(post), post.run(), post.key());
  }

  /** Unique, so that a file whose sending was not answered is found again. */
  private static String file(Post post) {
    return switch (post.key()) {
      case Renderer.TIMELINE -> "timeline-" + post.run() + ".png";
      case Renderer.REPORT -> "report-" + post.run() + ".html";
      default -> "evidence-" + post.run() + "-" + post.key().replaceFirst("^file/", "") + ".txt";
    };
  }

  private Answer<String> post(Post post, SlackApi.Content content, Renderer.Rendered rendered) {
    if (rendered.attachment().isPresent()) {
      return slack.upload(
          post.channel(), thread(post).orElseThrow(), file(post), rendered.attachment().get());
    }
    boolean broadcast = post.kind() == Kind.CARD || post.kind() == Kind.BROADCAST;
    return slack.post(where(post), thread(post), broadcast, content, post.run(), post.key());
  }

  private boolean edit(Post post, String ts, Renderer.Rendered rendered) {
    if (post.kind() != Kind.CARD && post.kind() != Kind.ROOT) {
      posts.stands(post, ts, rendered.seq());
      return true;
    }
    // the message of a run that waits for people or has ended is as urgent as a card
    boolean urgent = post.kind() == Kind.CARD || !rendered.live();
    var wait = mayEdit(post, urgent ? Urgency.WAITED_FOR : Urgency.MOVED);
    if (!wait.isZero()) {
      return later(post, wait, "edits are spread");
    }
    var answer = update(post, ts, rendered.content());
    if (answer instanceof Answer.Failed<String>(var code) && SlackWords.isAboutBlocks(code)) {
      log.error("Slack refuses the blocks of {} of run {}: {}", post.key(), post.run(), code);
      answer = update(post, ts, textOnly(rendered.content()));
    }
    return switch (answer) {
      case Answer.Ok<String> _ -> stands(post, ts, rendered);
      case Answer.RateLimited<String>(var pause) -> {
        pace.pauseEdits(pause);
        yield later(post, pause, "rate limited");
      }
      case Answer.Failed<String>(var code) when UNEDITABLE.contains(code) -> {
        log.warn("{} of run {} can no longer be edited: {}", post.key(), post.run(), code);
        posts.stands(post, ts, rendered.seq());
        yield true;
      }
      case Answer.Failed<String>(var code) when SlackWords.refusesChannel(code) ->
          closed(post, code);
      case Answer.Failed<String>(var code) -> later(post, pause(code), code);
      case Answer.Unreachable<String>(var why) -> later(post, backoff(post), why);
    };
  }

  private Answer<String> update(Post post, String ts, SlackApi.Content content) {
    return slack.update(post.channel(), ts, content, post.run(), post.key());
  }

  /** How long an edit has to wait; where that is nothing, it has been counted. */
  private Duration mayEdit(Post post, Urgency urgency) {
    var wait = pace.edit(message(post));
    if (!wait.isZero()) {
      return wait;
    }
    if (!posts.keep(name, post.channel(), LEASE) || !posts.takeEdit(urgency)) {
      return NO_EDIT_LEFT;
    }
    pace.edits(message(post));
    return Duration.ZERO;
  }

  private static String message(Post post) {
    return post.run() + "/" + post.key();
  }

  private boolean stands(Post post, String ts, Renderer.Rendered rendered) {
    posts.stands(post, ts, rendered.seq());
    if (post.kind() == Kind.ROOT) {
      remember(new Live(standing(post, ts), rendered.content(), pace.now()), rendered.live());
    }
    return true;
  }

  private void remember(Live shown, boolean goesOn) {
    if (goesOn) {
      live.put(shown.post().run(), shown);
    } else {
      live.remove(shown.post().run());
    }
  }

  /** Progress is no event: messages of running steps are drawn anew now and then, oldest first. */
  private void refresh() {
    var before = pace.now().minus(REFRESH);
    live.values().stream()
        .filter(it -> it.at().isBefore(before))
        .sorted(Comparator.comparing(Live::at))
        .limit(AT_ONCE)
        .forEach(this::refreshGuarded);
  }

  private void refreshGuarded(Live shown) {
    try {
      refresh(shown);
    } catch (RuntimeException unexpected) {
      log.warn("run {} was not drawn anew: {}", shown.post().run(), Intake.name(unexpected));
      live.remove(shown.post().run());
    }
  }

  private void refresh(Live shown) {
    var post = shown.post();
    var rendered = renderer.render(post).orElseThrow();
    if (!rendered.live() || rendered.content().equals(shown.shown())) {
      remember(new Live(post, shown.shown(), pace.now()), rendered.live());
      return;
    }
    if (!goesOn() || !mayEdit(post, Urgency.PROGRESS).isZero()) {
      return;
    }
    switch (update(post, post.ts().orElseThrow(), rendered.content())) {
      case Answer.Ok<String> _ -> remember(new Live(post, rendered.content(), pace.now()), true);
      case Answer.RateLimited<String>(var pause) -> pace.pauseEdits(pause);
      case Answer.Failed<String> _, Answer.Unreachable<String> _ -> remember(shown, false);
    }
  }

  private boolean later(Post post, Duration wait, String reason) {
    try {
      posts.postpone(post, wait, reason);
    } catch (RuntimeException unreachable) {
      log.warn("{} of run {}: {}", post.key(), post.run(), Intake.name(unreachable));
    }
    return false;
  }

  /** Nothing is called while the token is refused, and everything is due as soon as it is not. */
  private static Duration pause(String code) {
    return SlackWords.refusesToken(code) ? Duration.ofSeconds(1) : LONGEST_WAIT;
  }

  /** Slack fell over in the middle of it; where it is away altogether, that is asked elsewhere. */
  private static Duration backoff(Post post) {
    return Duration.ofSeconds(1L << Math.clamp(post.tries(), 0, 3));
  }

  private static SlackApi.Content textOnly(SlackApi.Content content) {
    return new SlackApi.Content(content.text(), "[]");
  }

  private static Optional<String> thread(Post post) {
    return post.kind() == Kind.ROOT || post.kind() == Kind.DIRECT
        ? Optional.empty()
        : post.rootTs();
  }

  private static Post standing(Post post, String ts) {
    return new Post(
        post.run(),
        post.channel(),
        post.key(),
        post.kind(),
        post.seq(),
        post.wantedSeq(),
        Optional.of(ts),
        Optional.of(ts),
        0);
  }
}
