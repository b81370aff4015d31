package io.countersign.thread;

import io.countersign.estate.BackupRef;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The words for steps, moments, durations and sizes, in one place. */
public final class Texts {
  private static final Pattern MOMENT =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z");
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS 'UTC'", Locale.ENGLISH);

  private static final Duration NEAR = Duration.ofHours(12);

  private Texts() {}

  /** What a step does, twice: as an item of a list, and going on. */
  record Phrase(String toDo, String doing) {}

  /** A step of an action that has no words here is called by its id. */
  static Phrase phrase(Step step, String tenant) {
    return switch (step.action()) {
      case "restore.preflight" ->
          new Phrase("check servers and rights", "checking servers and rights");
      case "backup.preflight" ->
          new Phrase("check programs, rights and room", "checking programs, rights and room");
      case "backup.dump" -> new Phrase("dump " + tenant, "dumping " + tenant);
      case "backup.verify" -> new Phrase("read the dump back", "reading the dump back");
      case "backup.discard" -> new Phrase("remove the dump", "removing the dump");
      case "restore.moment" -> new Phrase("choose the moment", "choosing the moment");
      case "backup.check" -> new Phrase("check the backup", "checking the backup");
      case "backup.restore" ->
          new Phrase(
              "restore the backup beside " + tenant, "restoring the backup beside " + tenant);
      case "backup.compare" -> new Phrase("compare", "comparing the restored database");
      case "tenant.enrol" ->
          new Phrase("enrol it beside " + tenant, "enrolling it beside " + tenant);
      case "tenant.withdraw" ->
          new Phrase("take its row out of the registry", "taking its row out of the registry");
      case "sibling.look" ->
          new Phrase("make sure that nobody else uses it", "making sure that nobody else uses it");
      case "sibling.drop" -> new Phrase("remove it for ever", "removing it");
      case "snapshot.open" ->
          new Phrase("open it to a login that can only read", "opening it to its reader");
      case "snapshot.look" ->
          new Phrase(
              "make sure that no tenant lives in it", "making sure that no tenant lives in it");
      case "snapshot.drop" -> new Phrase("remove it for ever", "removing it");
      case "snapshot.discard" -> new Phrase("remove its reader", "removing its reader");
      case "tenant.freeze" -> new Phrase("freeze " + tenant, "freezing " + tenant);
      case "tenant.settle" ->
          new Phrase(
              "wait for caches and open transactions", "waiting for caches and open transactions");
      case "server.restore" -> new Phrase("copy the server", "copying the server");
      case "server.restore-latest" ->
          new Phrase("copy the server's latest data", "copying the server's latest data");
      case "database.copy" ->
          new Phrase("copy " + tenant + "'s database", "copying " + tenant + "'s database");
      case "database.compare" -> new Phrase("compare", "comparing the copy");
      case "database.compare-known" ->
          new Phrase("compare with a known good state", "comparing with a known good state");
      case "database.compare-kept" ->
          new Phrase("count what would be lost", "counting what would be lost");
      case "database.keep-ahead" ->
          new Phrase("keep numbers from being given twice", "looking after the sequences");
      case "database.queues" ->
          new Phrase("keep jobs from running again", "looking after the queues");
      case "database.sequences" ->
          new Phrase("keep numbers from being given twice", "looking after the sequences");
      case "database.after-restore" ->
          new Phrase("run the product's own command", "running the product's own command");
      case "server.discard" -> new Phrase("remove the server copy", "removing the server copy");
      case "database.swap" -> new Phrase("swap the databases", "swapping the databases");
      case "database.swap-back" ->
          new Phrase("swap the databases back", "swapping the databases back");
      case "secret.make" ->
          new Phrase("store the login to the copy", "storing the login to the copy");
      case "secret.discard" ->
          new Phrase("remove the login to the copy", "removing the login to the copy");
      case "reference.flip" ->
          new Phrase(
              "lead " + tenant + " to the restored database",
              "leading " + tenant + " to the restored database");
      case "reference.flip-back" ->
          new Phrase(
              "lead " + tenant + " back to the kept database",
              "leading " + tenant + " back to the kept database");
      case "reference.settle" ->
          new Phrase(
              "wait until nobody holds the old reference",
              "waiting until nobody holds the old reference");
      case "database.unused" ->
          new Phrase("make sure that nobody uses it", "making sure that nobody uses it");
      case "database.drop" -> new Phrase("drop it for ever", "dropping it");
      case "drop.schedule" ->
          step.with().containsKey("sibling") || step.with().containsKey("reader")
              ? new Phrase("plan its removal", "planning its removal")
              : new Phrase("plan the old database's drop", "planning the old database's drop");
      case "drill.schedule" -> new Phrase("plan the next rehearsal", "planning the next rehearsal");
      case "drop.cancel" -> new Phrase("cancel the planned drop", "cancelling the planned drop");
      case "tenant.invalidate" -> new Phrase("tell caches", "telling caches");
      case "product.restart" -> new Phrase("restart the product", "restarting the product");
      case "product.restarted" ->
          new Phrase("make sure that it was restarted", "making sure that it was restarted");
      case "tenant.unfreeze" -> new Phrase("unfreeze " + tenant, "unfreezing " + tenant);
      case "tenant.audit" -> new Phrase("write the audit row", "writing the audit row");
      case "database.discard" ->
          new Phrase("remove the database copy", "removing the database copy");
      default -> new Phrase(step.id(), "at step " + step.id());
    };
  }

