package io.countersign.postgres;

import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.estate.Backup;
import io.countersign.estate.Backups;
import io.countersign.estate.ObjectStore;
import io.countersign.estate.TenantRef;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;

/**
 * Backups that are to be restored: which may be relied on, and their files, looked at before
 * anything is changed.
 */
public final class StoredDumps {
  private static final String TAKE_ANOTHER =
      "Choose another backup, or restore a moment with /tenant-restore. Look at the store's disk.";

  private final ObjectStore store;
  private final Supplier<Backups> backups;

  /**
   * @param backups asked for when something is looked up, not before
   */
  public StoredDumps(ObjectStore store, Supplier<Backups> backups) {
    this.store = store;
    this.backups = backups;
  }

  /**
   * The tenant's own backup of this id, if it may be restored: read to its end when it was made, in
   * its time, and with a file of the size that was written down.
   */
  public Backup usable(String doing, TenantRef tenant, String id, Instant now) throws ActionFailed {
    var backup =
        backups
            .get()
            .find(id)
            .filter(it -> it.tenant().equals(tenant))
            .orElseThrow(
                () ->
                    refused(
                        doing,
                        tenant + " has no backup " + id + " in the catalogue",
                        "Choose one that it has."));
    if (backup.readAt().isEmpty()) {
      throw refused(
          doing,
          "the backup " + id + " was never read back to its end, so nobody knows that it is whole",
          "Choose one that is verified, or take another backup.");
    }
    if (!backup.keptUntil().isAfter(now)) {
      throw refused(
          doing,
          "the backup "
              + id
              + " was to be kept until "
              + backup.keptUntil().truncatedTo(ChronoUnit.MINUTES)
              + " and may be removed at any moment",
          "Choose a newer one.");
    }
    requireFile(doing, backup);
    return backup;
  }

  private void requireFile(String doing, Backup backup) throws ActionFailed {
    var bytes = stored(() -> store.bytes(backup.key()));
    if (bytes.isEmpty()) {
      throw damaged(doing, "there is no file " + backup.key() + " in the store");
    }
    if (bytes.getAsLong() != backup.bytes()) {
      throw damaged(
          doing,
          "its file has "
              + bytes.getAsLong()
              + " bytes in the store, not "
              + backup.bytes()
              + " as when it was verified");
    }
  }

  /**
   * Brings the file into the scratch folder, if it still is what was verified: the digest says that
   * it is the same to the last bit, and its own head that it is of this database.
   */
  public void fetch(String doing, Backup backup, Path file) throws ActionFailed {
    if (!digest(doing, backup, file).equals(backup.digest())) {
      throw damaged(doing, "its SHA-256 is not the one that was written down when it was made");
    }
    var of = head(doing, file).archive().database();
    if (!of.equals(backup.database().name())) {
      throw damaged(doing, "it is a dump of " + of + " and not of " + backup.database().name());
    }
  }

  private static DumpedSchema head(String doing, Path file) throws ActionFailed {
    try {
      return DumpedSchema.read(doing, file);
    } catch (ActionFailed unknown) {
      throw damaged(doing, unknown.problem().happened().replaceFirst("\\.$", ""));
    }
  }

  private Digest digest(String doing, Backup backup, Path file) throws ActionFailed {
    try (var in = stored(() -> store.read(backup.key()))) {
      return DumpFile.fetched(in, file);
    } catch (IOException unreadable) {
      throw damaged(doing, "its file cannot be read from the store");
    }
  }

  /** Work on the store. */
  private interface OnStore<T> {
    T run() throws ObjectStore.StoreUnavailable;
  }

  private static <T> T stored(OnStore<T> work) throws ActionFailed {
    try {
      return work.run();
    } catch (ObjectStore.StoreUnavailable unavailable) {
      throw new ActionFailed(unavailable.problem());
    }
  }

  private static ActionFailed damaged(String doing, String what) {
    return refused(doing, what, TAKE_ANOTHER);
  }

  private static ActionFailed refused(String doing, String why, String next) {
    return new ActionFailed(new Problem(doing, why + ". Nothing was changed.", next));
  }
}
