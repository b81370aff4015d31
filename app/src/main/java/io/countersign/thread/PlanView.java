package io.countersign.thread;

import io.countersign.Role;
import io.countersign.run.Draft;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Input;
import io.countersign.runbook.Readings;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A plan as its requester sees it before anything happens.
 *
 * @param statements per step: what it is, and its exact statements
 */
public record PlanView(String draft, List<Line> lines, List<Statements> statements) {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("EEE d MMM HH:mm:ss", Locale.ENGLISH);

  private static final Duration WORTH_TELLING = Duration.ofSeconds(10);

  public PlanView {
    lines = List.copyOf(lines);
    statements = List.copyOf(statements);
  }

  /** One step's statements in order. */
  public record Statements(String heading, List<String> exact) {
    public Statements {
      exact = List.copyOf(exact);
    }

    /** The heading, and the statements under it. */
    public String text() {
      return heading + "\n" + (exact.isEmpty() ? "(no statement)" : String.join("\n", exact));
    }
  }

  /**
   * @param zone the requester's
   * @param now the database's clock
   */
  public static PlanView of(Draft draft, Runbook runbook, ZoneId zone, Instant now) {
    return of(draft, runbook, zone, now, countersigners(draft));
  }

  /** A plan made from the runbook alone, for which nobody was looked up. */
  public static PlanView unasked(Draft draft, Runbook runbook, ZoneId zone, Instant now) {
    var gated = draft.steps().stream().anyMatch(Draft.PlannedStep::gated);
    return of(
        draft,
        runbook,
        zone,
        now,
        gated
            ? Line.of("Who can countersign is looked up when the run is asked for.")
            : countersigners(draft));
  }

  private static PlanView of(
      Draft draft, Runbook runbook, ZoneId zone, Instant now, Line countersigners) {
    var lines = new ArrayList<Line>();
    lines.add(Line.EMPTY.bold(question(draft.spec(), now)).text(" Nothing has happened yet."));
    lines.addAll(readings(draft.spec().parameters(), zone, now));
    var usual = Usual.of(draft.past(), draft.spec().tenant().slug());
    frozen(draft, usual).ifPresent(lines::add);
    if (goesBack(runbook)) {
      lines.add(
          Line.of(
              "What it has written since then goes; it stays in the database that is live now,"
                  + " which is kept, closed."));
    }
    lines.add(steps(draft, runbook, usual));
    lines.add(countersigners);
    if (!draft.spec().reason().isBlank()) {
      lines.add(Line.of("Why, as the channel will show it: \"" + draft.spec().reason() + "\""));
    }
    return new PlanView(draft.id(), lines, statements(draft, runbook));
  }

  private static boolean goesBack(Runbook runbook) {
    return runbook.steps().stream()
        .flatMap(it -> it.with().values().stream())
        .anyMatch(new Input.OfContext("tenant.kept")::equals);
  }

  private static Line question(RunSpec spec, Instant now) {
    var tenant = spec.tenant().slug();
    return spec.runbook().endsWith("restore")
            && spec.parameters().get("to") instanceof Value.Moment(var to)
        ? Line.of("Restore " + tenant + " to ").line(Texts.moment(to, now)).text("?")
        : spec.pinned().get("tenant.kept") instanceof Value.OfDatabase(var kept)
            ? back(spec, tenant, kept.name(), now)
            : Line.of(spec.title() + ": " + tenant + "?");
  }

  private static Line back(RunSpec spec, String tenant, String kept, Instant now) {
    var line = Line.of("Roll " + tenant + " back to " + kept);
    return spec.pinned().get("tenant.kept-since") instanceof Value.Moment(var since)
        ? line.text(", which was live until ").line(Texts.moment(since, now)).text("?")
        : line.text("?");
  }

  /** Each moment in the requester's zone and in UTC, so that a misread one is seen. */
  public static List<Line> readings(Map<String, Value> parameters, ZoneId zone, Instant now) {
    var lines = new ArrayList<Line>();
    new TreeMap<>(parameters)
        .forEach(
            (name, value) -> {
              if (value instanceof Value.OfBackup(var backup) && !backup.unresolved()) {
                backup
                    .at()
                    .ifPresent(
                        at ->
                            lines.add(
                                Line.of(
                                    "I take the backup "
                                        + backup.id()
                                        + ", which is verified: "
                                        + inZones(at, zone)
                                        + ", "
                                        + Texts.duration(Duration.between(at, now))
                                        + " ago. The job queues are not in it.")));
              }
              if (value instanceof Value.Moment(var at)) {
                lines.add(
                    Line.of(
                        "I read \""
                            + name
                            + "\" as "
                            + inZones(at, zone)
                            + ", "
                            + Texts.duration(Duration.between(at, now))
                            + " ago."));
              }
            });
    return lines;
  }

