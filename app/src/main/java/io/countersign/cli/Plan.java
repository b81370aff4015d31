package io.countersign.cli;

import io.countersign.run.Blueprint;
import io.countersign.run.Draft;
import io.countersign.runbook.Arguments;
import io.countersign.runbook.Clockwork;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Near;
import io.countersign.runbook.Readings;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The whole plan of a run, with every statement, as Slack would show it. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description =
        "Prints what a run would do, step by step, with its exact statements. Connects nowhere:"
            + " what the registry and the servers say stands as <tenant.database>, and what earlier"
            + " steps make as <server of step pitr>. Exit code 0: printed, 1: not understood.",
    footer = {"", "For example:", "  countersign plan tenant-restore acme to 14:30"})
final class Plan implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "RUNBOOK", description = "its name")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARG",
      description = "as after the command in Slack")
  private List<String> words = List.of();

  @Option(
      names = "--runbooks",
      paramLabel = "FOLDER",
      description = "the folder of runbooks; else COUNTERSIGN_RUNBOOKS, else runbooks")
  private Optional<String> runbooks = Optional.empty();

  @Option(
      names = "--estates",
      paramLabel = "FOLDER",
      description = "the folder of estates; else COUNTERSIGN_ESTATES, else manifest/estates")
  private Optional<String> estates = Optional.empty();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    var read = Desktop.read(runbooks, estates);
    if (!read.problems().isEmpty()) {
      return finding(read.problems());
    }
    var runbook = read.runbooks().get(name);
    if (runbook == null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no runbook "
              + name
              + ". "
              + Near.hint(name, List.copyOf(read.runbooks().keySet())));
    }
    var zone = ZoneId.systemDefault();
    var parsed =
        Arguments.parse(runbook, String.join(" ", words), new Clockwork(Instant.now(), zone));
    return switch (parsed) {
      case Arguments.Parsed.Misread(var problems) -> finding(problems);
      case Arguments.Parsed.Read(var said) -> {
        var asked = new ArrayList<String>();
        var parameters = parameters(runbook, said, asked);
        yield asked.isEmpty() ? print(read, runbook, parameters) : finding(asked);
      }
    };
  }

  private int finding(List<String> problems) {
    problems.forEach(spec.commandLine().getErr()::println);
    spec.commandLine().getErr().flush();
    return 1;
  }

  private static Map<String, Value> parameters(
      Runbook runbook, Map<String, Arguments.Said> said, List<String> asked) {
    var values = new TreeMap<String, Value>();
    runbook
        .parameters()
        .forEach(it -> it.preset().ifPresent(value -> values.put(it.name(), value)));
    said.forEach(
        (name, what) -> {
          switch (what) {
            case Arguments.Said.Is(var value) -> values.put(name, value);
            case Arguments.Said.Time(var reading) ->
                values.put(name, new Value.Moment(reading.moment()));
            case Arguments.Said.Tenant(var estate, var slug) ->
                values.put(name, new Value.Text(estate.map(it -> it + "/").orElse("") + slug));
            case Arguments.Said.TimeToAsk(var reading) ->
                asked.add(
                    "Which moment do you mean with \""
                        + name
                        + "\"? "
                        + reading.why()
                        + " "
                        + reading.candidates().stream()
                            .map(Instant::toString)
                            .collect(Collectors.joining(" or ")));
          }
        });
    return values;
  }

  private int print(Desktop.Read read, Runbook runbook, Map<String, Value> parameters) {
    var out = spec.commandLine().getOut();
    var estate = read.estates().get(runbook.estates().getFirst());
    out.println(runbook.title() + " (" + runbook.name() + ", " + runbook.digest().shown() + ")");
    parameters.forEach(
        (name, value) -> {
          if (!value.shown().isBlank()) {
            out.println("  " + name + " = " + value.shown());
          }
        });
    var pinned = Map.<String, Value>of();
    var actions = java.util.Objects.requireNonNull(estate).actions();
    int number = 0;
    for (var step : Blueprint.steps(runbook, actions, parameters, pinned)) {
      var gate = runbook.step(step.id()).flatMap(it -> it.gate());
      out.println();
      if (gate.isPresent()) {
        out.println(++number + "  " + countersigned(gate.get()));
        out.println();
      }
      print(out, ++number + "  " + step.id(), step);
    }
    var back = Blueprint.onAbort(runbook, actions, parameters, pinned);
    if (!back.isEmpty()) {
      out.println();
      out.println(
          "If it fails, is denied, expires or is cancelled before its destructive step has begun:");
      back.forEach(it -> print(out, "-  " + it.id(), it));
    }
    out.flush();
    return 0;
  }

  private static void print(PrintWriter out, String head, Draft.PlannedStep step) {
    out.println(head + " (" + step.action() + "): " + step.sentence());
    for (var statement : step.statements()) {
      statement.lines().forEach(it -> out.println("       " + it));
    }
  }

  private static String countersigned(Gate gate) {
    var roles = gate.from().stream().map(Object::toString).collect(Collectors.joining(" or "));
    return "STOPS until "
        + (gate.approvals() == 1 ? "a second " + roles : gate.approvals() + " others of " + roles)
        + (gate.approvals() == 1 ? " countersigns" : " countersign")
        + (gate.typed() ? ", typing the tenant's name" : "")
        + "; after "
        + Readings.written(gate.expires())
        + " without an answer it "
        + switch (gate.then()) {
          case ABORT -> "is put back";
          case HOLD -> "goes on waiting";
        };
  }
}
