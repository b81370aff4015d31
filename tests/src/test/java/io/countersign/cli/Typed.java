package io.countersign.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine;

/** A command that was typed, and what came of it. */
record Typed(int exit, String out, String err) {
  /** Where this repository's own files lie, seen from the tests. */
  static final Map<String, String> SHIPPED =
      Map.of("COUNTERSIGN_RUNBOOKS", "../runbooks", "COUNTERSIGN_ESTATES", "../manifest/estates");

  static Typed run(Object command, String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exit =
        new CommandLine(command)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words);
    return new Typed(exit, out.toString(), err.toString());
  }

  static Map<String, String> shippedBut(String name, String value) {
    var changed = new HashMap<>(SHIPPED);
    changed.put(name, value);
    return changed;
  }
}
