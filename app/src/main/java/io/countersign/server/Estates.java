package io.countersign.server;

import io.countersign.Secret;
import io.countersign.action.ActionFailed;
import io.countersign.action.Catalogue;
import io.countersign.action.backup.BackupCheck;
import io.countersign.action.backup.BackupDiscard;
import io.countersign.action.backup.BackupDump;
import io.countersign.action.backup.BackupPreflight;
import io.countersign.action.backup.BackupVerify;
import io.countersign.action.database.CompareBackup;
import io.countersign.action.database.CompareKept;
import io.countersign.action.database.CompareKnown;
import io.countersign.action.database.DatabaseAfterRestore;
import io.countersign.action.database.DatabaseCompare;
import io.countersign.action.database.DatabaseCopy;
import io.countersign.action.database.DatabaseDiscard;
import io.countersign.action.database.DatabaseDropKept;
import io.countersign.action.database.DatabaseQueues;
import io.countersign.action.database.DatabaseSequences;
import io.countersign.action.database.DatabaseSwap;
import io.countersign.action.database.DatabaseSwapBack;
import io.countersign.action.database.DatabaseUnused;
import io.countersign.action.database.KeepAhead;
import io.countersign.action.database.ReferenceFlip;
import io.countersign.action.database.ReferenceFlipBack;
import io.countersign.action.database.RestoreBackup;
import io.countersign.action.database.SiblingDrop;
import io.countersign.action.database.SiblingLook;
import io.countersign.action.database.SnapshotDiscard;
import io.countersign.action.database.SnapshotDrop;
import io.countersign.action.database.SnapshotLook;
import io.countersign.action.database.SnapshotOpen;
import io.countersign.action.restore.RestoreMoment;
import io.countersign.action.restore.RestorePreflight;
import io.countersign.action.schedule.CancelDrop;
import io.countersign.action.schedule.ScheduleDrill;
import io.countersign.action.schedule.ScheduleDrop;
import io.countersign.action.server.DiscardServer;
import io.countersign.action.server.RestoreLatest;
import io.countersign.action.server.RestoreServer;
import io.countersign.action.tenant.AuditTenant;
import io.countersign.action.tenant.DiscardSecret;
import io.countersign.action.tenant.EnrolSibling;
import io.countersign.action.tenant.FreezeTenant;
import io.countersign.action.tenant.InvalidateTenant;
import io.countersign.action.tenant.MakeSecret;
import io.countersign.action.tenant.ProductRestarted;
import io.countersign.action.tenant.RestartProduct;
import io.countersign.action.tenant.SettleReference;
import io.countersign.action.tenant.SettleTenant;
import io.countersign.action.tenant.UnfreezeTenant;
import io.countersign.action.tenant.WithdrawSibling;
import io.countersign.estate.Backups;
import io.countersign.estate.DatabaseLookup;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.ObjectStore;
import io.countersign.estate.ServerRef;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.FolderStore;
import io.countersign.postgres.NoStore;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StoredDumps;
import io.countersign.postgres.TenantDatabases;
import io.countersign.run.EstateParts;
import io.countersign.run.Schedules;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Puts an estate together: its ports and its actions. */
public final class Estates {
  private static final List<String> PROGRAMS = List.of("pg_dump", "pg_restore");

  private Estates() {}

