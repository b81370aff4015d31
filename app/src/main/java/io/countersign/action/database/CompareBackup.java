package io.countersign.action.database;

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
import io.countersign.action.Visit;
import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Registry;
import io.countersign.postgres.Canaries;
import io.countersign.postgres.CatalogueFingerprint;
import io.countersign.postgres.DatabaseDrop;
import io.countersign.postgres.Databases;
import io.countersign.postgres.DumpFile;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Servers;
import io.countersign.postgres.SourceComparison;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.StoredDumps;
import io.countersign.postgres.TableHashes;
import io.countersign.postgres.TableHashes.Hash;
import io.countersign.postgres.TableHashes.Table;
import io.countersign.postgres.TenantDatabases;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parity of a database restored from a backup: each table must have the rows that were counted when
 * it was dumped, in the dump's own snapshot; its canaries must not be orders of magnitude off; the
 * tenant's own login must work in it; and it is counted what would change for the tenant.
 * Afterwards it is closed, so that it stays as it was compared.
 */
public final class CompareBackup implements Action<CompareBackup.In, Parity> {
  static final String VERDICT = "every table has the rows that were counted when it was dumped";
  private static final int NAMED = 10;

  private final Servers servers;
  private final Registry registry;
  private final Estate estate;
  private final StoredDumps dumps;

  public CompareBackup(Servers servers, Registry registry, Estate estate, StoredDumps dumps) {
    this.servers = servers;
    this.registry = registry;
    this.estate = estate;
    this.dumps = dumps;
  }

  public record In(BackupRef backup, DatabaseRef restored, DatabaseRef live) {}

  @Override
  public ActionType<In, Parity> type() {
    return new ActionType<>(
        "backup.compare",
        In.class,
        Parity.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("verdict", "content-hash"),
        false,
        "compare the restored database with what was counted at the dump, and with the live one");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var restored = inputs.shown("restored");
    return new PlanText(
        "compare "
            + restored
            + " with what was counted when "
            + inputs.shown("backup")
            + " was made, and with "
            + inputs.shown("live"),
        List.of(
            "SELECT count(*), coalesce(sum(hash_record_extended(t.*, 0)::numeric), 0)::text\n"
                + "  FROM ONLY <table> t -- every table of "
                + restored
                + ", the counts against the catalogue of backups",
            "canaries, in both databases: "
                + (estate.canaries().isEmpty() ? "none are set" : estate.canaries().toString()),
            "digests of primary keys and rows of every table that differs from the live one: what"
                + " comes back, goes and changes",
            "SELECT 1 in " + restored + " with the tenant's own login",
            String.join("\n", PlannedSql.emptied(inputs, "restored"))));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    var in = visit.inputs();
    return new Intent(
        Map.of(
            "backup", in.backup().id(),
            "restored.oid", Long.toString(in.restored().oid()),
            "restored.name", in.restored().name(),
            "live.oid", Long.toString(in.live().oid()),
            "live.name", in.live().name()));
  }

  @Override
  public Outcome<Parity> act(Attempt<In> attempt) {
    var doing = "comparing " + attempt.inputs().restored().name() + " with its backup";
    return Guarded.outcome(attempt.stop(), doing, () -> compared(attempt, doing));
  }

  private Outcome<Parity> compared(Attempt<In> attempt, String doing)
      throws ActionFailed, SQLException {
    var visit = attempt.visit();
    var in = attempt.inputs();
    if (in.restored().oid() == in.live().oid() || in.restored().name().equals(in.live().name())) {
      throw new ActionFailed(
          new Problem(
              doing, "restored and live are the same database.", "Check the runbook's inputs."));
    }
    var backup = dumps.usable(doing, visit.tenant(), in.backup().id(), visit.now());
    try (var maintenance = open(attempt, in.restored(), Servers.MAINTENANCE)) {
      // closed by an earlier attempt of this step that did not come to its end
      attempt.fence();
      Databases.allowConnections(maintenance, in.restored(), true);
      var done = measured(attempt, doing, backup, maintenance);
      TenantLogin.test(servers, registry, visit, in.restored(), doing);
      DatabaseDrop.emptied(doing, maintenance, in.restored());
      return done;
    }
  }

