package io.countersign.slack;

import io.countersign.thread.Posts;
import io.countersign.thread.Posts.Kind;
import io.countersign.thread.Posts.Post;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private static final int AT_ONCE = 20;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Posts posts;
  private final Renderer renderer;
  private final SlackApi slack;
  private final Pace pace;
  private final String name;
  private final ScheduledExecutorService scheduler;
  private final Executor threads;
  private final ReentrantLock pass = new ReentrantLock();
  private final Map<io.countersign.RunId, Live> live = new HashMap<>();

  /** Channels of direct messages by person; only a pass looks at them. */
  private final Map<String, String> directs = new HashMap<>();

  /** The message of a run that goes on, as this process showed it last. */
  private record Live(Post post, SlackApi.Content shown) {}

  /**
   * @param name this process's name for the leases of channels
   */
  Sender(
      Posts posts,
      Renderer renderer,
      SlackApi slack,
      Pace pace,
      String name,
      ScheduledExecutorService scheduler,
      Executor threads) {
    this.posts = posts;
    this.renderer = renderer;
    this.slack = slack;
    this.pace = pace;
    this.name = name;
    this.scheduler = scheduler;
    this.threads = threads;
  }

  void start() {
    var _ =
        scheduler.scheduleWithFixedDelay(
            () -> threads.execute(this::run),
            LOOK.toMillis(),
            LOOK.toMillis(),
            TimeUnit.MILLISECONDS);
    var _ =
        scheduler.scheduleWithFixedDelay(
            () -> threads.execute(this::refresh),
            REFRESH.toMillis(),
            REFRESH.toMillis(),
            TimeUnit.MILLISECONDS);
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
      posts.due(name, LEASE, AT_ONCE).forEach(this::guarded);
    } catch (RuntimeException unreachable) {
      log.warn("could not look for posts that are due: {}", Intake.name(unreachable));
    } finally {
      pass.unlock();
    }
  }

  private void guarded(Post post) {
    try {
      if (posts.keep(name, post.channel(), LEASE)) {
        send(post);
      }
    } catch (RuntimeException unexpected) {
      log.error("post {} of run {} failed: {}", post.key(), post.run(), Intake.name(unexpected));
      postpone(post, LONGEST_WAIT, "cannot be drawn: " + unexpected.getClass().getSimpleName());
    }
  }

  private void send(Post post) {
    var rendered = renderer.render(post);
    if (rendered.isEmpty()) {
      posts.stands(post, post.ts().orElse(UNSAID), post.wantedSeq());
      return;
    }
    if (post.kind() == Kind.DIRECT && !opened(post)) {
      return;
    }
    var ts = post.ts().filter(it -> !it.equals(UNSAID));
    if (ts.isEmpty() && post.tries() > 0) {
      switch (found(post)) {
        case Answer.Ok<Optional<String>>(var found) -> ts = found;
        case Answer.RateLimited<Optional<String>>(var pause) -> {
          postpone(post, pause, "looking for it: rate limited");
          return;
        }
        case Answer.Failed<Optional<String>> it -> {
          postpone(post, backoff(post), "looking for it: " + it.trouble());
          return;
        }
        case Answer.Unreachable<Optional<String>> it -> {
          postpone(post, backoff(post), "looking for it: " + it.trouble());
          return;
        }
      }
    }
    if (ts.isPresent()) {
      edit(post, ts.get(), rendered.get());
    } else {
      postNew(post, rendered.get());
    }
  }

  /** Direct messages have a channel of their own; who cannot be written to is let go. */
  private boolean opened(Post post) {
    if (directs.containsKey(post.channel())) {
      return true;
    }
    switch (slack.conversation(post.channel())) {
      case Answer.Ok<String>(var channel) -> {
        directs.put(post.channel(), channel);
        return true;
      }
      case Answer.RateLimited<String>(var pause) -> postpone(post, pause, "rate limited");
      case Answer.Unreachable<String>(var why) -> postpone(post, backoff(post), why);
      case Answer.Failed<String>(var code) when CLOSED.contains(code) -> {
        log.warn("{} cannot be called to run {}: {}", post.channel(), post.run(), code);
        posts.stands(post, UNSAID, post.wantedSeq());
      }
      case Answer.Failed<String>(var code) -> postpone(post, backoff(post), code);
    }
    return false;
  }

  private String where(Post post) {
    return directs.getOrDefault(post.channel(), post.channel());
  }

  private void postNew(Post post, Renderer.Rendered rendered) {
    var wait = pace.post(post.channel());
    if (!wait.isZero()) {
      postpone(post, wait, "rate limited");
      return;
    }
    if (!posts.keep(name, post.channel(), LEASE)) {
      return;
    }
    var answer = post(post, rendered.content());
    if (answer instanceof Answer.Failed<String>(var code) && isAboutBlocks(code)) {
      log.error("Slack refuses the blocks of {} of run {}: {}", post.key(), post.run(), code);
      answer = post(post, textOnly(rendered.content()));
    }
    switch (answer) {
      case Answer.Ok<String>(var ts) -> stands(post, ts, rendered);
      case Answer.RateLimited<String>(var pause) -> {
        pace.pausePosts(post.channel(), pause);
        postpone(post, pause, "rate limited");
      }
      case Answer.Failed<String>(var code) -> postpone(post, backoff(post), code);
      case Answer.Unreachable<String>(var why) -> postpone(post, backoff(post), why);
    }
  }

  private Answer<Optional<String>> found(Post post) {
    return post.kind() == Kind.FILE
        ? slack.findFile(post.channel(), thread(post).orElseThrow(), file(post))
        : slack.find(where(post), thread(post), post.run(), post.key());
  }

  /** Unique, so that a file whose sending was not answered is found again. */
  private static String file(Post post) {
    return "evidence-" + post.run() + "-" + post.key().replaceFirst("^file/", "") + ".txt";
  }

  private Answer<String> post(Post post, SlackApi.Content content) {
    if (post.kind() == Kind.FILE) {
      return slack.upload(
          post.channel(),
          thread(post).orElseThrow(),
          file(post),
          "Evidence, table by table",
          content.text());
    }
    boolean broadcast = post.kind() == Kind.CARD || post.kind() == Kind.BROADCAST;
    return slack.post(where(post), thread(post), broadcast, content, post.run(), post.key());
  }

  private void edit(Post post, String ts, Renderer.Rendered rendered) {
    if (post.kind() != Kind.CARD && post.kind() != Kind.ROOT) {
      posts.stands(post, ts, rendered.seq());
      return;
    }
    // the message of a run that waits for people or has ended is as urgent as a card
    boolean urgent = post.kind() == Kind.CARD || !rendered.live();
    var wait = pace.edit(post.run() + "/" + post.key(), urgent);
    if (!wait.isZero()) {
      postpone(post, wait, "edits are spread");
      return;
    }
    var answer = slack.update(post.channel(), ts, rendered.content(), post.run(), post.key());
    if (answer instanceof Answer.Failed<String>(var code) && isAboutBlocks(code)) {
      log.error("Slack refuses the blocks of {} of run {}: {}", post.key(), post.run(), code);
      answer =
          slack.update(post.channel(), ts, textOnly(rendered.content()), post.run(), post.key());
    }
    switch (answer) {
      case Answer.Ok<String> _ -> stands(post, ts, rendered);
      case Answer.RateLimited<String>(var pause) -> {
        pace.pauseEdits(pause);
        postpone(post, pause, "rate limited");
      }
      case Answer.Failed<String>(var code) -> notEdited(post, ts, rendered, code);
      case Answer.Unreachable<String>(var why) -> postpone(post, backoff(post), why);
    }
  }

  /** A message that somebody deleted, or that can no longer be edited, is let go. */
  private void notEdited(Post post, String ts, Renderer.Rendered rendered, String code) {
    if (List.of("message_not_found", "cant_update_message", "edit_window_closed").contains(code)) {
      log.warn("{} of run {} can no longer be edited: {}", post.key(), post.run(), code);
      posts.stands(post, ts, rendered.seq());
      return;
    }
    postpone(post, backoff(post), code);
  }

  private void stands(Post post, String ts, Renderer.Rendered rendered) {
    posts.stands(post, ts, rendered.seq());
    if (post.kind() == Kind.ROOT) {
      remember(new Live(standing(post, ts), rendered.content()), rendered.live());
    }
  }

  private synchronized void remember(Live shown, boolean goesOn) {
    if (goesOn) {
      live.put(shown.post().run(), shown);
    } else {
      live.remove(shown.post().run());
    }
  }

  private synchronized List<Live> living() {
    return List.copyOf(live.values());
  }

  /** Progress is no event: messages of running steps are drawn anew now and then. Never throws. */
  void refresh() {
    if (!pass.tryLock()) {
      return;
    }
    try {
      living().forEach(this::refreshGuarded);
    } finally {
      pass.unlock();
    }
  }

  private void refreshGuarded(Live shown) {
    try {
      refresh(shown);
    } catch (RuntimeException unexpected) {
      log.warn("run {} was not drawn anew: {}", shown.post().run(), Intake.name(unexpected));
    }
  }

  private void refresh(Live shown) {
    var post = shown.post();
    var rendered = renderer.render(post).orElseThrow();
    if (!rendered.live() || rendered.content().equals(shown.shown())) {
      remember(shown, rendered.live());
      return;
    }
    if (!pace.edit(post.run() + "/" + post.key(), false).isZero()) {
      return;
    }
    var ts = post.ts().orElseThrow();
    var answer = slack.update(post.channel(), ts, rendered.content(), post.run(), post.key());
    switch (answer) {
      case Answer.Ok<String> _ -> remember(new Live(post, rendered.content()), true);
      case Answer.RateLimited<String>(var pause) -> pace.pauseEdits(pause);
      case Answer.Failed<String> _, Answer.Unreachable<String> _ -> remember(shown, false);
    }
  }

  private void postpone(Post post, Duration wait, String reason) {
    try {
      posts.postpone(post, wait, reason);
    } catch (RuntimeException unreachable) {
      log.warn("{} of run {}: {}", post.key(), post.run(), Intake.name(unreachable));
    }
  }

  private static Duration backoff(Post post) {
    var seconds = 1L << Math.clamp(post.tries(), 0, 6);
    return Duration.ofSeconds(Math.min(LONGEST_WAIT.toSeconds(), seconds));
  }

  private static boolean isAboutBlocks(String code) {
    return code.startsWith("invalid_blocks") || code.equals("msg_blocks_too_long");
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
