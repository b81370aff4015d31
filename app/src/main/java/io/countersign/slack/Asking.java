package io.countersign.slack;

import io.countersign.estate.Backup;
import io.countersign.estate.Tenant;
import io.countersign.run.Desk;
import io.countersign.run.TenantIndex;
import io.countersign.runbook.Arguments.Said;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.ValueType;
import io.countersign.thread.Line;
import io.countersign.thread.RunbookLines;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the form for a runbook and reads what comes back. Starts nothing. */
final class Asking {
  private static final Logger log = LoggerFactory.getLogger(Asking.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Map<String, Runbook> runbooks = new LinkedHashMap<>();
  private final Desk desk;
  private final TenantIndex tenants;
  private final SlackApi slack;
  private final Rooms rooms;
  private final Holders holders;
  private final Zones zones;
  private final Whisper whisper;
  private final InstantSource now;

  /**
   * @param now the database's clock
   */
  Asking(
      Collection<Runbook> runbooks,
      Desk desk,
      TenantIndex tenants,
      SlackApi slack,
      Rooms rooms,
      Holders holders,
      Zones zones,
      Whisper whisper,
      InstantSource now) {
    runbooks.forEach(it -> this.runbooks.put(it.name(), it));
    this.desk = desk;
    this.tenants = tenants;
    this.slack = slack;
    this.rooms = rooms;
    this.holders = holders;
    this.zones = zones;
    this.whisper = whisper;
    this.now = now;
  }

  /**
   * What is asked of a person.
   *
   * @param values what was said before
   * @param about what stands above the fields, such as what was wrong
   */
  record Question(Runbook runbook, Map<String, Said> values, List<Line> about) {
    Question {
      values = Map.copyOf(values);
      about = List.copyOf(about);
    }
  }

  /** A view first, because a trigger is good for three seconds only; then what takes longer. */
  void open(Inbound to, String trigger, Question question) {
    var opened = slack.openView(trigger, Modals.loading());
    if (opened.got().isEmpty()) {
      notOpened(to, question, opened.trouble());
      return;
    }
    var against = against(to, question.runbook());
    var view =
        against.isPresent()
            ? Modals.show("Nothing was started", List.of(against.get()), List.of())
            : form(to, question);
    var filled = slack.updateView(opened.got().get(), view);
    if (filled.got().isEmpty()) {
      log.warn("a form could not be shown: {}", filled.trouble());
    }
  }

  private void notOpened(Inbound to, Question question, String trouble) {
    var lines = new ArrayList<>(question.about());
    lines.add(Line.of("Slack did not let me open a form in time (" + trouble + ")."));
    lines.addAll(RunbookLines.usage(question.runbook()));
    whisper.say(to, lines, List.of(Commands.formButton(question)));
  }

  private Optional<Line> against(Inbound to, Runbook runbook) {
    return rooms
        .against(to.channel())
        .map(Line::of)
        .or(() -> desk.against(to.who(), runbook.name()).map(holders::refusal));
  }

  private String form(Inbound to, Question question) {
    var runbook = question.runbook();
    boolean offered = tenants.await(runbook.estates(), PATIENCE);
    var lead = new ArrayList<Line>();
    lead.add(
        Line.strong(runbook.title() + ".")
            .text(" You see a plan first; nothing starts by itself."));
    lead.addAll(question.about());
    var tenant =
        AskReader.tenant(question.values()).flatMap(it -> tenants.known(runbook.estates(), it));
    var zone = zones.of(to.who());
    tenant
        .flatMap(
            it ->
                tenants
                    .earliest(it.server())
                    .map(at -> AskReader.window(it.server().name(), at, zone)))
        .filter(_ -> runbook.parameter("to").isPresent())
        .ifPresent(it -> lead.add(Line.of(it)));
    if (!offered) {
      lead.add(
          Line.of(
              "I cannot read the tenants of "
                  + String.join(", ", runbook.estates())
                  + " at the moment, so I cannot offer them: write the name."));
    } else if (tenant.isEmpty()) {
      AskReader.tenant(question.values()).ifPresent(it -> lead.add(unknown(it, runbook)));
    }
    return AskForm.draw(
        new AskForm.Shape(
            runbook,
            to.channel(),
            zone,
            question.values(),
            lead,
            tenant,
            offered,
            backups(runbook, tenant, lead),
            now.instant()));
  }

  /** Those of the tenant, and what they all lack, above the fields. */
  private List<Backup> backups(Runbook runbook, Optional<Tenant> tenant, List<Line> lead) {
    boolean asks = runbook.parameters().stream().anyMatch(it -> it.type() == ValueType.BACKUP);
    if (!asks || tenant.isEmpty()) {
      return List.of();
    }
    var backups = desk.backups(tenant.get().ref(), AskForm.BACKUPS);
    lead.add(
        Line.of(
            backups.isEmpty()
                ? "There is no backup of "
                    + tenant.get().ref().slug()
                    + " in the catalogue: /tenant-backup takes one."
                : "Only verified backups in their time can be restored; the job queues are in none"
                    + " of them."));
    return backups;
  }

  private Line unknown(String name, Runbook runbook) {
    var near = tenants.like(runbook.estates(), name, 3).stream().map(Suggestions::value).toList();
    return Line.of(
        "I know no tenant "
            + name
            + " here, or several. "
            + (near.isEmpty()
                ? "Choose one below."
                : "Did you mean " + String.join(" or ", near) + "? Choose it below."));
  }

  Optional<Runbook> runbook(String name) {
    return Optional.ofNullable(runbooks.get(name));
  }

  Collection<Runbook> runbooks() {
    return List.copyOf(runbooks.values());
  }

  /** The name of the parameter in which a runbook takes its tenant. */
  static Optional<String> tenantParameter(Runbook runbook) {
    return runbook.parameters().stream()
        .filter(it -> it.type() == ValueType.TENANT)
        .map(Parameter::name)
        .findFirst();
  }
}