  /**
   * @param scratch where dumps lie for a while; its disk must hold one tenant
   * @param schedules what comes later; no action asks it before it acts
   * @param backups the catalogue; no action asks it before it acts
   * @param swapPoints told each point between two statements of a swap; production does not listen
   */
  public static EstateParts of(
      Estate estate,
      Path scratch,
      RandomGenerator random,
      Supplier<Schedules> schedules,
      Supplier<Backups> backups,
      Consumer<String> swapPoints) {
    var sources = Sources.of(estate);
    var own = sources.ownSecrets();
    var registry = sources.registry();
    var restorer = sources.restorer();
    var servers = sources.servers();
    var programs = new ClientPrograms(folders(estate), scratch);
    ObjectStore store =
        estate
            .backups()
            .<ObjectStore>map(it -> new FolderStore(Path.of(it.path())))
            .orElseGet(NoStore::new);
    var copier = new DatabaseCopier(programs, estate.copy());
    var flips = new Flips(registry, own);
    var dumps = new StoredDumps(store, backups);
    var actions =
        new Catalogue(
            List.of(
                new RestorePreflight(
                    servers, estate, restorer, major -> missing(programs, major), flips),
                new RestoreMoment(restorer),
                new FreezeTenant(estate, registry, servers),
                new SettleTenant(estate, servers),
                new RestoreServer(servers, restorer),
                new RestoreLatest(restorer),
                new DatabaseCopy(servers, programs, copier, random),
                new DatabaseCompare(servers, registry, estate, programs),
                new DiscardServer(restorer),
                new BackupPreflight(servers, estate, programs, store),
                new BackupDump(servers, estate, programs, store, backups),
                new BackupVerify(servers, estate, programs, store, backups),
                new BackupDiscard(store, backups),
                new BackupCheck(servers, estate, programs, dumps, flips::ofBackup),
                new RestoreBackup(servers, estate, programs, copier, dumps, random),
                new CompareBackup(servers, registry, estate, dumps),
                new EnrolSibling(servers, estate, registry),
                new WithdrawSibling(estate, registry),
                new SiblingLook(servers, registry),
                new SiblingDrop(servers, estate, registry, own),
                new SnapshotOpen(servers, registry, own, Estates::password),
                new SnapshotLook(servers, registry),
                new SnapshotDrop(servers, registry, own),
                new SnapshotDiscard(servers),
                new DatabaseQueues(servers, registry, estate),
                new DatabaseSequences(servers, registry, estate),
                new DatabaseAfterRestore(servers, registry, estate, programs),
                new DatabaseSwap(servers, estate, swapPoints),
                new MakeSecret(servers, own),
                new DiscardSecret(registry, own),
                new ReferenceFlip(servers, estate, registry, own, swapPoints),
                new ReferenceFlipBack(servers, estate, registry, own, swapPoints),
                new SettleReference(estate),
                new CompareKnown(servers, estate, backups),
                new CompareKept(servers, registry, estate),
                new DatabaseSwapBack(servers, estate, swapPoints),
                new KeepAhead(servers, estate),
                new DatabaseDiscard(servers, registry),
                new DatabaseUnused(servers, registry),
                new DatabaseDropKept(servers, registry, own),
                new ScheduleDrop(schedules),
                new CancelDrop(schedules),
                new ScheduleDrill(schedules),
                new InvalidateTenant(estate, registry),
                new RestartProduct(estate, programs),
                new ProductRestarted(estate, programs),
                new UnfreezeTenant(estate, registry, servers),
                new AuditTenant(estate, registry)));
    return new EstateParts(
        estate, registry, (server, name) -> find(servers, server, name), restorer, actions);
  }

  /** For a role that a run makes; never of a generator that a test has chosen. */
  private static Secret password() {
    var bytes = new byte[24];
    new SecureRandom().nextBytes(bytes);
    return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  private static List<Path> folders(Estate estate) {
    return estate.restore().programs().isEmpty()
        ? List.of()
        : List.of(Path.of(estate.restore().programs()));
  }

  private static List<String> missing(ClientPrograms programs, int major) {
    var missing = new ArrayList<String>();
    for (var program : PROGRAMS) {
      try {
        programs.find(program, major);
      } catch (ActionFailed absent) {
        missing.add(program);
      }
    }
    return missing;
  }

  private static Optional<DatabaseRef> find(Servers servers, ServerRef server, String name) {
    try {
      return servers
          .look(server, session -> TenantDatabases.byName(session, name))
          .map(it -> new DatabaseRef(server, it.oid(), it.name()));
    } catch (ActionFailed failed) {
      throw new DatabaseLookup.ServerUnavailable(failed.problem().line());
    } catch (SQLException refused) {
      throw new DatabaseLookup.ServerUnavailable(
          "I cannot reach the server " + server + " (" + ServerErrors.reduced(refused) + ").");
    }
  }
}
