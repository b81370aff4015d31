package io.countersign.fuzz;

import static io.countersign.fuzz.CommandText.require;

import io.countersign.runbook.Arguments;
import io.countersign.runbook.FilledIn;
import io.countersign.runbook.Understood;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A form's fields, one a line, {@code name value}: each problem stands at a field of the form. */
public final class FormFields {
  private static final Set<String> FIELDS =
      FilledIn.asked(Words.RUNBOOK).stream()
          .flatMap(
              it ->
                  Stream.of(
                      it.name(),
                      FilledIn.date(it.name()),
                      FilledIn.time(it.name()),
                      FilledIn.seconds(it.name())))
          .collect(Collectors.toSet());

  private FormFields() {}

  public static void fuzzerTestOneInput(byte[] data) {
    var entered = new HashMap<String, String>();
    for (var line : List.of(Words.text(data).split("\n"))) {
      int space = line.indexOf(' ');
      if (space > 0) {
        entered.put(line.substring(0, space), line.substring(space + 1));
      }
    }
    var clock = Words.clock(data);
    switch (FilledIn.read(Words.RUNBOOK, entered, clock)) {
      case FilledIn.Read.Good(var values) -> {
        var text = Understood.written(values);
        require(
            text.length() > Arguments.LONGEST
                || Arguments.parse(Words.RUNBOOK, text, clock) instanceof Arguments.Parsed.Read,
            "a form that is right is misread when typed: " + text);
      }
      case FilledIn.Read.Bad(var problems) ->
          require(FIELDS.containsAll(problems.keySet()), "no such field: " + problems);
    }
  }
}
