package io.countersign.doctor;

import io.countersign.estate.Estate.RestoreSource;
import io.countersign.estate.PastSource;
import io.countersign.estate.Tenant;
import io.countersign.postgres.ServerLook;
import io.countersign.postgres.ServerLook.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Room on this host: for one tenant's dump, and for a copy of a whole server. */
final class StorageChecks {
  private static final long MEGABYTE = 1L << 20;

  private final PastSource source;
  private final String server;
  private final Results results = new Results();

  StorageChecks(PastSource source, String server) {
    this.source = source;
    this.server = server;
  }

  /**
   * @param tenants those of this server
   */
  List<Result> look(ServerLook look, List<Tenant> tenants) {
    var names = tenants.stream().map(Tenant::database).collect(Collectors.toSet());
    long largest =
        look.databases().stream()
            .filter(it -> names.contains(it.name()))
            .mapToLong(Kept::bytes)
            .max()
            .orElse(0);
    long whole = look.databases().stream().mapToLong(Kept::bytes).sum();
    folder(
        "room for a dump of " + server + "'s largest tenant",
        Path.of(System.getProperty("java.io.tmpdir")),
        largest,
        "free or enlarge it, or start the bot with another java.io.tmpdir.");
    if (source instanceof RestoreSource folders) {
      folder(
          "room for a copy of " + server,
          Path.of(folders.copies()),
          whole,
          "free or enlarge it, or change restore.copies in the estate's file.");
    }
    return results.list();
  }

  private void folder(String what, Path folder, long needed, String remedy) {
    var stands = existing(folder);
    if (stands.isEmpty() || !Files.isWritable(stands.get())) {
      results.finding(
          what,
          "The bot cannot write in " + folder + ".",
          "make the folder and give it to the bot's user.");
      return;
    }
    try {
      judge(what, folder, Files.getFileStore(stands.get()).getUsableSpace(), needed, remedy);
    } catch (IOException unknown) {
      results.notSeen(what, "the free space of " + folder + " is unknown");
    }
  }

  /** Judges figures; the disk has been looked at. */
  void judge(String what, Path folder, long free, long needed, String remedy) {
    results.check(
        free > needed,
        what,
        free / MEGABYTE + " MB free in " + folder + ", " + needed / MEGABYTE + " MB needed",
        folder
            + " has "
            + free / MEGABYTE
            + " MB free, and "
            + needed / MEGABYTE
            + " MB are needed.",
        remedy);
  }

  List<Result> results() {
    return results.list();
  }

  /** The folder, or that above it in which it would be made. */
  private static Optional<Path> existing(Path folder) {
    var at = Optional.of(folder.toAbsolutePath());
    while (at.isPresent() && !Files.exists(at.get())) {
      at = Optional.ofNullable(at.get().getParent());
    }
    return at.filter(Files::isDirectory);
  }
}
