package io.countersign.slack;

import static io.countersign.support.Samples.ACME;
import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.NOON;

import io.countersign.Digest;
import io.countersign.RunId;
import io.countersign.action.Intent;
import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.gate.GateRow;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.slack.MessageCases.Case;
import io.countersign.support.RestoreStory;
import io.countersign.support.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A backup that comes back, beside its tenant or in its place; and the sibling's end. */
final class BackupMessages {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final String COMMAND = "/tenant-restore-backup";
  private static final String SIBLING = "acme-restore-20261107125200";
  private static final DatabaseRef RESTORED =
      new DatabaseRef(Samples.SERVER, 24_871, "tenant_acme_restore_a1");

  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;

  private BackupMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  static void all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new BackupMessages(sheet, texts);
    sheet.part("A backup that comes back");
    drawing.plans();
    drawing.refusals();
    drawing.runs();
    drawing.cards();
  }

  static Backup backup(String id, Instant takenAt, boolean verified, Instant keptUntil) {
    return new Backup(
        id,
        new RunId("7k2m9qxd"),
        ACME,
        new DatabaseRef(Samples.SERVER, 16_503, "tenant_acme"),
        "medsuite/acme/" + id + ".dump",
        1_200_000_000L,
        Digest.of(id),
        15,
        takenAt,
        List.of(new Backup.TableRows("members", "member", 4_021)),
        keptUntil,
        verified ? Optional.of(takenAt.plusSeconds(60)) : Optional.empty());
  }

  private static void three(OnPaper world) {
    known(world);
    var later = NOON.plus(Duration.ofDays(29));
    world.backups.add(backup("3n8w5r0t-dump-1", NOON.minusSeconds(7_200), false, later));
    world.backups.add(backup("7k2m9qxd-dump-1", NOON.minus(Duration.ofHours(34)), true, later));
    world.backups.add(
        backup(
            "5c9a2b7e-dump-1",
            NOON.minus(Duration.ofDays(40)),
            true,
            NOON.minus(Duration.ofDays(10))));
  }

  /** One of them is from before the server's window. */
  static void older(OnPaper world) {
    three(world);
    world.backups.add(
        backup("2h4j6k8m-dump-1", NOON.minus(Duration.ofDays(25)), true, NOON.plusSeconds(86_400)));
  }

  private static void known(OnPaper world) {
    world.runbooks.put("tenant-restore-backup", MessageCases.shipped("tenant-restore-backup"));
  }

  private void plans() {
    typed(
        "a plan, of the newest that is verified",
        BackupMessages::three,
        "acme because the auditor asks");
    typed(
        "a plan, to become live",
        BackupMessages::three,
        "acme backup=7k2m9qxd-dump-1 then=point-live");
    typed("no backup is meant", BackupMessages::three, "acme backup=yesteryear");
    form("the form, with the backups that there are", BackupMessages::three);
    form("the form, without any", BackupMessages::known);
    typed("two moments may be meant", BackupMessages::three, "acme backup=\"2025-10-26 02:30\"");
  }

  private void refusals() {
    typed("there is none", BackupMessages::known, "acme");
    typed("there is none so old", BackupMessages::three, "acme backup=2026-01-01T00:00Z");
    typed("there is none of that id", BackupMessages::three, "acme backup=9z9z9z9z-dump-1");
    typed("it was never verified", BackupMessages::three, "acme backup=3n8w5r0t-dump-1");
    typed("its time is over", BackupMessages::three, "acme backup=5c9a2b7e-dump-1");
  }

  private void typed(String title, Consumer<OnPaper> world, String text) {
    sheet.answers(title, world, new Inbound.Typed(ALICE, "C0INCIDENT", COMMAND, text, "t"));
  }

  private void form(String title, Consumer<OnPaper> world) {
    sheet.answers(
        title,
        world,
        new Inbound.Clicked(
            ALICE,
            "C0INCIDENT",
            "1.2",
            "form.tenant-restore-backup",
            "tenant-restore-backup\ntenant=acme",
            "t"));
  }

  private static RunSpec restoring(String then) {
    return MessageCases.spec(
        MessageCases.shipped("tenant-restore-backup"),
        Map.of(
            "backup",
            new Value.OfBackup(
                new BackupRef("7k2m9qxd-dump-1", Optional.of(NOON.minus(Duration.ofHours(34))))),
            "then",
            new Value.Choice(then)),
        Map.of(),
        Optional.empty());
  }

  private static RunSpec removing() {
    return MessageCases.spec(
        MessageCases.shipped("tenant-drop-sibling"),
        Map.of(
            "database", new Value.OfDatabase(RESTORED),
            "sibling", new Value.Text(SIBLING),
            "secret", new Value.Text("tenant-db-acme-20261107125200-7k2m9qxd-1")),
        Map.of("schedule.again", new Value.Span(Duration.ofDays(14))),
        Optional.empty());
  }

  private void runs() {
    var beside = restoring("keep-beside");
    draw(MessageCases.of("beside, about to start", beside, new RestoreStory()));
    draw(planning(beside));
    draw(RunMessages.finished("beside, done", beside));
    draw(atGate());
    draw(RunMessages.finished("live, done", restoring("point-live")));
    draw(asked());
    draw(RunMessages.finished("the sibling is removed", removing()));
  }

  /** The last step alone. */
  private static Case planning(RunSpec beside) {
    var whole = MessageCases.shipped(beside.runbook());
    var last =
        new Runbook(
            whole.name(),
            whole.title(),
            whole.estates(),
            whole.command(),
            whole.requester(),
            whole.parameters(),
            whole.steps().stream().filter(it -> it.id().equals("expire")).toList(),
            List.of(),
            whole.source());
    var story =
        new RestoreStory()
            .begun()
            .add(
                new RunEvent.StepStarted(
                    "expire", 1, "drop.schedule", Risk.SAFE, Intent.NONE, Optional.empty()));
    return new Case(
        "beside, its removal is planned",
        MessageCases.as(beside, story.journal()),
        last,
        story.now());
  }

  private void draw(Case of) {
    RunMessages.draw(sheet, of, texts);
  }

  private static Case atGate() {
    var ref = new BackupRef("7k2m9qxd-dump-1", Optional.of(NOON.minus(Duration.ofHours(34))));
    var story =
        new RestoreStory()
            .begun()
            .done("check", "backup.check", SECOND, Map.of("backup", new Value.OfBackup(ref)), "")
            .done(
                "restore",
                "backup.restore",
                Duration.ofMinutes(9),
                Map.of("database", new Value.OfDatabase(RESTORED)),
                "")
            .done("freeze", "tenant.freeze", SECOND, Map.of(), "acme is read-only.")
            .done("settle", "tenant.settle", SECOND, Map.of(), "nobody writes any more.")
            .done("parity", "backup.compare", Duration.ofMinutes(2), compared(), "")
            .done("queues", "database.queues", SECOND, policy("discard"), "")
            .done("sequences", "database.sequences", SECOND, policy("keep-ahead"), "")
            .done("heal", "database.after-restore", SECOND, Map.of(), "")
            .done("login", "secret.make", SECOND, Map.of(), "")
            .add(MessageCases.opened("cutover", 1, "intent.live.oid=16503", List.of()));
    return MessageCases.of("live, at the gate", restoring("point-live"), story);
  }

  private static Map<String, Value> policy(String word) {
    return Map.of("policy", new Value.Text(word));
  }

  private static Map<String, Value> compared() {
    return Map.ofEntries(
        Map.entry(
            "verdict",
            new Value.Text("every table has the rows that were counted when it was dumped")),
        Map.entry("tables", new Value.Int(74)),
        Map.entry("come-back", new Value.Int(4_021)),
        Map.entry("go", new Value.Int(1_204)),
        Map.entry("change", new Value.Int(96)),
        Map.entry("queue-jobs", new Value.Int(0)),
        Map.entry("numbers-again", new Value.Int(12)),
        Map.entry("rows-by-table", new Value.Text("4021 1204 96 members.member")),
        Map.entry("sequences-behind", new Value.Text("12 members.claim_number_seq")),
        Map.entry("sessions", new Value.Text("rcm-core 41")),
        Map.entry("restored-bytes", new Value.Int(11_200_000_000L)),
        Map.entry("live-bytes", new Value.Int(11_800_000_000L)));
  }

  private static Case asked() {
    var story =
        new RestoreStory()
            .begun()
            .done(
                "look",
                "sibling.look",
                SECOND,
                Map.of(
                    "bytes", new Value.Int(11_200_000_000L),
                    "verdict", new Value.Text("nothing but its own row and secret leads to it"),
                    "sessions", new Value.Text("nobody")),
                "")
            .add(MessageCases.opened("remove", 1, "intent.database.oid=24871", List.of()));
    return MessageCases.of("may the sibling go", removing(), story);
  }

  private void cards() {
    card(
        "the card before a backup becomes live",
        atGate(),
        "cutover",
        """
        intent.kept.name=tenant_acme
        intent.live.name=tenant_acme
        intent.live.oid=16503
        intent.restored.name=tenant_acme_restore_a1
        intent.restored.oid=24871
        intent.restored.secret=tenant-db-acme-20261121125200-7k2m9qxd-1
        step=cutover
        """);
    card(
        "the card before a sibling goes",
        asked(),
        "remove",
        """
        intent.database.name=tenant_acme_restore_a1
        intent.database.oid=24871
        intent.sibling.slug=%s
        step=remove
        """
            .formatted(SIBLING));
    card("the same, of an order that names nothing", asked(), "remove", "step=remove\n");
  }

  private void card(String title, Case at, String step, String order) {
    var gate = at.runbook().step(step).flatMap(it -> it.gate()).orElseThrow();
    CardMessages.draw(
        sheet, title, at, MessageCases.row(at, step, gate, order, GateRow.Status.OPEN), texts);
  }
}
