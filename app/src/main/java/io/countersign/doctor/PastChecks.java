package io.countersign.doctor;

import io.countersign.estate.Estate.RestoreSource;
import io.countersign.postgres.HostLook;
import io.countersign.postgres.ServerLook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What a server can be restored from on this host: base backups, archived WAL, programs. */
final class PastChecks {
  /** A weekly base backup and a day's delay; older ones make restores long. */
  private static final Duration OLDEST = Duration.ofDays(8);

  private final RestoreSource source;
  private final String server;
  private final ServerLook look;
  private final HostLook host;
  private final InstantSource clock;
  private final Results results = new Results();

  PastChecks(RestoreSource source, String server, ServerLook look, InstantSource clock) {
    this.source = source;
    this.server = server;
    this.look = look;
    this.host = new HostLook(source);
    this.clock = clock;
  }

  List<Result> look() {
    look.systemIdentifier()
        .ifPresentOrElse(
            this::baseBackups,
            () -> results.notSeen("base backups of " + server, "the bot may not identify it"));
    archive();
    programs();
    return results.list();
  }

  private void baseBackups(String systemIdentifier) {
    var what = "base backups of " + server;
    Optional<Instant> newest;
    try {
      newest = host.newestBase(systemIdentifier);
    } catch (IOException unreadable) {
      results.finding(
          what,
          "The folder " + source.baseBackups() + " cannot be read.",
          "make it, and let the bot's user read it.");
      return;
    }
    if (newest.isEmpty()) {
      results.finding(
          what,
          "There is no finished one of this server in " + source.baseBackups() + ".",
          "pg_basebackup -c fast -X stream -D " + source.baseBackups() + "/<name>");
      return;
    }
    var age = Duration.between(newest.get(), clock.instant());
    results.check(
        age.compareTo(OLDEST) <= 0,
        what,
        "the newest is " + Math.max(0, age.toHours()) + " h old",
        "The newest is " + age.toDays() + " days old: a restore replays all WAL since then.",
        "make one every week: pg_basebackup -c fast -X stream -D "
            + source.baseBackups()
            + "/<name>");
  }

  private void archive() {
    var what = "archived WAL of " + server;
    if (!Files.isDirectory(Path.of(source.archive()))
        || !Files.isReadable(Path.of(source.archive()))) {
      results.finding(
          what,
          "The folder " + source.archive() + " cannot be read.",
          "mount the archive there, or correct restore.archive in the estate's file.");
      return;
    }
    var last = look.lastArchived();
    if (last.isEmpty()) {
      results.notSeen(what, "the server has archived nothing yet");
      return;
    }
    results.check(
        host.hasArchived(last.get()),
        what,
        "the newest file, " + last.get() + ", is there",
        "The server says that it has archived "
            + last.get()
            + ", and it is not in "
            + source.archive()
            + ".",
        "let archive_command write into that folder under the files' own names, not compressed, or"
            + " correct restore.archive in the estate's file.");
  }

  private void programs() {
    var what = "programs of PostgreSQL " + look.major() + " on this host";
    var missing = host.missingPrograms(look.major());
    if (missing.isEmpty()) {
      results.fine(what, "all are there");
      return;
    }
    results.finding(
        what,
        "Missing: " + String.join(", ", missing.keySet()) + ".",
        String.join("; ", new java.util.TreeSet<>(missing.values())) + ".");
  }
}
