package io.countersign.action.backup;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.Backup;
import io.countersign.estate.Backups;
import io.countersign.estate.ObjectStore;

/** What the actions about backups share. */
final class Dumps {
  private Dumps() {}

  /** Work on the store. */
  interface OnStore<T> {
    T run() throws ObjectStore.StoreUnavailable;
  }

  static <T> T stored(OnStore<T> work) throws ActionFailed {
    try {
      return work.run();
    } catch (ObjectStore.StoreUnavailable unavailable) {
      throw new ActionFailed(unavailable.problem());
    }
  }

  /**
   * Where an attempt's dump lies; the stamp sorts a tenant's backups by time.
   *
   * @param packed whether it is in pieces, which are packed
   */
  static String key(Visit<?> visit, int attempt, boolean packed) {
    var slug = visit.tenant().slug();
    return visit.tenant().estate()
        + "/"
        + slug
        + "/"
        + slug
        + "-"
        + visit.stamp()
        + "-"
        + visit.run()
        + "-a"
        + attempt
        + (packed ? ".dump.zip" : ".dump");
  }

  /** The tenant's own, by its id. */
  static Backup found(Backups backups, Visit<?> visit, String id, String doing)
      throws ActionFailed {
    return backups
        .find(id)
        .filter(it -> it.tenant().equals(visit.tenant()))
        .orElseThrow(
            () ->
                new ActionFailed(
                    new Problem(
                        doing,
                        visit.tenant() + " has no backup " + id + " in the catalogue.",
                        "Choose one that it has.")));
  }
}
