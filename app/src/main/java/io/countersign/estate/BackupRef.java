package io.countersign.estate;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which backup of a tenant is meant. Until a run is planned that may be the newest one, or the
 * newest up to a moment; a plan pins it by its id.
 *
 * @param id in the catalogue, or {@link #ANY}
 * @param at when it was taken; with {@link #ANY} the newest up to this moment is meant
 */
public record BackupRef(String id, Optional<Instant> at) {
  /** The word for the newest verified one. */
  public static final String ANY = "newest";

  public static final BackupRef NEWEST = new BackupRef(ANY, Optional.empty());

  /** Run, step and attempt that made it. */
  public static final Pattern ID =
      Pattern.compile("[0-9a-hjkmnp-tv-z]{8}-[a-z][a-z0-9-]{0,23}-[1-9][0-9]{0,8}");

  public BackupRef {
    if (!id.equals(ANY) && !ID.matcher(id).matches()) {
      throw new IllegalArgumentException("no id of a backup: " + id);
    }
  }

  public static BackupRef upTo(Instant moment) {
    return new BackupRef(ANY, Optional.of(moment));
  }

  public static BackupRef of(Backup backup) {
    return new BackupRef(backup.id(), Optional.of(backup.takenAt()));
  }

  /** Whether it still has to be looked up. */
  public boolean unresolved() {
    return id.equals(ANY);
  }

  /** As it is typed: {@code newest}, a moment, or the id. */
  public String written() {
    return unresolved() ? at.map(Instant::toString).orElse(ANY) : id;
  }

  @Override
  public String toString() {
    return unresolved()
        ? at.map(it -> "the newest up to " + it).orElse("the newest")
        : id + at.map(it -> " of " + it).orElse("");
  }
}
