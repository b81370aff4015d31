package io.countersign.sandbox.azure;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** What goes wrong on purpose, and what was asked for. */
public final class Faults {
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
  private final List<Call> calls = new CopyOnWriteArrayList<>();

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

  /** Forbids an action by its name. */
  public void forbid(String action) {
    forbidden.add(action);
  }

  public void allow(String action) {
    forbidden.remove(action);
  }

  /** All goes well again, and nothing was asked for. */
  public void forget() {
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
