package io.countersign.cli;

import io.countersign.estate.Estate;
import io.countersign.estate.TenantRef;
import io.countersign.run.Plans;
import io.countersign.runbook.Arguments;
import io.countersign.runbook.Clockwork;
import io.countersign.runbook.Near;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Understood;
import io.countersign.runbook.ValueType;
import io.countersign.server.Authored;
import io.countersign.thread.Line;
import io.countersign.thread.PlanView;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Shows what a runbook would do, as Slack shows it before a start; needs no database or network.
 */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = {
      "Shows every step of a runbook with its exact statements, without connecting to anything.",
      "Exits 0 with the plan, 1 where words or files are not right, 2 on misuse."
    })
final class PlanCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "RUNBOOK",
      description = "its name or its command, such as tenant-restore")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARG",
      description = "what would be typed after the command, such as acme to 14:30")
  private List<String> words = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Map<String, String> environment;
  private final InstantSource clock;

  PlanCommand() {
    this(System.getenv(), InstantSource.system());
  }

  PlanCommand(Map<String, String> environment, InstantSource clock) {
    this.environment = Map.copyOf(environment);
    this.clock = clock;
  }

  @Override
  public Integer call() {
    try {
      var authored = Authored.all(Authored.Where.of(environment));
      var err = err();
      if (!authored.complaints().isEmpty()) {
        authored.complaints().forEach(err::println);
        return 1;
      }
      var runbook = find(authored);
      if (runbook.isEmpty()) {
        err.println(
            "There is no runbook " + name + ". " + Near.hint(name, authored.runbooks().keySet()));
        return 2;
      }
      return plan(runbook.get(), authored);
    } catch (Authored.NotThere | UncheckedIOException unreadable) {
      err().println(unreadable.getMessage());
      return 2;
    }
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private Optional<Runbook> find(Authored authored) {
    return authored.runbooks().values().stream()
        .filter(it -> it.name().equals(name) || it.command().equals(Optional.of(name)))
        .findFirst();
  }

  private int plan(Runbook runbook, Authored authored) {
    var home = authored.estates().get(runbook.estates().getFirst());
    if (home == null) {
      throw new IllegalStateException("lint has found the estates of " + runbook.name());
    }
    var now = new Clockwork(clock.instant(), home.zone());
    return switch (Arguments.parse(typed(runbook), String.join(" ", words), now)) {
      case Arguments.Parsed.Misread(_, var problems, _) -> said(problems);
      case Arguments.Parsed.Incomplete(_, var problems) -> said(problems);
      case Arguments.Parsed.Read(var values) ->
          switch (Understood.of(values)) {
            case Understood.AskBack back -> askedBack(back);
            case Understood.Clear clear -> planned(runbook, clear, authored, home);
          };
    };
  }

  /** What nobody can type is given by who starts the run, such as the schedule. */
  private static Runbook typed(Runbook runbook) {
    return new Runbook(
        runbook.name(),
        runbook.title(),
        runbook.estates(),
        runbook.command(),
        runbook.requester(),
        runbook.parameters().stream().filter(it -> it.type() != ValueType.DATABASE).toList(),
        runbook.steps(),
        runbook.onAbort(),
        runbook.source());
  }

  private int said(List<String> sentences) {
    sentences.forEach(err()::println);
    return 1;
  }

  private int askedBack(Understood.AskBack back) {
    var sentences = new ArrayList<>(back.sentences());
    back.reading()
        .candidates()
        .forEach(it -> sentences.add("  countersign plan " + name + " " + back.again(it)));
    return said(sentences);
  }

  private int planned(Runbook runbook, Understood.Clear clear, Authored authored, Estate home) {
    int slash = clear.tenant().indexOf('/');
    var estate =
        slash < 0
            ? Optional.of(home)
            : estate(clear.tenant().substring(0, slash), runbook, authored);
    if (clear.tenant().isEmpty() || estate.isEmpty()) {
      return said(
          List.of(
              estate.isEmpty()
                  ? runbook.name()
                      + " is for the estates "
                      + String.join(", ", runbook.estates())
                      + ", not for "
                      + clear.tenant().substring(0, slash)
                      + "."
                  : runbook.name()
                      + " has no parameter of type tenant, so nothing can be started by it."
                      + " Add tenant: { type: tenant } under parameters."));
    }
    show(
        runbook,
        clear,
        estate.get(),
        new TenantRef(estate.get().name(), clear.tenant().substring(slash + 1)));
    return 0;
  }

  private static Optional<Estate> estate(String wanted, Runbook runbook, Authored authored) {
    return runbook.estates().contains(wanted)
        ? Optional.ofNullable(authored.estates().get(wanted))
        : Optional.empty();
  }

  private void show(Runbook runbook, Understood.Clear clear, Estate estate, TenantRef tenant) {
    var now = clock.instant();
    var actions = Authored.actions(estate);
    var run = Plans.unasked(runbook, tenant, clear.parameters(), now);
    var view = PlanView.unasked(Plans.draft(runbook, run, actions), runbook, estate.zone(), now);
    var out = spec.commandLine().getOut();
    view.lines().stream().map(Line::plain).forEach(out::println);
    out.println(
        "Nothing was looked up: what stands in < > is known when the run is asked for or when its"
            + " step begins.");
    view.statements().forEach(it -> print(out, it));
    var back = Plans.steps(runbook.onAbort(), run, actions);
    if (!back.isEmpty()) {
      out.println();
      out.println(
          "Where it fails, is cancelled, denied or expires before its first destructive step, as"
              + " far as there is something to put back:");
      back.forEach(it -> print(out, PlanView.statements("-", it)));
    }
  }

  private static void print(PrintWriter out, PlanView.Statements step) {
    out.println();
    out.println(step.heading());
    step.exact().forEach(it -> out.println(it.indent(4).stripTrailing()));
  }
}
