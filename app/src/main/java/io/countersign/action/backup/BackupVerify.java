package io.countersign.action.backup;

import io.countersign.Bytes;
import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Stop;
import io.countersign.action.Symptoms;
import io.countersign.action.Visit;
import io.countersign.estate.Backup;
import io.countersign.estate.Backups;
import io.countersign.estate.Estate;
import io.countersign.estate.ObjectStore;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.DumpFile;
import io.countersign.postgres.DumpSizes;
import io.countersign.postgres.Scratch;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.runbook.Risk;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads a stored dump back, to its end: its size and digest are those of the catalogue, pg_restore
 * can read all of it, and it has an entry for every table that had rows. Then its size is held
 * against that of earlier ones.
 */
public final class BackupVerify implements Action<BackupVerify.In, BackupVerify.Out> {
  static final String VERDICT = "read to its end, whole";

  /** Earlier backups with which one is compared. */
  private static final int EARLIER = 5;

  /** Who has a backup of this size to move about has better ways. */
  private static final long LARGE = 10L << 30;

  private final Servers servers;
  private final Estate estate;
  private final ClientPrograms programs;
  private final ObjectStore store;
  private final Supplier<Backups> backups;

  /**
   * @param backups asked for when an attempt acts, not before
   */
  public BackupVerify(
      Servers servers,
      Estate estate,
      ClientPrograms programs,
      ObjectStore store,
      Supplier<Backups> backups) {
    this.servers = servers;
    this.estate = estate;
    this.programs = programs;
    this.store = store;
    this.backups = backups;
  }

  /**
   * @param backup its id in the catalogue
   */
  public record In(String backup) {}

  /**
   * @param verdict in words
   */
  public record Out(String verdict) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "backup.verify",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("verdict"),
        false,
        "read the dump back to its end");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "read the dump back to its end",
        List.of(
            "size and SHA-256 of what lies in the store, against the catalogue",
            "pg_restore --file=/dev/null <scratch>/backup.dump",
            "pg_restore --list <scratch>/backup.dump -- an entry for each table that had rows"));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    return new Intent(Map.of("backup", visit.inputs().backup()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var visit = attempt.visit();
    var doing = "reading the backup of " + visit.tenant() + " back";
    return ServerWork.outcome(
        doing,
        () -> {
          var backup = Dumps.found(backups.get(), visit, visit.inputs().backup(), doing);
          try (var scratch = programs.scratch(visit.applicationName())) {
            verify(doing, visit, backup, scratch, attempt.stop());
          }
          backups.get().read(backup.id(), visit.now());
          return new Outcome.Done<>(new Out(VERDICT), VERDICT + compared(visit, backup));
        });
  }

  private void verify(String doing, Visit<In> visit, Backup backup, Scratch scratch, Stop stop)
      throws ActionFailed {
    var bytes = Dumps.stored(() -> store.bytes(backup.key()));
    if (bytes.isEmpty()) {
      throw damaged(doing, "there is no file " + backup.key() + " in the store");
    }
    if (bytes.getAsLong() != backup.bytes()) {
      throw damaged(
          doing, "it has " + bytes.getAsLong() + " bytes in the store, not " + backup.bytes());
    }
    var file = scratch.file("backup.dump");
    if (!fetched(doing, backup, scratch).equals(backup.digest())) {
      throw damaged(doing, "its SHA-256 is not the one that was written down when it was made");
    }
    var login = servers.login(backup.database().server());
    var entries =
        new DumpFile(programs)
            .readToItsEnd(
                doing, login, visit.applicationName(), backup.major(), file, scratch, stop);
    var lacking =
        backup.tables().stream()
            .filter(it -> it.rows() > 0)
            .filter(
                it ->
                    entries.stream()
                        .noneMatch(e -> e.startsWith(it.schema() + " " + it.table() + " ")))
            .map(it -> it.schema() + "." + it.table())
            .limit(5)
            .toList();
    if (!lacking.isEmpty()) {
      throw damaged(
          doing, "it holds no rows of " + String.join(", ", lacking) + ", which had some");
    }
  }

  private Digest fetched(String doing, Backup backup, Scratch scratch) throws ActionFailed {
    try (var stored = Dumps.stored(() -> store.read(backup.key()))) {
      return DumpFile.fetched(stored, scratch.file("backup.dump"));
    } catch (IOException unreadable) {
      throw damaged(doing, "it cannot be read from the store");
    }
  }

  private static ActionFailed damaged(String doing, String what) {
    return new ActionFailed(
        new Problem(
            doing, what + ".", "Do not rely on it: look at the store's disk and back up again."));
  }

  /** A dump of half or twice the usual size may be right, and somebody should look all the same. */
  private String compared(Visit<In> visit, Backup backup) {
    var sizes =
        backups.get().of(visit.tenant(), EARLIER + 1).stream()
            .filter(it -> !it.id().equals(backup.id()))
            .mapToLong(Backup::bytes)
            .sorted()
            .toArray();
    if (sizes.length == 0) {
      return "; the tenant's first in the catalogue" + large(visit, backup, Long.MAX_VALUE);
    }
    long usual = sizes[sizes.length / 2];
    boolean odd = backup.bytes() < usual / 2 || backup.bytes() > usual * 2;
    return (odd ? "; note: earlier ones had about " : "; earlier ones had about ")
        + Bytes.shown(usual)
        + large(visit, backup, usual);
  }

  /** What makes it large, and what to do about it; nothing of it makes a whole dump a bad one. */
  private String large(Visit<In> visit, Backup backup, long usual) {
    if (backup.bytes() < LARGE && backup.bytes() / 2 <= usual) {
      return "";
    }
    var database = backup.database();
    try (var inside = servers.open(database.server(), database.name(), visit.applicationName())) {
      var sizes = DumpSizes.of(inside, estate.queueSchemas());
      var known = Symptoms.hugeDump(sizes.queues(), sizes.largest());
      return "; it has " + Bytes.shown(backup.bytes()) + ": " + known.cause() + ". " + known.fix();
    } catch (SQLException | ActionFailed unknown) {
      return "; it has " + Bytes.shown(backup.bytes());
    }
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    programs.removeScratch(attempt.visit());
  }
}
