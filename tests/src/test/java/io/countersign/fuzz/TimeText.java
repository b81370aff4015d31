package io.countersign.fuzz;

import static io.countersign.fuzz.CommandText.require;

import io.countersign.runbook.TimeReading;
import io.countersign.runbook.Times;

/** A time in words is a past moment, several of them, or none. */
public final class TimeText {
  private TimeText() {}

  public static void fuzzerTestOneInput(byte[] data) {
    var clock = Words.clock(data);
    switch (Times.read(Words.text(data), clock)) {
      case TimeReading.Clear(var moment, _) -> {
        require(!moment.isAfter(clock.now()), "a moment to come is clear: " + moment);
        require(Times.shown(moment, clock).contains("UTC"), "it is not shown");
      }
      case TimeReading.Ambiguous(var candidates, var why) -> {
        require(!candidates.isEmpty() && !why.isBlank(), "nothing can be asked");
        require(candidates.stream().noneMatch(clock.now()::isBefore), "one is to come");
      }
      case TimeReading.InFuture(var moment, _) ->
          require(moment.isAfter(clock.now()), "it has been: " + moment);
      case TimeReading.Nonexistent _, TimeReading.NotATime _ -> {}
    }
  }
}
