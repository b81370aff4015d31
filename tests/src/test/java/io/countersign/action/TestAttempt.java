package io.countersign.action;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.postgres.OneServer;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attempt of run 7k2m9qxd on acme, driven by a test. */
public final class TestAttempt<I extends Record> implements Attempt<I> {
  private final Visit<I> visit;
  private final Intent intent;
  private final @Nullable String memo;
  private final Stop stop = new Stop();

  public TestAttempt(Visit<I> visit, Intent intent, @Nullable String memo) {
    this.visit = visit;
    this.intent = intent;
    this.memo = memo;
  }

  public static <I extends Record> Visit<I> visit(I inputs, String step, int attempt) {
    var now = Instant.now();
    return new Visit<>(
        inputs,
        new RunId("7k2m9qxd"),
        step,
        attempt,
        OneServer.ACME,
        new Person("T1", "U1"),
        "bad migration",
        now,
        now,
        now);
  }

  /** Looks, then acts, as the engine does. */
  public static <I extends Record, O extends Record> Outcome<O> once(
      Action<I, O> action, I inputs, String step) throws ActionFailed {
    var attempt = begun(action, inputs, step);
    return action.act(attempt);
  }

  /** An attempt whose intent is committed and which has not acted. */
  public static <I extends Record, O extends Record> TestAttempt<I> begun(
      Action<I, O> action, I inputs, String step) throws ActionFailed {
    var visit = visit(inputs, step, 1);
    return new TestAttempt<>(visit, action.intent(visit), null);
  }

  @Override
  public Visit<I> visit() {
    return visit;
  }

  @Override
  public Intent intent() {
    return intent;
  }

  @Override
  public Optional<String> memo() {
    return Optional.ofNullable(memo);
  }

  @Override
  public void progress(long done, long total, Unit unit, String also) {}

  @Override
  public Stop stop() {
    return stop;
  }

  @Override
  public void fence() {
    stop.check();
  }
}
