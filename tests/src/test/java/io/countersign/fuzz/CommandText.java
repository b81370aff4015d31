package io.countersign.fuzz;

import io.countersign.runbook.Arguments;
import io.countersign.runbook.Arguments.Parsed;
import io.countersign.runbook.Arguments.Said;
import io.countersign.runbook.Understood;
import java.util.Map;
import java.util.TreeMap;

/** What follows a command is read or complained about, and what is written again means the same. */
public final class CommandText {
  private CommandText() {}

  public static void fuzzerTestOneInput(byte[] data) {
    var clock = Words.clock(data);
    switch (Arguments.parse(Words.RUNBOOK, Words.text(data), clock)) {
      case Parsed.Read(var values) -> requireSame(values, data);
      case Parsed.Incomplete it -> require(!it.problems().isEmpty(), "nothing is said");
      case Parsed.Misread it -> {
        require(!it.problems().isEmpty(), "nothing is said");
        for (var instead : it.instead()) {
          require(
              !(Arguments.parse(Words.RUNBOOK, instead.text(), clock) instanceof Parsed.Misread),
              "what is offered instead is misread: " + instead);
        }
      }
    }
  }

  private static void requireSame(Map<String, Said> values, byte[] data) {
    var text = Understood.written(values);
    if (text.length() > Arguments.LONGEST) {
      return;
    }
    var again = Arguments.parse(Words.RUNBOOK, text, Words.clock(data));
    require(
        again instanceof Parsed.Read(var other) && plain(other).equals(plain(values)),
        values + " is written as " + text + " and read as " + again);
  }

  /** Without the words in which a moment was said. */
  private static Map<String, Object> plain(Map<String, Said> values) {
    var plain = new TreeMap<String, Object>();
    values.forEach(
        (name, said) ->
            plain.put(
                name,
                switch (said) {
                  case Said.Time(var reading) -> reading.moment();
                  case Said.TimeToAsk(var reading, _) -> reading.candidates();
                  case Said.Is it -> it;
                  case Said.Tenant it -> it;
                }));
    return plain;
  }

  static void require(boolean holds, String why) {
    if (!holds) {
      throw new AssertionError(why);
    }
  }
}
