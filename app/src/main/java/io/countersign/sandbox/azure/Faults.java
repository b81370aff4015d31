package io.countersign.sandbox.azure;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** What goes wrong on purpose, and what was asked for. */
public final class Faults {
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final List<Held> holds = new CopyOnWriteArrayList<>();

  /**
   * @param answer what is said; empty: nothing, the connection breaks
   * @param before whether nothing is done first
   */
  private record Rule(
      Predicate<Call> which, AtomicInteger left, Optional<Answer> answer, boolean before) {
    boolean takes(Call call) {
      return which.test(call) && left.getAndUpdate(it -> Math.max(0, it - 1)) > 0;
    }
  }

  /** Calls by method and a part of their path. */
  public static Predicate<Call> calls(String method, String part) {
    return it -> it.method().equals(method) && it.path().contains(part);
  }

  /** Refuses such calls, a number of times, before anything is done. */
  public void refuse(Predicate<Call> which, int times, Answer answer) {
    rules.add(new Rule(which, new AtomicInteger(times), Optional.of(answer), true));
  }

  /** Does what such calls ask for, and breaks the connection before the answer. */
  public void loseAnswer(Predicate<Call> which, int times) {
    rules.add(new Rule(which, new AtomicInteger(times), Optional.empty(), false));
  }

  /** Breaks the connection before such calls are carried out. */
  public void loseCall(Predicate<Call> which, int times) {
    rules.add(new Rule(which, new AtomicInteger(times), Optional.empty(), true));
  }

  /** Does what the next such call asks for, and keeps its answer back. */
  public Held hold(Predicate<Call> which) {
    var held = new Held(which);
    holds.add(held);
    return held;
  }

  /** An answer that is kept back until it is let go. */
  public static final class Held {
    private final Predicate<Call> which;
    private final AtomicBoolean there = new AtomicBoolean();
    private final CountDownLatch end = new CountDownLatch(1);

    private Held(Predicate<Call> which) {
      this.which = which;
    }

    /** Whether such a call has come and waits for its answer. */
    public boolean isThere() {
      return there.get();
    }

    public void letGo() {
      end.countDown();
    }
  }

  /** Stands still where the call's answer is to be kept back. */
  void keepBack(Call call) {
    for (var held : holds) {
      if (held.which.test(call) && held.there.compareAndSet(false, true)) {
        try {
          held.end.await();
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** Nothing is kept back any more. */
  void letGo() {
    holds.forEach(Held::letGo);
    holds.clear();
  }

  /** Forbids an action by its name. */
  public void forbid(String action) {
    forbidden.add(action);
  }

  public void allow(String action) {
    forbidden.remove(action);
  }

  /** All goes well again, and nothing was asked for. */
  public void forget() {
    letGo();
    rules.clear();
    forbidden.clear();
    calls.clear();
  }

  /** Everything that was asked for, oldest first. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /** How many such calls there were. */
  public long count(String method, String part) {
    return calls.stream().filter(calls(method, part)).count();
  }

  boolean isForbidden(String action) {
    return forbidden.contains(action);
  }

  Set<String> forbidden() {
    return Set.copyOf(forbidden);
  }

  void heard(Call call) {
    calls.add(call);
  }

  /** What a fault makes of a call: the first rule that takes it. */
  Optional<Fault> next(Call call) {
    return rules.stream()
        .filter(it -> it.takes(call))
        .findFirst()
        .map(it -> new Fault(it.before(), it.answer()));
  }

  record Fault(boolean before, Optional<Answer> answer) {}

  /** 429 as Azure says it. */
  public static Answer tooMany(int seconds) {
    return new Answer(
        429,
        Map.of("Retry-After", Integer.toString(seconds)),
        Answer.error(429, "TooManyRequests", "Too many requests.").body());
  }
}
