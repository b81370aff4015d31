package io.countersign.slack;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Reads that people who come together share: one at a time per key, and an answer is good for a
 * short while. Bad answers are shared only by those who waited for them.
 */
final class Shared<K, V> {
  private final Function<K, V> read;
  private final Predicate<V> good;
  private final Duration fresh;
  private final InstantSource clock;
  private final Map<K, Entry<V>> entries = new HashMap<>();

  /**
   * @param age how long ago the answer was asked for
   */
  record Aged<V>(V value, Duration age) {}

  private record Entry<V>(Instant askedAt, CompletableFuture<V> answer) {}

  Shared(Function<K, V> read, Predicate<V> good, Duration fresh, InstantSource clock) {
    this.read = read;
    this.good = good;
    this.fresh = fresh;
    this.clock = clock;
  }

  Aged<V> get(K key) {
    var mine = new Entry<V>(clock.instant(), new CompletableFuture<>());
    var used = take(key, mine);
    if (used.equals(mine)) {
      fill(key, mine);
    }
    try {
      var value = used.answer().join();
      return new Aged<>(value, Duration.between(used.askedAt(), clock.instant()));
    } catch (CompletionException failed) {
      throw new IllegalStateException("the shared read failed", failed.getCause());
    }
  }

  private synchronized Entry<V> take(K key, Entry<V> mine) {
    var there = entries.get(key);
    if (there != null && Duration.between(there.askedAt(), mine.askedAt()).compareTo(fresh) <= 0) {
      return there;
    }
    entries.values().removeIf(it -> old(it, mine.askedAt()));
    entries.put(key, mine);
    return mine;
  }

  private boolean old(Entry<V> entry, Instant now) {
    return Duration.between(entry.askedAt(), now).compareTo(fresh) > 0;
  }

  private void fill(K key, Entry<V> mine) {
    try {
      var value = read.apply(key);
      if (!good.test(value)) {
        forget(key, mine);
      }
      mine.answer().complete(value);
    } catch (RuntimeException bug) {
      forget(key, mine);
      mine.answer().completeExceptionally(bug);
    }
  }

  private synchronized void forget(K key, Entry<V> mine) {
    entries.remove(key, mine);
  }
}
