package io.countersign.slack;

import io.countersign.Person;
import io.countersign.thread.Homes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a Home when its person opens it, and again when something that it shows has changed.
 * Slack does not say whether a Home is still looked at, so those opened lately are kept up to date.
 */
final class Homekeeping {
  private static final Logger log = LoggerFactory.getLogger(Homekeeping.class);
  static final Duration LOOK = Duration.ofSeconds(1);

  /** How long after it was opened a Home is kept up to date. */
  static final Duration LATELY = Duration.ofHours(8);

  /** Durations and progress move without any event. */
  static final Duration REFRESH = Duration.ofMinutes(1);

  /** Between two views of one person. */
  static final Duration BETWEEN = Duration.ofSeconds(2);

  /** Slack allows 100 a minute; another process may publish too. */
  static final int VIEWS_A_MINUTE = 45;

  static final int PEOPLE = 40;
  private static final Duration LEASE = Duration.ofSeconds(12);
  private static final Duration LEARN = Duration.ofSeconds(10);

  private final Homes homes;
  private final HomePage page;
  private final SlackApi slack;
  private final Reach reach;
  private final InstantSource clock;
  private final Budget budget;
  private final String process;
  private final Executor threads;
  private final ReentrantLock pass = new ReentrantLock();

  /** When each person opened the Home last, by this machine's clock. */
  private final Map<Person, Instant> opened = new ConcurrentHashMap<>();

  private final Map<Person, Shown> shown = new HashMap<>();
  private Instant learned = Instant.EPOCH;
  private volatile boolean closed;

  /** What a person's Home shows, as far as this process knows. */
  private record Shown(String state, Instant at, String view) {}

  Homekeeping(
      Homes homes,
      HomePage page,
      SlackApi slack,
      Reach reach,
      InstantSource clock,
      String process,
      Executor threads) {
    this.homes = homes;
    this.page = page;
    this.slack = slack;
    this.reach = reach;
    this.clock = clock;
    this.budget = new Budget(clock, VIEWS_A_MINUTE);
    this.process = process;
    this.threads = threads;
  }

  void start(ScheduledExecutorService scheduler) {
    var _ =
        scheduler.scheduleWithFixedDelay(
            this::poke, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Another process takes over as soon as this one's lease has run out. */
  void close() {
    closed = true;
  }

  /** Something may have changed. */
  void poke() {
    try {
      threads.execute(this::look);
    } catch (RejectedExecutionException stopping) {
      log.debug("no Home is published any more, the process stops", stopping);
    }
  }

  /** Whoever opens their Home sees it at once. Never throws. */
  void opened(Inbound.Opened event) {
    opened.put(event.who(), clock.instant());
    try {
      bring(event.who(), homes.state(), true);
    } catch (RuntimeException unexpected) {
      log.error("the Home of {} could not be made: {}", event.who(), Intake.name(unexpected));
    }
  }

  /** One pass over the Homes that were opened lately. Never throws. */
  void look() {
    if (closed || !(reach.state() instanceof Reach.State.Fine) || !pass.tryLock()) {
      return;
    }
    try {
      learn();
      var people = lately();
      if (people.isEmpty() || !homes.lead(process, LEASE)) {
        return;
      }
      var state = homes.state();
      people.stream().filter(it -> due(it, state)).forEach(it -> bring(it, state, false));
    } catch (RuntimeException unexpected) {
      log.warn("Homes were not brought up to date: {}", Intake.name(unexpected));
    } finally {
      pass.unlock();
    }
  }

  /** Homes that were opened before this process began, or that another one was told of. */
  private void learn() {
    var now = clock.instant();
    if (now.isBefore(learned.plus(LEARN))) {
      return;
    }
    learned = now;
    homes.opened(LATELY, PEOPLE).forEach(it -> opened.putIfAbsent(it.who(), now));
  }

  private List<Person> lately() {
    var since = clock.instant().minus(LATELY);
    opened.values().removeIf(it -> it.isBefore(since));
    return opened.entrySet().stream()
        .sorted(Map.Entry.<Person, Instant>comparingByValue(Comparator.reverseOrder()))
        .limit(PEOPLE)
        .map(Map.Entry::getKey)
        .toList();
  }

  private synchronized boolean due(Person who, String state) {
    var before = shown.get(who);
    if (before == null) {
      return true;
    }
    var now = clock.instant();
    return before.state().equals(state)
        ? !now.isBefore(before.at().plus(REFRESH))
        : !now.isBefore(before.at().plus(BETWEEN));
  }

  /**
   * One after another, so that no older view overtakes a newer one.
   *
   * @param state read before the view is made: what changes meanwhile is found by the next pass
   * @param anyway also where the view is the one that stands
   */
  private synchronized void bring(Person who, String state, boolean anyway) {
    var view = HomeDrawing.view(page.of(who, state));
    var before = shown.get(who);
    if (!anyway && before != null && before.view().equals(view)) {
      shown.put(who, new Shown(state, clock.instant(), view));
      return;
    }
    if (!budget.take()) {
      return;
    }
    switch (slack.publishHome(who.user(), view)) {
      case Answer.Ok<String> _ -> shown.put(who, new Shown(state, clock.instant(), view));
      case Answer.RateLimited<String>(var pause) -> budget.pause(pause);
      case Answer.Failed<String>(var code) -> {
        log.warn("the Home of {} was not taken: {}", who, code);
        shown.put(who, new Shown(state, clock.instant(), ""));
      }
      case Answer.Unreachable<String> it -> {
        log.info("the Home of {} was not published: {}", who, it.trouble());
        budget.pause(BETWEEN);
      }
    }
    shown.keySet().retainAll(opened.keySet());
  }
}
