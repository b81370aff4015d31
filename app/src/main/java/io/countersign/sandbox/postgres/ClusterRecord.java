package io.countersign.sandbox.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What a running server's JVM writes down so that a later start may clean up after it was killed.
 * Only what such a record names is ever stopped or removed.
 *
 * @param postmaster process id of the server
 * @param data its data folder
 * @param sockets the folder of its unix socket
 * @param owner process id of the JVM that started it
 * @param ownerStarted when that JVM started: process ids are used again
 * @param disposable whether the server's folder may be removed
 */
record ClusterRecord(
    long postmaster,
    Path data,
    Path sockets,
    long owner,
    Instant ownerStarted,
    boolean disposable) {
  private static final String FILE = "running.properties";

  static ClusterRecord ofOurs(ClusterFiles files, Path sockets, ClusterOptions options) {
    var self = ProcessHandle.current();
    return new ClusterRecord(
        files.postmaster().map(ProcessHandle::pid).orElse(-1L),
        files.data(),
        sockets,
        self.pid(),
        startOf(self),
        options.deleteOnClose());
  }

  /** Stops and removes servers directly below {@code workFolder} whose owner is dead. */
  static List<Path> sweep(Path workFolder, PgPrograms programs) {
    if (!Files.isDirectory(workFolder)) {
      return List.of();
    }
    var swept = new ArrayList<Path>();
    try (var folders = Files.list(workFolder.toAbsolutePath().normalize())) {
      for (var folder : folders.filter(Files::isDirectory).toList()) {
        var stale = read(folder).filter(found -> found.isStaleIn(folder));
        if (stale.isPresent()) {
          stale.get().cleanUp(folder, programs);
          swept.add(folder);
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("Looking for servers left in " + workFolder, failed);
    }
    return List.copyOf(swept);
  }

  void write(Path folder) {
    var properties = new Properties();
    properties.setProperty("postmaster", Long.toString(postmaster));
    properties.setProperty("data", data.toString());
    properties.setProperty("sockets", sockets.toString());
    properties.setProperty("owner", Long.toString(owner));
    properties.setProperty("ownerStarted", ownerStarted.toString());
    properties.setProperty("disposable", Boolean.toString(disposable));
    try (var writer = Files.newBufferedWriter(folder.resolve(FILE))) {
      properties.store(writer, null);
    } catch (IOException failed) {
      throw new UncheckedIOException("Recording the server in " + folder + " failed.", failed);
    }
  }

  static void erase(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(FILE));
    } catch (IOException failed) {
      throw new UncheckedIOException("Removing the record in " + folder + " failed.", failed);
    }
  }

  private static Optional<ClusterRecord> read(Path folder) {
    var file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException failed) {
      throw new UncheckedIOException("Reading " + file + " failed.", failed);
    }
    return Optional.of(
        new ClusterRecord(
            Long.parseLong(properties.getProperty("postmaster", "-1")),
            Path.of(properties.getProperty("data", "")),
            Path.of(properties.getProperty("sockets", "")),
            Long.parseLong(properties.getProperty("owner", "-1")),
            Instant.parse(properties.getProperty("ownerStarted", "1970-01-01T00:00:00Z")),
            Boolean.parseBoolean(properties.getProperty("disposable", "false"))));
  }

  private boolean isStaleIn(Path folder) {
    boolean ownerLives =
        ProcessHandle.of(owner)
            .filter(ProcessHandle::isAlive)
            .filter(handle -> startOf(handle).equals(ownerStarted))
            .isPresent();
    return !ownerLives && data.equals(new ClusterFiles(folder).data());
  }

  private void cleanUp(Path folder, PgPrograms programs) {
    boolean runs =
        new ClusterFiles(folder)
            .postmaster()
            .filter(server -> server.pid() == postmaster)
            .isPresent();
    if (runs) {
      programs
          .run("pg_ctl", "--pgdata=" + data, "--mode=immediate", "--wait", "stop")
          .orFail("Stopping the server left in " + folder);
    }
    if (sockets.isAbsolute()) {
      ClusterFiles.deleteTree(sockets);
    }
    erase(folder);
    if (disposable) {
      ClusterFiles.deleteTree(folder);
    }
  }

  private static Instant startOf(ProcessHandle handle) {
    return handle.info().startInstant().orElse(Instant.EPOCH);
  }
}