  /** To go on with after "stopped" or "cut off": {@code while copying acme's database}. */
  static String during(Phrase phrase) {
    return phrase.doing().startsWith("at ") ? phrase.doing() : "while " + phrase.doing();
  }

  /** Who asks: a person, or a schedule with its owner. */
  static Line asker(RunSpec spec) {
    return spec.schedule()
        .map(it -> Line.of("the schedule " + it + " of ").mention(spec.requester()))
        .orElseGet(() -> Line.EMPTY.mention(spec.requester()));
  }

  /** What the whole run does, going on: "Restoring acme to 14:30". */
  static Line undertaking(RunSpec spec, Instant now) {
    var tenant = spec.tenant().slug();
    if (spec.runbook().endsWith("rollback")) {
      return Line.of("Rolling " + tenant + " back");
    }
    if (spec.parameters().get("sibling") instanceof Value.Text(var sibling)) {
      return Line.of("Removing " + sibling + ", restored beside " + tenant);
    }
    if (spec.parameters().get("as-of") instanceof Value.Moment(var at)) {
      return Line.of("Removing the snapshot of " + tenant + " as of ").line(moment(at, now));
    }
    if (snapshot(spec)) {
      return Line.of("Making a snapshot of " + tenant + " as of ").line(asOf(spec, now));
    }
    if (backup(spec).isPresent()) {
      return Line.of("Restoring a backup" + (pointsLive(spec) ? " of " : " beside ") + tenant);
    }
    if (spec.parameters().get("database") instanceof Value.OfDatabase(var database)
        && spec.runbook().contains("drop")) {
      return Line.of("Dropping " + tenant + "'s kept database " + database.name());
    }
    if (spec.runbook().endsWith("backup")) {
      return Line.of("Backing " + tenant + " up");
    }
    if (spec.runbook().endsWith("drill")) {
      return Line.of("Rehearsing a restore of " + tenant);
    }
    if (!spec.runbook().endsWith("restore")) {
      return Line.of(spec.title() + ": " + tenant);
    }
    var line = Line.of("Restoring " + tenant);
    return spec.parameters().get("to") instanceof Value.Moment(var to)
        ? line.text(" to ").line(moment(to, now))
        : line;
  }

  /** What the whole run has achieved: "acme is back at 14:30 since 15:52." */
  static Line achieved(RunSpec spec, Instant ended, Instant now) {
    var tenant = spec.tenant().slug();
    var since = Line.of(" since ").line(moment(ended, now)).text(".");
    if (spec.runbook().endsWith("restore")
        && spec.parameters().get("to") instanceof Value.Moment(var to)) {
      return Line.of(tenant + " is back at ").line(moment(to, now)).line(since);
    }
    if (spec.runbook().endsWith("rollback")) {
      return Line.of(tenant + " is rolled back").line(since);
    }
    if (spec.parameters().get("as-of") instanceof Value.Moment(var at)) {
      return Line.of("The snapshot of " + tenant + " as of ")
          .line(moment(at, now))
          .text(" was removed for ever at ")
          .line(moment(ended, now))
          .text(". " + tenant + " itself was not touched.");
    }
    if (snapshot(spec)) {
      return Line.of("A snapshot of " + tenant + " as of ")
          .line(asOf(spec, now))
          .text(" can be read")
          .line(since)
          .text(" " + tenant + " itself was not touched.");
    }
    if (backup(spec).isPresent()) {
      return pointsLive(spec)
          ? Line.of(tenant + " is back at its backup").line(taken(spec, now)).line(since)
          : Line.of("A backup of " + tenant)
              .line(taken(spec, now))
              .text(" stands beside it")
              .line(since)
              .text(" " + tenant + " itself was not touched.");
    }
    if (spec.runbook().endsWith("backup")) {
      return Line.of(tenant + " is backed up").line(since);
    }
    if (spec.runbook().endsWith("drill")) {
      return Line.of("A restore of " + tenant + " was rehearsed; it ended at ")
          .line(moment(ended, now))
          .text(". " + tenant + " is as it was, and nothing is left over.");
    }
    if (spec.parameters().get("sibling") instanceof Value.Text(var sibling)) {
      return Line.of(sibling + " was removed for ever at ")
          .line(moment(ended, now))
          .text(". " + tenant + " itself was not touched.");
    }
    if (spec.parameters().get("database") instanceof Value.OfDatabase(var database)
        && spec.runbook().contains("drop")) {
      return Line.of(tenant + "'s kept database " + database.name() + " was dropped for ever at ")
          .line(moment(ended, now))
          .text(". " + tenant + " itself was not touched.");
    }
    return Line.of("Done at ")
        .line(moment(ended, now))
        .text(": " + spec.title() + ", " + tenant + ".");
  }