  private Connection open(Attempt<In> attempt, DatabaseRef database, String name)
      throws ActionFailed, SQLException {
    return Databases.endingWith(
        attempt.stop(), servers.open(database.server(), name, attempt.visit().applicationName()));
  }

  private Outcome<Parity> measured(
      Attempt<In> attempt, String doing, Backup backup, Connection maintenance)
      throws ActionFailed, SQLException {
    var in = attempt.inputs();
    TenantDatabases.pinned(maintenance, in.restored());
    try (var restored = open(attempt, in.restored(), in.restored().name());
        var live = open(attempt, in.live(), in.live().name())) {
      TenantDatabases.pinned(live, in.live());
      Databases.execute(live, "SET lock_timeout = '30s'");
      var tables = TableHashes.tables(restored);
      var steps = new Changes.Steps(attempt, 2L * tables.size());
      var hashes = TableHashes.of(restored, tables, attempt.stop(), steps::next);
      var dumped = DumpFile.tables(restored, estate.queueSchemas());
      requireCounts(doing, backup, hashes, Set.copyOf(dumped));
      Canaries.check(doing, canaries(), restored, live);
      var changes =
          Changes.counted(
              new Changes.Sides(maintenance, restored, in.restored(), live, in.live()),
              hashes,
              estate.queueSchemas(),
              attempt.stop(),
              steps::next);
      var catalogue = CatalogueFingerprint.read(restored, in.restored().name());
      var content = new SourceComparison.Result(hashes, catalogue, List.of()).contentHash();
      return new Outcome.Done<>(
          Parity.of(VERDICT, content, hashes.size(), changes),
          hashes.size() + " tables; " + VERDICT + "; " + changes.said());
    }
  }

  /** Exactly: the counts are of the very snapshot that was dumped. */
  private static void requireCounts(
      String doing, Backup backup, Map<Table, Hash> hashes, Set<Table> dumped) throws ActionFailed {
    if (backup.tables().isEmpty()) {
      throw differs(doing, "nothing was counted when the backup was made, which proves nothing");
    }
    var wrong = new ArrayList<String>();
    var expected = new HashSet<Table>();
    for (var counted : backup.tables()) {
      var table = new Table(counted.schema(), counted.table());
      expected.add(table);
      var hash = hashes.get(table);
      if (hash == null) {
        wrong.add(table + " is missing");
      } else if (hash.rows() != counted.rows()) {
        wrong.add(table + " has " + hash.rows() + " rows and had " + counted.rows());
      }
    }
    dumped.stream()
        .filter(it -> !expected.contains(it))
        .sorted()
        .forEach(it -> wrong.add(it + " was not there"));
    if (!wrong.isEmpty()) {
      int more = wrong.size() - NAMED;
      throw differs(
          doing,
          "it is not as it was counted when it was dumped: "
              + String.join("; ", wrong.stream().limit(NAMED).toList())
              + (more > 0 ? "; and " + more + " more" : ""));
    }
  }

  private static ActionFailed differs(String doing, String what) {
    return new ActionFailed(
        new Problem(
            doing,
            what + ".",
            "Do not use it. Retry with another backup; look at the store and at these tables."));
  }

  private List<Table> canaries() {
    return estate.canaries().stream().map(it -> new Table(it.schema(), it.table())).toList();
  }

  @Override
  public Finding<Parity> probe(Attempt<In> attempt) {
    throw new IllegalStateException("backup.compare is repeated, never probed");
  }

  /** Ends the sessions of earlier attempts. */
  @Override
  public void clear(Attempt<In> attempt) {
    StepSessions.clear(
        servers,
        attempt,
        attempt.inputs().restored().server(),
        "ending earlier attempts of the comparison");
  }
}
