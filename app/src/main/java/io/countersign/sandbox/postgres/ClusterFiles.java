package io.countersign.sandbox.postgres;

import io.countersign.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of one local server: folder layout, configuration, and what it says about itself. */
final class ClusterFiles {
  private static final String SETTINGS = "countersign.conf";
  private static final int LOG_LINES = 10;

  private final Path folder;

  ClusterFiles(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
    if (!this.folder.toString().matches("[A-Za-z0-9/._+-]+")) {
      // the path goes into archive_command, a shell line inside a configuration file
      throw new IllegalArgumentException(
          "A server's path may hold letters, digits and / . _ + - only: " + this.folder);
    }
  }

  Path folder() {
    return folder;
  }

  Path data() {
    return folder.resolve("data");
  }

  Path archive() {
    return folder.resolve("archive");
  }

  Path log() {
    return folder.resolve("server.log");
  }

  Path passwordFile() {
    return folder.resolve("admin.password");
  }

  Secret password() {
    return new Secret(read(passwordFile()).strip());
  }

  void writePassword(Secret password) {
    try {
      Files.createFile(
          passwordFile(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (IOException failed) {
      throw new UncheckedIOException("Writing " + passwordFile() + " failed.", failed);
    }
    write(passwordFile(), password.reveal() + "\n");
  }

  static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException failed) {
      throw new UncheckedIOException("Making the folder " + folder + " failed.", failed);
    }
  }

  /** Who may log in, and one include of our settings; what a restore appends later wins over it. */
  void writeAccess() {
    write(
        data().resolve("pg_hba.conf"),
        """
        local all         postgres              trust
        local replication postgres              trust
        local all         all                   scram-sha-256
        host  all         all      127.0.0.1/32 scram-sha-256
        host  replication all      127.0.0.1/32 scram-sha-256
        """);
    try {
      Files.writeString(
          data().resolve("postgresql.conf"),
          "include_if_exists = '" + SETTINGS + "'\n",
          StandardOpenOption.APPEND);
    } catch (IOException failed) {
      throw new UncheckedIOException("Configuring " + data() + " failed.", failed);
    }
  }

  /** Terse: the log holds neither statements nor the DETAIL lines that quote rows. */
  void writeSettings(int port, Path sockets, ClusterOptions options) {
    write(
        data().resolve(SETTINGS),
        """
        listen_addresses = '127.0.0.1'
        port = %1$d
        unix_socket_directories = '%2$s'
        max_connections = %3$d
        superuser_reserved_connections = 5
        max_prepared_transactions = 5
        shared_buffers = 64MB
        min_wal_size = 16MB
        max_wal_size = 256MB
        fsync = %4$s
        wal_level = replica
        archive_mode = on
        archive_command = 'test ! -f "%5$s/%%f" && cp "%%p" "%5$s/%%f.part" && mv "%5$s/%%f.part" "%5$s/%%f"'
        log_line_prefix = '%%m [%%p] %%u@%%d '
        log_error_verbosity = terse
        log_min_error_statement = panic
        log_timezone = 'UTC'
        timezone = 'UTC'
        """
            .formatted(
                port,
                sockets,
                options.maxConnections(),
                options.fsync() ? "on" : "off",
                archive()));
  }

  /** The server's first process, where it lives: a killed server leaves its pid file behind. */
  Optional<ProcessHandle> postmaster() {
    var file = data().resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      var lines = Files.readAllLines(file);
      return lines.isEmpty()
          ? Optional.empty()
          : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
              .filter(ProcessHandle::isAlive)
              .filter(ClusterFiles::isServer);
    } catch (NoSuchFileException stoppedMeanwhile) {
      return Optional.empty();
    } catch (IOException failed) {
      throw new UncheckedIOException("Reading " + file + " failed.", failed);
    }
  }

  /** A stale pid file may name a process of somebody else. */
  private static boolean isServer(ProcessHandle process) {
    return process.info().command().filter(command -> command.endsWith("/postgres")).isPresent();
  }

  /** The last lines of the server's log, for an error message. */
  String logTail() {
    if (!Files.exists(log())) {
      return "(it wrote no log)";
    }
    var lines = read(log()).lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failed) {
      throw new UncheckedIOException("Reading " + file + " failed.", failed);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException failed) {
      throw new UncheckedIOException("Writing " + file + " failed.", failed);
    }
  }

  static void deleteTree(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try {
      Files.walkFileTree(folder, new Delete());
    } catch (IOException failed) {
      throw new UncheckedIOException("Removing " + folder + " failed.", failed);
    }
  }

  private static final class Delete extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      // a server that is just ending removes files of its own
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