  private static boolean snapshot(RunSpec spec) {
    return spec.runbook().endsWith("as-of");
  }

  private static Line asOf(RunSpec spec, Instant now) {
    return spec.parameters().get("to") instanceof Value.Moment(var to)
        ? moment(to, now)
        : Line.of("a past moment");
  }

  private static Optional<BackupRef> backup(RunSpec spec) {
    return spec.parameters().values().stream()
        .filter(Value.OfBackup.class::isInstance)
        .map(it -> ((Value.OfBackup) it).value())
        .findFirst();
  }

  /** Whether the run leads its tenant to a backup. */
  private static boolean pointsLive(RunSpec spec) {
    return backup(spec).isPresent()
        && new Value.Choice("point-live").equals(spec.parameters().get("then"));
  }

  private static Line taken(RunSpec spec, Instant now) {
    return backup(spec)
        .flatMap(BackupRef::at)
        .map(it -> Line.of(" of ").line(moment(it, now)))
        .orElse(Line.EMPTY);
  }

  /** The time of day where it is near, else with the day, so that nobody takes it for today. */
  static Line moment(Instant at, Instant now) {
    var near = Duration.between(at, now).abs().compareTo(NEAR) < 0;
    return Line.EMPTY.when(at, near ? Span.Style.TIME : Span.Style.DAY_AND_TIME);
  }

  /** Rounded as people say it: {@code 0.3 s}, {@code 34 s}, {@code 6 min}, {@code 1 h 20 min}. */
  public static String duration(Duration length) {
    long seconds = Math.max(0, length.toSeconds());
    if (seconds < 1) {
      return length.toMillis() < 100 ? "under 0.1 s" : oneDigit(length.toMillis() / 1000.0) + " s";
    }
    if (seconds < 100) {
      return seconds + " s";
    }
    long minutes = Math.round(seconds / 60.0);
    if (minutes < 90) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    return hours >= 48
        ? hours / 24 + " d " + hours % 24 + " h"
        : hours + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
  }

  /** {@code 7 days}, {@code a day}; shorter ones as {@link #duration}. */
  static String days(Duration length) {
    long days = length.toDays();
    return days == 0 ? duration(length) : days == 1 ? "a day" : days + " days";
  }

  /** {@code 4,021 rows}, {@code 1 row}. */
  static String count(long number, String one, String many) {
    return String.format(Locale.ENGLISH, "%,d %s", number, number == 1 ? one : many);
  }

  /**
   * What an action said, with the moments in it for each reader's own zone. A moment that is given
   * to the fraction of a second is evidence, and stays exact and in UTC.
   */
  static Line told(String text) {
    var line = Line.EMPTY;
    int from = 0;
    var moments = MOMENT.matcher(text);
    while (moments.find()) {
      line = line.text(text.substring(from, moments.start()));
      var at = Instant.parse(moments.group());
      line =
          moments.group(1) == null
              ? line.when(at, Span.Style.SECONDS)
              : line.text(EXACT.format(at.atZone(ZoneOffset.UTC)));
      from = moments.end();
    }
    return from < text.length() || line.isEmpty() ? line.text(text.substring(from)) : line;
  }

  /** As {@link #sentence}, beginning with a capital. */
  static String whole(String text) {
    var sentence = sentence(text);
    return sentence.isEmpty()
        ? sentence
        : sentence.substring(0, 1).toUpperCase(Locale.ENGLISH) + sentence.substring(1);
  }

  /** Ends a text with one full stop, whatever its author did. */
  static String sentence(String text) {
    var trimmed = text.strip();
    return trimmed.isEmpty() || trimmed.endsWith(".") || trimmed.endsWith("?")
        ? trimmed
        : trimmed + ".";
  }

  /** Without its full stop, to go on in the same line. */
  static String clause(String text) {
    var trimmed = text.strip();
    return trimmed.endsWith(".") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
  }

  private static String oneDigit(double number) {
    return String.format(Locale.ENGLISH, "%.1f", number);
  }
}
