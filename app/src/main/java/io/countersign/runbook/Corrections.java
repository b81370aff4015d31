package io.countersign.runbook;

import io.countersign.runbook.Arguments.Instead;
import io.countersign.runbook.Arguments.Parsed;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What somebody probably meant to type: the same text with one word put right. Only texts are
 * offered in which nothing is misread any more.
 */
final class Corrections {
  private static final int MOST = 3;

  /** Each is read anew, so there is a limit. */
  private static final int MOST_TRIES = 60;

  private final Runbook runbook;
  private final Clockwork clock;

  Corrections(Runbook runbook, Clockwork clock) {
    this.runbook = runbook;
    this.clock = clock;
  }

  List<Instead> of(String text) {
    var words = Words.of(text).stream().map(Words.Word::raw).toList();
    var found = new ArrayList<Instead>();
    int tries = 0;
    for (int i = 0; i < words.size() && !words.get(i).equalsIgnoreCase("because"); i++) {
      for (var replacement : replacements(words.get(i))) {
        if (found.size() == MOST || ++tries > MOST_TRIES) {
          return found;
        }
        var other = new ArrayList<>(words);
        other.set(i, replacement);
        read(String.join(" ", other), found);
      }
    }
    return found;
  }

  private void read(String text, List<Instead> found) {
    var values =
        switch (Arguments.read(runbook, text, clock)) {
          case Parsed.Read it -> it.values();
          case Parsed.Incomplete it -> it.values();
          case Parsed.Misread _ -> null;
        };
    if (values != null) {
      found.add(new Instead(text, Understood.written(values)));
    }
  }

  /** The word with its name, its choice or both put right. */
  private Set<String> replacements(String word) {
    int equals = word.indexOf('=');
    var name = equals < 0 ? word : word.substring(0, equals);
    var rest = equals < 0 ? "" : word.substring(equals + 1);
    var others = new LinkedHashSet<String>();
    for (var near : Near.names(name, names())) {
      others.add(equals < 0 ? near : near + "=" + rest);
      choices(near, rest).forEach(it -> others.add(near + "=" + it));
    }
    if (equals < 0) {
      names().forEach(it -> others.addAll(choices(it, word)));
    } else {
      choices(name, rest).forEach(it -> others.add(name + "=" + it));
    }
    others.remove(word);
    return others;
  }

  private List<String> names() {
    return runbook.parameters().stream().map(Parameter::name).toList();
  }

  private List<String> choices(String name, String said) {
    return runbook
        .parameter(name)
        .filter(it -> it.type() == ValueType.CHOICE)
        .map(it -> Near.names(said, it.choices()))
        .orElse(List.of());
  }
}
