package io.countersign.slack;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one socket to Slack open. Slack being away is no failure of the bot: it is dialled again,
 * each time after a longer pause. Before Slack closes a socket it says so, and the next one stands
 * before the old one goes.
 */
final class SocketDoor implements AutoCloseable, SocketLine.Owner {
  private static final Logger log = LoggerFactory.getLogger(SocketDoor.class);
  private static final Duration SHORTEST = Duration.ofMillis(250);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** A socket that stood as long ends the series of failures. */
  private static final Duration STEADY = Duration.ofSeconds(30);

  private static final Duration HELLO_WITHIN = Duration.ofSeconds(20);

  /** What the old socket brought last can still be acknowledged on it. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private final Supplier<Answer<URI>> addresses;
  private final SocketRequests requests;
  private final ScheduledExecutorService scheduler;
  private final Executor threads;
  private final InstantSource clock;
  private @Nullable SocketLine standing;
  private @Nullable SocketLine coming;
  private Instant since = Instant.EPOCH;
  private boolean dialling;
  private boolean closed;
  private int failures;
  private String trouble = "not dialled yet";
  private String refusal = "";

  /**
   * @param addresses asks Slack for the address of a new socket
   */
  SocketDoor(
      Supplier<Answer<URI>> addresses,
      SocketRequests requests,
      ScheduledExecutorService scheduler,
      Executor threads,
      InstantSource clock) {
    this.addresses = addresses;
    this.requests = requests;
    this.scheduler = scheduler;
    this.threads = threads;
    this.clock = clock;
  }

  void start() {
    dialAfter(Duration.ZERO);
  }

  private synchronized void dialAfter(Duration pause) {
    if (!closed && !dialling) {
      dialling = true;
      after(pause, this::dial);
    }
  }

  private void after(Duration pause, Runnable act) {
    var _ = scheduler.schedule(() -> threads.execute(act), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whatever goes wrong is followed by the next attempt, or the bot would stay deaf. */
  private void dial() {
    try {
      ask();
    } catch (RuntimeException unforeseen) {
      failed(Intake.name(unforeseen), Duration.ZERO);
    }
  }

  private void ask() {
    switch (addresses.get()) {
      case Answer.Ok<URI>(var address) when isSafe(address) -> connect(address);
      case Answer.Ok<URI> _ -> failed("Slack's address for it is not encrypted", Duration.ZERO);
      case Answer.RateLimited<URI>(var pause) -> failed("rate limited", pause);
      case Answer.Failed<URI>(var code) when SlackWords.refusesToken(code) -> refused(code);
      case Answer.Failed<URI> unable -> failed(unable.trouble(), Duration.ZERO);
      case Answer.Unreachable<URI> away -> failed(away.trouble(), Duration.ZERO);
    }
  }

  private static boolean isSafe(URI address) {
    return "wss".equals(address.getScheme())
        || (address.getHost() != null && SlackApi.isLoopback(address.getHost()));
  }

  private void connect(URI address) {
    var line = new SocketLine(address, this);
    synchronized (this) {
      if (closed) {
        return;
      }
      coming = line;
    }
    line.connect();
    after(HELLO_WITHIN, () -> giveUp(line));
  }

  /** Slack has said nothing on it; it may never tell us that it ended. */
  private void giveUp(SocketLine line) {
    synchronized (this) {
      if (line != coming) {
        return;
      }
    }
    ended(line, "silent");
    line.close();
  }

  /** Mended by people, not by dialling: it is said once, and tried again all the same. */
  private synchronized void refused(String code) {
    if (!code.equals(refusal)) {
      log.error(
          "Slack refuses the app token ({}), so nobody's commands and clicks come in. Make an"
              + " app-level token with connections:write and put it into SLACK_APP_TOKEN. I try"
              + " again every {} s.",
          code,
          Reach.TOKEN.toSeconds());
    }
    refusal = code;
    again("refuses SLACK_APP_TOKEN (" + code + ")", Reach.TOKEN);
  }

  private synchronized void failed(String why, Duration atLeast) {
    refusal = "";
    var pause = again(why, atLeast);
    log.warn("no socket to Slack ({}); trying again in {} ms", why, pause.toMillis());
  }

  private synchronized Duration again(String why, Duration atLeast) {
    dialling = false;
    failures++;
    trouble = why;
    var pause = pause().compareTo(atLeast) > 0 ? pause() : atLeast;
    dialAfter(pause);
    return pause;
  }

  /** Whether only people can mend what keeps a socket from standing. */
  synchronized boolean usable() {
    return refusal.isEmpty();
  }

  /** How it stands, in words. */
  synchronized String says() {
    return standing == null ? "none: " + trouble : "stands";
  }

  private Duration pause() {
    var doubled = SHORTEST.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), 10));
    return failures == 0 ? Duration.ZERO : doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
  }

  @Override
  public void came(SocketLine line, String text) {
    switch (requests.read(text)) {
      case SocketRequests.Frame.Hello() -> greeted(line);
      case SocketRequests.Frame.Goodbye(var reason) -> dismissed(line, reason);
      case SocketRequests.Frame.Asked asked ->
          threads.execute(() -> requests.handle(asked).ifPresent(line::answer));
      case SocketRequests.Frame.Unknown(var acknowledgement) ->
          acknowledgement.ifPresent(line::answer);
    }
  }

  private synchronized void greeted(SocketLine line) {
    if (closed || line != coming) {
      threads.execute(line::close);
      return;
    }
    var old = standing;
    coming = null;
    dialling = false;
    refusal = "";
    standing = line;
    since = clock.instant();
    log.info("a socket to Slack stands");
    if (old != null) {
      after(LAST_WORDS, old::close);
    }
  }

  private synchronized void dismissed(SocketLine line, String reason) {
    if (reason.equals("link_disabled")) {
      log.error("Slack closes the socket: Socket Mode is switched off in the app's settings");
    } else {
      log.info("Slack will close the socket ({})", reason);
    }
    if (line == standing) {
      dialAfter(pauseAfterStanding());
    }
  }

  @Override
  public synchronized void ended(SocketLine line, String why) {
    if (closed) {
      return;
    }
    if (line == coming) {
      coming = null;
      failed(why, Duration.ZERO);
    } else if (line == standing) {
      standing = null;
      trouble = why;
      log.info("the socket to Slack is gone ({})", why);
      dialAfter(pauseAfterStanding());
    }
  }

  /** Slack allows few new sockets a minute: one that does not last counts as a failure. */
  private Duration pauseAfterStanding() {
    failures = since.plus(STEADY).isBefore(clock.instant()) ? 0 : failures + 1;
    return pause();
  }

  @Override
  public void close() {
    var lines = new ArrayList<SocketLine>();
    synchronized (this) {
      closed = true;
      lines.addAll(present(standing));
      lines.addAll(present(coming));
    }
    // not under the lock: a socket that ends tells us so
    lines.forEach(SocketLine::close);
  }

  private static List<SocketLine> present(@Nullable SocketLine line) {
    return line == null ? List.of() : List.of(line);
  }
}
