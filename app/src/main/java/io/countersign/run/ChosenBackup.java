package io.countersign.run;

import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.Backups;
import io.countersign.estate.Tenant;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which backup somebody means, from the catalogue: the plan names it by its id, so that a newer one
 * that is taken meanwhile changes nothing.
 */
sealed interface ChosenBackup {
  /** Which of a tenant's backups are looked through for one that may be restored. */
  int LOOKED_AT = 500;

  /**
   * @param parameters with every backup by its id; those that need none are as before
   */
  record Chosen(Map<String, Value> parameters) implements ChosenBackup {
    public Chosen {
      parameters = Map.copyOf(parameters);
    }
  }

  /** Why none can be restored, a sentence or two. */
  record None(String sentence) implements ChosenBackup {}

  static ChosenBackup in(
      Runbook runbook, Map<String, Value> said, Tenant tenant, Backups backups, Instant now) {
    var chosen = new HashMap<>(said);
    for (var parameter : runbook.parameters()) {
      var wanted =
          Optional.ofNullable(said.get(parameter.name())).or(() -> parameter.preset()).orElse(null);
      if (wanted instanceof Value.OfBackup(var ref)) {
        var all = backups.of(tenant.ref(), LOOKED_AT);
        var found = find(ref, all, now);
        if (found.isEmpty()) {
          return new None(why(ref, all, tenant.ref().slug(), now));
        }
        chosen.put(parameter.name(), new Value.OfBackup(BackupRef.of(found.get())));
      }
    }
    return new Chosen(chosen);
  }

  private static Optional<Backup> find(BackupRef ref, List<Backup> newestFirst, Instant now) {
    return newestFirst.stream()
        .filter(it -> usable(it, now))
        .filter(
            it ->
                ref.unresolved()
                    ? ref.at().map(at -> !it.takenAt().isAfter(lastOf(at))).orElse(true)
                    : it.id().equals(ref.id()))
        .findFirst();
  }

  /** Who says 14:30 sees 14:30 in the list, and means the whole minute. */
  private static Instant lastOf(Instant said) {
    return said.equals(said.truncatedTo(ChronoUnit.MINUTES))
        ? said.plus(Duration.ofMinutes(1)).minusNanos(1)
        : said;
  }

  /** Verified, and in its time. */
  static boolean usable(Backup backup, Instant now) {
    return backup.readAt().isPresent() && backup.keptUntil().isAfter(now);
  }

  private static String why(BackupRef ref, List<Backup> all, String slug, Instant now) {
    if (ref.unresolved()) {
      return "There is no verified backup of "
          + slug
          + ref.at().map(it -> " from " + it + " or before").orElse("")
          + " that is still in its time, so nothing was started. /tenant-backup "
          + slug
          + " takes one; a moment in the past comes back with /tenant-restore.";
    }
    var known = all.stream().filter(it -> it.id().equals(ref.id())).findFirst();
    if (known.isEmpty()) {
      return "There is no backup "
          + ref.id()
          + " of "
          + slug
          + ", so nothing was started. The form offers those that there are.";
    }
    return known.get().readAt().isEmpty()
        ? "The backup "
            + ref.id()
            + " was never read back to its end, so nobody knows that it is whole; nothing was"
            + " started. Choose a verified one."
        : "The backup "
            + ref.id()
            + " was kept until "
            + known.get().keptUntil().truncatedTo(ChronoUnit.SECONDS)
            + (known.get().keptUntil().isAfter(now) ? "" : " and may be removed at any moment")
            + ", so nothing was started. Choose a newer one.";
  }
}
