package io.countersign.thread;

import io.countersign.runbook.Arguments;
import io.countersign.runbook.Lint;
import io.countersign.runbook.Near;
import io.countersign.runbook.Runbook;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Which runbooks there are, and how each is typed. */
public final class RunbookLines {
  private static final String CALM = " You see a plan first; nothing starts by itself.";

  private RunbookLines() {}

  /** In the order in which they are listed: those that people start first. */
  public static List<Runbook> sorted(Collection<Runbook> runbooks) {
    return runbooks.stream()
        .sorted(Comparator.comparing((Runbook it) -> !it.typeable()).thenComparing(Runbook::name))
        .toList();
  }

  public static List<Line> all(Collection<Runbook> runbooks) {
    if (runbooks.isEmpty()) {
      return List.of(Line.of("There is no runbook here, so nothing can be started."));
    }
    var lines = new ArrayList<Line>();
    lines.add(Line.strong("These runbooks are here.").text(CALM));
    sorted(runbooks).forEach(it -> lines.add(one(it)));
    lines.add(
        Line.of("More about one: ")
            .code(Lint.ANY_RUNBOOK + " help " + sorted(runbooks).getFirst().name()));
    return lines;
  }

  private static Line one(Runbook runbook) {
    var line =
        Line.EMPTY
            .code(runbook.name())
            .text(" " + runbook.title() + ", for " + runbook.requester().name() + "s. ");
    return runbook.typeable()
        ? line.text("Type: ").code(Arguments.example(runbook))
        : line.text(onlyPlanned());
  }

  /** Why nobody can start a runbook by a command. */
  public static Line notTyped(Runbook runbook) {
    return Line.of(
        runbook.name() + " cannot be asked for. " + onlyPlanned() + " Nothing was started.");
  }

  private static String onlyPlanned() {
    return "It takes a database, which nobody can type: another runbook plans it.";
  }

  /** How one is typed, with every parameter. */
  public static List<Line> usage(Runbook runbook) {
    if (!runbook.typeable()) {
      return List.of(notTyped(runbook));
    }
    var lines = new ArrayList<Line>();
    lines.add(
        Line.of(runbook.title() + ". Type: ").code(Arguments.example(runbook)).text("." + CALM));
    runbook
        .parameters()
        .forEach(
            it ->
                lines.add(
                    Line.EMPTY
                        .code(it.name())
                        .text(it.help().isBlank() ? "" : ": " + it.help())
                        .text(
                            it.choices().isEmpty()
                                ? ""
                                : " (" + String.join(" or ", it.choices()) + ")")));
    lines.add(
        Line.of("Without anything behind it, ")
            .code(Arguments.command(runbook))
            .text(" opens a form."));
    return lines;
  }

  /** No runbook is called so. */
  public static List<Line> unknown(String name, Collection<Runbook> runbooks) {
    var names = runbooks.stream().map(Runbook::name).toList();
    return List.of(
        Line.of("Nothing was started. No runbook here is called " + name + "."),
        Line.of(Near.hint(name, names)));
  }
}