  private static String inZones(Instant at, ZoneId zone) {
    return CLOCK.format(at.atZone(zone))
        + (zone.getId().equals("UTC")
            ? ""
            : " " + zone.getId() + " = " + CLOCK.format(at.atZone(ZoneOffset.UTC)))
        + " UTC";
  }

  /** Only where the run freezes its tenant. How long people take to countersign nobody knows. */
  private static Optional<Line> frozen(Draft draft, Usual usual) {
    var frozen =
        draft.steps().stream()
            .dropWhile(it -> !it.action().equals("tenant.freeze"))
            .map(Draft.PlannedStep::id)
            .toList();
    if (frozen.isEmpty()) {
      return Optional.empty();
    }
    var line =
        Line.of(
            draft.spec().tenant().slug() + " is read-only from the freeze until the run has ended");
    return Optional.of(
        usual
            .together(frozen.stream())
            .map(
                it ->
                    line.text(
                        ": about "
                            + Texts.duration(it.usual())
                            + " ("
                            + it.told()
                            + "), and as long as people take to countersign."))
            .orElseGet(() -> line.text(".")));
  }

  private static Line steps(Draft draft, Runbook runbook, Usual usual) {
    var line = Line.EMPTY;
    int number = 0;
    for (var step : draft.steps()) {
      if (step.gated()) {
        line = glued(line).text(++number + " ").bold(gate(runbook, step.id()));
      }
      line =
          glued(line)
              .text(
                  ++number
                      + " "
                      + phrase(runbook, draft, step)
                      + usual.of(step.id()).map(PlanView::about).orElse(""));
    }
    return line;
  }

  /** {@code , about 65 min}; what takes no time is not worth reading about. */
  private static String about(Usual.Range range) {
    return range.usual().compareTo(WORTH_TELLING) < 0
        ? ""
        : ", about " + Texts.duration(range.usual());
  }

  /** Short, as the thread will call it; the exact statements are one button away. */
  private static String phrase(Runbook runbook, Draft draft, Draft.PlannedStep step) {
    return runbook
        .step(step.id())
        .map(it -> Texts.phrase(it, draft.spec().tenant().slug()).toDo() + only(draft, it))
        .orElse(Texts.clause(step.sentence()));
  }

  /** Where nothing was looked up, the word on which it depends whether the step is this run's. */
  private static String only(Draft draft, Step step) {
    return step.when()
        .filter(Step.When::ofContext)
        .filter(it -> !draft.spec().pinned().containsKey(it.parameter()))
        .map(it -> " (" + it.value() + ")")
        .orElse("");
  }

  private static Line glued(Line line) {
    return line.isEmpty() ? line : line.text(" · ");
  }

  private static Line gate(Runbook runbook, String step) {
    return runbook
        .step(step)
        .flatMap(it -> it.gate())
        .map(PlanView::gate)
        .orElse(Line.of("somebody else countersigns"));
  }

  private static Line gate(Gate gate) {
    var roles = gate.from().stream().map(Role::name).collect(Collectors.joining(" and "));
    return Line.of(
        gate.approvals() == 1
            ? "a second " + roles + " countersigns"
            : gate.approvals()
                + " others countersign: "
                + (gate.from().size() == 1 ? roles : "one each of " + roles));
  }

  private static Line countersigners(Draft draft) {
    if (draft.canCountersign().isEmpty()) {
      return Line.of("No step needs a countersignature.");
    }
    return Line.of(
            draft.canCountersign().size() == 1
                ? "One person can countersign: "
                : "Who can countersign: ")
        .people(draft.canCountersign())
        .text(".");
  }

  /** Numbered as {@link #steps} numbers them. */
  private static List<Statements> statements(Draft draft, Runbook runbook) {
    var all = new ArrayList<Statements>();
    for (var step : draft.steps()) {
      if (step.gated()) {
        all.add(
            new Statements(
                (all.size() + 1) + " gate: " + gate(runbook, step.id()).plain(),
                runbook.step(step.id()).flatMap(Step::gate).map(PlanView::limits).stream()
                    .toList()));
      }
      all.add(statements(Integer.toString(all.size() + 1), step));
    }
    return all;
  }

  /**
   * What one step does, exactly.
   *
   * @param number what it is called by in a list
   */
  public static Statements statements(String number, Draft.PlannedStep step) {
    return new Statements(
        number + " " + step.id() + " (" + step.action() + "): " + Texts.clause(step.sentence()),
        step.statements());
  }

  private static String limits(Gate gate) {
    return "open for %s, then %s; an approval is good for %s"
        .formatted(
            Readings.written(gate.expires()),
            switch (gate.then()) {
              case ABORT -> "everything is put back";
              case HOLD -> "it goes on waiting";
            },
            Readings.written(gate.validFor()));
  }
}
